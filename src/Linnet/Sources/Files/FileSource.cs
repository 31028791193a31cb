using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>
/// An audio file that Linnet reads itself: WAV, AIFF, FLAC, MP3, Ogg Vorbis, Opus and FLAC; and through libsndfile CAF, AU, W64 and more.
/// </summary>
/// <remarks>
/// Integer PCM of up to 24 bits is exact. Everything in the file is played, whatever length it declares: the links of a chain, concatenated
/// files, and parts of other rates and channels, which are converted to the format of the first part.
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
    /// The duration, if it can be determined. This may take a while: most formats need a scan of the whole file.
    /// </summary>
    public TimeSpan? Duration => _file.Duration;

    /// <summary>Opens a file.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="untagged">Title and artist if the tags have no title; by default the file name without its extension.</param>
    /// <exception cref="IOException">The file does not exist, or is not an audio file; the message is a sentence for the user.</exception>
    public static FileSource Open(string path, TrackInfo? untagged = null) =>
        TryOpen(path, untagged, name: null, out IOException? reason, CancellationToken.None)
        ?? throw reason ?? new IOException(Refusal(path, CodecChoice.Problem(NativeLibraries.SndFile)));

    /// <summary>Says that a file cannot be read, and what would read more formats.</summary>
    /// <param name="path">The file.</param>
    /// <param name="missing">Why libsndfile is not used, as a sentence; <see langword="null"/> if it is.</param>
    internal static string Refusal(string path, string? missing) => missing is null
        ? $"{path} is not an audio file that Linnet or libsndfile can read."
        : $"{path} is not an audio file that Linnet can read without libsndfile. {missing}";

    /// <summary>Like <see cref="Open"/>, but returns <see langword="null"/> for a readable file of another kind.</summary>
    /// <inheritdoc cref="DecodedFile.TryOpen(string, TrackInfo?, string?, CancellationToken)"/>
    internal static FileSource? TryOpen(
        string path, TrackInfo? untagged = null, string? name = null, CancellationToken cancellationToken = default) =>
        TryOpen(path, untagged, name, out _, cancellationToken);

    /// <inheritdoc cref="DecodedFile.TryOpen(string, TrackInfo?, string?, out IOException?, CancellationToken)"/>
    internal static FileSource? TryOpen(
        string path, TrackInfo? untagged, string? name, out IOException? reason, CancellationToken cancellationToken)
    {
        SourceFile.ThrowIfUnreadable(path);
        IAudioSource? file = (IAudioSource?)DecodedFile.TryOpen(path, untagged, name, out reason, cancellationToken)
            ?? SndFileSource.TryOpen(path, untagged);
        return file is null ? null : new FileSource(file);
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) => _file.ReadSound(pcm, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
