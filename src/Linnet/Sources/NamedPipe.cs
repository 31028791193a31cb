using Linnet.Native;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>
/// A named pipe (<c>mkfifo</c>) as a source. When its writer closes it, it is opened again for the next writer, and gives silence until
/// then.
/// </summary>
/// <remarks>Linux only: other systems have no named pipes at a path.</remarks>
internal static class NamedPipe
{
    /// <summary>Whether <paramref name="path"/> is a named pipe. Never opens it: that would wait for a writer.</summary>
    internal static bool IsOne(string path)
    {
        try
        {
            return OperatingSystem.IsLinux() && !path.Contains('\0') && LibC.FileType(path) == LibC.TypeOfPipe;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Waits for a writer and, unless it is bare PCM, for the bytes that identify the format.</summary>
    /// <param name="path">Path of the pipe.</param>
    /// <param name="options">How to play it: with <see cref="SourceOptions.Loop"/>, it waits for the next writer at the end.</param>
    /// <param name="logger">Logs when a writer has left, and when there is a new one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">The pipe does not exist, or its writer sends nothing that Linnet reads.</exception>
    internal static RetriedSource Open(string path, SourceOptions options, ILogger logger, CancellationToken cancellationToken) =>
        RetriedSource.Open(path, token => OpenOnce(path, options, token), options.Loop ? "Its writer closed it." : null, options.Time,
            logger, cancellationToken);

    private static PipeSource OpenOnce(string path, SourceOptions options, CancellationToken cancellationToken)
    {
        var bytes = new ReadAhead(
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        try
        {
            // Bare PCM has no header to wait for; but a station must not block until a writer comes.
            bytes.WaitForBytes(cancellationToken);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }

        return PipeSource.Open(bytes, options.Raw, SourceFile.NameOf(path), cancellationToken);
    }
}
