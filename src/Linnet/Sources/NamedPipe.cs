using Linnet.Native;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>
/// A named pipe (<c>mkfifo</c>) as a source. When its writer has left it is opened again, for the next one; silence is heard meanwhile.
/// </summary>
/// <remarks>Linux only: elsewhere a path is never one.</remarks>
internal static class NamedPipe
{
    /// <summary>Whether there is a named pipe at <paramref name="path"/>. Never opens it: that would wait for its writer.</summary>
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

    /// <summary>Waits for a writer, and until its first bytes say what comes, unless that is bare PCM.</summary>
    /// <param name="path">The pipe.</param>
    /// <param name="options">How it is played: to loop means to wait for the next writer.</param>
    /// <param name="logger">Told when a writer has left, and when there is one again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It is gone, or its writer sends nothing that Linnet reads.</exception>
    internal static RetriedSource Open(string path, SourceOptions options, ILogger logger, CancellationToken cancellationToken) =>
        RetriedSource.Open(path, token => OpenOnce(path, options, token), options.Loop ? "Its writer has left." : null, options.Time,
            logger, cancellationToken);

    private static PipeSource OpenOnce(string path, SourceOptions options, CancellationToken cancellationToken)
    {
        var bytes = new ReadAhead(
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        try
        {
            // Bare PCM says nothing at its beginning; but a station must not stand still until a writer comes.
            bytes.WaitForBytes(cancellationToken);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }

        return PipeSource.Open(bytes, options.Raw, SourceFile.TitleOf(path), cancellationToken);
    }
}
