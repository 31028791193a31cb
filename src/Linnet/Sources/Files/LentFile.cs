using System.Globalization;
using Linnet.Audio;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Sources.Files;

/// <summary>
/// Plays a file whose name is not UTF-8. The file is held open and opened again by the name that Linux has for an open file:
/// <c>/proc/self/fd/N</c>.
/// </summary>
/// <remarks>
/// A decoder then does not need the file's name, be it a library or ffmpeg, which inherits the open file under the same number.
/// (<c>/proc/PID/fd</c> would not do: the kernel hides it from other processes if this one has changed its user.) Messages replace that
/// name by the file's own.
/// </remarks>
internal sealed class LentFile : IAudioSource
{
    private readonly SafeFileHandle _file;
    private readonly IAudioSource _source;
    private readonly string _lent;
    private readonly string _shown;

    private LentFile(SafeFileHandle file, IAudioSource source, string lent, string shown) =>
        (_file, _source, _lent, _shown) = (file, source, lent, shown);

    /// <inheritdoc/>
    public AudioFormat Format => _source.Format;

    /// <inheritdoc/>
    public int BitDepth => _source.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => _source.IsLive;

    /// <inheritdoc/>
    public bool IsStored => _source.IsStored;

    /// <inheritdoc/>
    public TimeSpan? Duration => _source.Duration;

    /// <inheritdoc/>
    public string? Outage => _source.Outage;

    /// <summary>Opens the file.</summary>
    /// <param name="path">The path, as <see cref="ByteText"/>.</param>
    /// <param name="open">Opens the file under the given path, which is valid here and in a process that inherits the open file.</param>
    /// <exception cref="IOException">The file cannot be opened; the message is a sentence for the user.</exception>
    internal static LentFile Open(string path, Func<string, SafeFileHandle, IAudioSource> open)
    {
        string shown = ByteText.Shown(path);
        SafeFileHandle file = DiskPath.OpenRead(path);
        string lent = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}");
        try
        {
            return new LentFile(file, open(lent, file), lent, shown);
        }
        catch (IOException e)
        {
            file.Dispose();
            throw Renamed(e, lent, shown);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        try
        {
            return _source.ReadSound(pcm, cancellationToken);
        }
        catch (IOException e)
        {
            throw Renamed(e, _lent, _shown);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _file.Dispose();
    }

    private static IOException Renamed(IOException problem, string lent, string shown) =>
        new(problem.Message.Replace(lent, shown, StringComparison.Ordinal), problem);
}
