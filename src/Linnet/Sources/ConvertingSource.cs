using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>Converts another source to a given sample rate and number of channels. Owns that source.</summary>
internal sealed class ConvertingSource : IAudioSource
{
    private const int BlockFrames = 1024;

    private readonly IAudioSource _source;
    private readonly FormatConverter _converter;
    private readonly float[] _read;
    private int _start;
    private int _held;
    private bool _ended;
    private bool _isBroken;
    private TrackInfo? _track;

    internal ConvertingSource(IAudioSource source, AudioFormat format)
    {
        _source = source;
        _converter = new FormatConverter(source.Format, format);
        _read = new float[BlockFrames * source.Format.Channels];
    }

    /// <inheritdoc/>
    public AudioFormat Format => _converter.To;

    /// <inheritdoc/>
    public int BitDepth => 0;

    /// <inheritdoc/>
    public bool IsLive => _source.IsLive;

    /// <inheritdoc/>
    public bool IsStored => _source.IsStored;

    /// <inheritdoc/>
    public TimeSpan? Duration => _source.Duration;

    /// <inheritdoc/>
    public string? Outage => _source.Outage;

    /// <inheritdoc/>
    public TrackInfo? Upcoming => _source.Upcoming;

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_held == 0 && !_ended)
            {
                Fill(cancellationToken);
            }

            int written = _ended && _held == 0 ? _converter.Flush(pcm) : Convert(pcm);
            if (written > 0 || (_ended && _held == 0))
            {
                TrackInfo? track = _track;
                bool isBroken = _isBroken;
                (_track, _isBroken) = (null, false);
                return written > 0 ? new SourceRead(written, track, isBroken) : SourceRead.End;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Fill(CancellationToken cancellationToken)
    {
        SourceRead read = _source.ReadSound(_read, cancellationToken);
        _track = read.Track ?? _track;
        _isBroken |= read.Discontinuity;
        _ended = read.Frames == 0;
        _start = 0;
        _held = read.Frames;
    }

    private int Convert(Span<float> pcm)
    {
        int channels = _converter.From.Channels;
        _converter.Process(_read.AsSpan(_start * channels, _held * channels), pcm, out int consumed, out int written);
        _start += consumed;
        _held -= consumed;
        return written;
    }
}
