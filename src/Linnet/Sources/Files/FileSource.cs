using Linnet.Audio;

namespace Linnet.Sources.Files;

/// <summary>
/// A sound file that Linnet reads by itself: WAV, FLAC, MP3, Ogg Vorbis, Opus and FLAC, and by libsndfile AIFF, CAF, AU, W64 and more.
/// </summary>
/// <remarks>
/// Integer PCM of up to 24 bits is exact. Everything in the file is played, whatever it says of its length: links of a chain, files that
/// were put one behind the other, other rates and channels, which are converted to those of the first part.
/// </remarks>
public sealed class FileSource : IAudioSource
{
    private readonly IAudioSource _file;

    private FileSource(IAudioSource file) => _file = file;

    /// <inheritdoc/>
    public AudioFormat Format => _file.Format;

    /// <inheritdoc/>
    public int BitDepth => _file.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <summary>
    /// How long it is, where that can be told. Asking may take a while: of most formats the whole file is looked through.
    /// </summary>
    public TimeSpan? Duration => _file.Duration;

    /// <summary>Opens a file.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="untagged">What to call it if it has no title in its tags; by default its name without the extension.</param>
    /// <exception cref="IOException">There is no such file, or it is no sound file; the message is a sentence for the user.</exception>
    /// <exception cref="DllNotFoundException">libsndfile is not installed; the message says how to.</exception>
    public static FileSource Open(string path, TrackInfo? untagged = null) =>
        TryOpen(path, untagged) ?? throw new IOException($"{path} is not a sound file of a kind that Linnet or libsndfile reads.");

    /// <summary>As <see cref="Open"/>, but <see langword="null"/> for a readable file of another kind.</summary>
    /// <inheritdoc cref="DecodedFile.TryOpen"/>
    internal static FileSource? TryOpen(
        string path, TrackInfo? untagged = null, string? name = null, CancellationToken cancellationToken = default)
    {
        SourceFile.ThrowIfUnreadable(path);
        IAudioSource? file =
            (IAudioSource?)DecodedFile.TryOpen(path, untagged, name, cancellationToken) ?? SndFileSource.TryOpen(path, untagged);
        return file is null ? null : new FileSource(file);
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) => _file.ReadSound(pcm, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
