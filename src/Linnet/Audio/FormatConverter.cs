namespace Linnet.Audio;

/// <summary>Converts sound from one format to another: first its channels, then its loudness if there is a gain, then its rate.</summary>
/// <remarks>
/// The result is the same to the bit, however the sound is cut into blocks; sound that needs no conversion passes bit for bit. It takes
/// no more input than its output needs. Used by one thread; allocates nothing after the constructor.
/// </remarks>
internal sealed class FormatConverter
{
    /// <summary>The most frames mapped at once.</summary>
    private const int PieceFrames = 1024;

    private readonly ChannelMap _channels;
    private readonly Resampler? _resampler;
    private readonly Gain? _gain;
    private readonly float[] _mapped;

    /// <summary>Creates a converter. Between equal rates it does not resample, so that it holds no sound back.</summary>
    /// <param name="from">Format of the input.</param>
    /// <param name="to">Format of the output.</param>
    /// <param name="startPosition">Position of the first input frame, in input frames.</param>
    /// <param name="gain">Applied to every frame once, for the channels of the output at the rate of the input.</param>
    internal FormatConverter(AudioFormat from, AudioFormat to, long startPosition = 0, Gain? gain = null)
        : this(
            from, to,
            from.SampleRate == to.SampleRate ? null : new Resampler(from.SampleRate, to.SampleRate, to.Channels, startPosition), gain)
    {
        OutputPosition = _resampler?.OutputPosition ?? startPosition;
    }

    /// <summary>Creates a converter around a resampler, which its owner may adjust.</summary>
    internal FormatConverter(AudioFormat from, AudioFormat to, Resampler? resampler, Gain? gain = null)
    {
        From = from;
        To = to;
        _channels = new ChannelMap(from.Channels, to.Channels);
        _resampler = resampler;
        _gain = gain;
        _mapped = resampler is null || (_channels.IsIdentity && gain is null) ? [] : new float[PieceFrames * to.Channels];
    }

    /// <summary>Format of the input.</summary>
    internal AudioFormat From { get; }

    /// <summary>Format of the output.</summary>
    internal AudioFormat To { get; }

    /// <summary>Position of the first output frame, in output frames.</summary>
    internal long OutputPosition { get; }

    /// <summary>Converts as much input as fits the output.</summary>
    /// <param name="input">Whole frames, interleaved; a partial frame at the end is ignored.</param>
    /// <param name="output">Room for whole frames.</param>
    /// <param name="consumed">Input frames consumed; pass the rest again. Fewer than all only if <paramref name="output"/> is full.</param>
    /// <param name="written">Output frames written; less than <paramref name="output"/> holds only if all input was consumed.</param>
    internal void Process(ReadOnlySpan<float> input, Span<float> output, out int consumed, out int written)
    {
        int given = input.Length / From.Channels;
        int room = output.Length / To.Channels;
        consumed = 0;
        written = 0;
        do
        {
            int frames = Math.Min(given - consumed, _resampler?.InputFramesFor(room - written) ?? room - written);
            ReadOnlySpan<float> next = input.Slice(consumed * From.Channels, frames * From.Channels);
            Convert(next, output[(written * To.Channels)..], out int taken, out int made);
            consumed += taken;
            written += made;
        }
        while (consumed < given && written < room);
    }

    /// <summary>Writes what the resampler still holds at the end of the sound.</summary>
    /// <param name="output">Room for whole frames.</param>
    /// <returns>Frames written; call again until it is 0.</returns>
    internal int Flush(Span<float> output) => _resampler?.Flush(output) ?? 0;

    private void Convert(ReadOnlySpan<float> input, Span<float> output, out int consumed, out int written)
    {
        if (_resampler is null)
        {
            consumed = written = _channels.Apply(input, output);
            _gain?.Apply(output[..(written * To.Channels)]);
            return;
        }

        if (_mapped.Length > 0)
        {
            int frames = _channels.Apply(input[..(Math.Min(PieceFrames * From.Channels, input.Length))], _mapped);
            _gain?.Apply(_mapped.AsSpan(0, frames * To.Channels));
            input = _mapped.AsSpan(0, frames * To.Channels);
        }

        _resampler.Process(input, output, out consumed, out written);
    }
}
