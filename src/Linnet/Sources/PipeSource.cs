using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>Sound that another program writes into a pipe: a WAV of any length, or bare PCM. A pause in the pipe is a pause, not an end.</summary>
public sealed class PipeSource : IAudioSource
{
    private readonly ReadAhead _bytes;
    private readonly PcmInput _input;
    private TrackInfo? _track;

    private PipeSource(ReadAhead bytes, PcmInput input, string name)
    {
        _bytes = bytes;
        _input = input;
        Duration = input.Frames is long frames ? Format.DurationOf(frames) : null;
        _track = new TrackInfo(input.Title ?? name, input.Artist);
    }

    /// <inheritdoc/>
    public AudioFormat Format => _input.Format;

    /// <inheritdoc/>
    public int BitDepth => _input.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public TimeSpan? Duration { get; }

    /// <summary>Begins to read a pipe. For a WAV it waits for the header.</summary>
    /// <param name="stream">The pipe. Stays the caller's, but nobody else reads it any more.</param>
    /// <param name="raw">What the bytes are, or <see langword="null"/> for a WAV, which says so itself.</param>
    /// <param name="name">What to call it where it has no title, and in errors: "standard input".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It is no WAV that Linnet reads, or it broke; the message is a sentence for the user.</exception>
    public static PipeSource Open(Stream stream, RawPcmFormat? raw, string name, CancellationToken cancellationToken = default)
    {
        var bytes = new ReadAhead(stream);
        return Open(bytes, raw, name, cancellationToken);
    }

    /// <summary>As the public one, of a pipe that is open or is opened now.</summary>
    internal static PipeSource Open(ReadAhead bytes, RawPcmFormat? raw, string name, CancellationToken cancellationToken)
    {
        try
        {
            PcmInput input = raw is null ? PcmInput.OpenWav(bytes, name, cancellationToken) : PcmInput.OpenRaw(bytes, raw);
            return new PipeSource(bytes, input, name);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frames = _input.Read(pcm, cancellationToken);
        if (frames == 0)
        {
            return SourceRead.End;
        }

        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
