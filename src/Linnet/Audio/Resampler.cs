using System.Numerics;

namespace Linnet.Audio;

/// <summary>Converts a stream from one sample rate to another with exact timing. Can be adjusted to follow another clock.</summary>
/// <remarks>
/// Output frame <c>m</c> is the sound at input position <c>m × inputRate / outputRate</c>, both counted from the same moment 0: the
/// filter's delay is removed, and the position is an exact fraction, so no error accumulates. The adjustment is added to it in fixed point.
/// The result is the same to the bit, however the stream is cut into blocks. Linear phase, flat to 0.9 of the lower Nyquist frequency,
/// artefacts at least 110 dB down. At equal rates and without adjustment it passes its input bit for bit. Used by one thread; allocates
/// nothing after the constructor.
/// </remarks>
internal sealed class Resampler
{
    /// <summary>The largest adjustment, as a fraction: 1000 ppm, less than two hundredths of a semitone.</summary>
    public const double MaxAdjustment = 0.001;

    private const int OffsetBits = 48;
    private const double OffsetOne = 1L << OffsetBits;
    private const long OffsetMask = (1L << OffsetBits) - 1;

    /// <summary>Time to go from no adjustment to the largest, in seconds.</summary>
    private const double SlewSeconds = 0.1;

    private readonly PolyphaseFilter _filter;

    /// <summary>The rates divided by their common divisor: an output frame lasts <c>_input / _output</c> input frames.</summary>
    private readonly int _input;
    private readonly int _output;
    private readonly long _slew;

    /// <summary>The last input frames, one channel after the other, with room for <see cref="_capacity"/> frames each.</summary>
    private readonly float[] _planes;
    private readonly int _capacity;
    private readonly float[] _taps;

    /// <summary>Position of the first frame in the planes, and the number of frames there.</summary>
    private long _first;
    private int _held;

    /// <summary>
    /// Position of the next output frame in input frames: whole, plus <c>_fraction / _output</c>, plus <c>_offset / 2^48</c>.
    /// </summary>
    private long _whole;
    private long _fraction;
    private long _offset;

    /// <summary>What each output frame adds to the offset now, and the value it moves to.</summary>
    private long _rate;
    private long _wantedRate;

    private long? _end;

    /// <summary>Creates a resampler for a stream that starts at <paramref name="startPosition"/>.</summary>
    /// <param name="inputRate">Sample rate of the input, in the range of <see cref="AudioFormat"/>.</param>
    /// <param name="outputRate">Sample rate of the output, in the same range.</param>
    /// <param name="channels">Channels of input and output.</param>
    /// <param name="startPosition">Position of the first input frame; everything before it is silence.</param>
    public Resampler(int inputRate, int outputRate, int channels, long startPosition = 0)
    {
        if (!new AudioFormat(inputRate, channels).IsValid || !new AudioFormat(outputRate, channels).IsValid)
        {
            throw new ArgumentException($"Cannot convert {channels} channels from {inputRate} Hz to {outputRate} Hz.");
        }

        InputRate = inputRate;
        OutputRate = outputRate;
        Channels = channels;

        int divisor = (int)BigInteger.GreatestCommonDivisor(inputRate, outputRate);
        _input = inputRate / divisor;
        _output = outputRate / divisor;
        _filter = PolyphaseFilter.For(_input, _output);
        _slew = (long)(MaxAdjustment * inputRate / outputRate / (SlewSeconds * outputRate) * OffsetOne) + 1;
        _taps = new float[_filter.Taps];
        _capacity = _filter.Taps + Math.Max(_filter.Taps, 1024);
        _planes = new float[_capacity * channels];
        Reset(startPosition);
    }

    /// <summary>Sample rate of the input, in Hz.</summary>
    public int InputRate { get; }

    /// <summary>Sample rate of the output, in Hz.</summary>
    public int OutputRate { get; }

    /// <summary>Channels of input and output.</summary>
    public int Channels { get; }

    /// <summary>
    /// Input frames needed after the time of an output frame to produce it: 40 at equal rates, more otherwise.
    /// </summary>
    public int LookAhead => _filter.Half;

    /// <summary>Position of the next input frame.</summary>
    public long InputPosition { get; private set; }

    /// <summary>Position of the next output frame, in output frames. The first one is the first at or after the start.</summary>
    public long OutputPosition { get; private set; }

    /// <summary>The input position of the next output frame, adjustment included.</summary>
    public double SourcePosition => _whole + ((double)_fraction / _output) + (_offset / OffsetOne);

    /// <summary>
    /// How much faster than the nominal rates it consumes input, as a fraction within ±<see cref="MaxAdjustment"/>: 0.0001 is 100 ppm. A
    /// new value is approached gradually, 100 ms for the full range on one side, so that neither sound nor pitch jumps.
    /// </summary>
    public double Adjustment
    {
        get;
        set
        {
            if (!(Math.Abs(value) <= MaxAdjustment))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "Must be within ±0.001 (1000 ppm).");
            }

            field = value;
            _wantedRate = (long)Math.Round(value * InputRate / OutputRate * OffsetOne);
        }
    }

    /// <summary>
    /// Input frames still needed to produce <paramref name="outputFrames"/>. Never too few; exact unless adjusted.
    /// </summary>
    public int InputFramesFor(int outputFrames)
    {
        if (outputFrames <= 0)
        {
            return 0;
        }

        long steered = (long)((_offset + ((Int128)Math.Max(_rate, _wantedRate) * (outputFrames - 1))) >> OffsetBits);
        long last = _whole + ((_fraction + ((outputFrames - 1L) * _input)) / _output) + steered;
        if (_offset != 0 || _rate != 0 || _wantedRate != 0)
        {
            // The two fractions may add up to one more.
            last++;
        }

        return (int)Math.Max(last + _filter.Half + 1 - (_first + _held), 0);
    }

    /// <summary>Discards all buffered sound and starts at another position. The adjustment stays.</summary>
    /// <param name="startPosition">Position of the next input frame.</param>
    public void Reset(long startPosition)
    {
        (Int128 quotient, Int128 remainder) = Int128.DivRem((Int128)startPosition * _output, _input);
        OutputPosition = (long)(remainder > 0 ? quotient + 1 : quotient);
        Int128 source = (Int128)OutputPosition * _input;
        _fraction = (long)(((source % _output) + _output) % _output);
        _whole = (long)((source - _fraction) / _output);
        _offset = 0;
        _rate = _wantedRate;
        _end = null;

        InputPosition = startPosition;
        _first = startPosition - (_filter.Half - 1);
        _held = _filter.Half - 1;
        _planes.AsSpan().Clear();
    }

    /// <summary>Converts as much input as fits the output.</summary>
    /// <param name="input">Whole frames, interleaved.</param>
    /// <param name="output">Room for whole frames.</param>
    /// <param name="consumed">Input frames consumed; pass the rest again. Fewer than all only if <paramref name="output"/> is full.</param>
    /// <param name="written">Output frames written; less than <paramref name="output"/> holds only if all input was consumed.</param>
    /// <exception cref="InvalidOperationException"><see cref="Flush"/> was called; call <see cref="Reset"/> first.</exception>
    public void Process(ReadOnlySpan<float> input, Span<float> output, out int consumed, out int written)
    {
        if (_end is not null)
        {
            throw new InvalidOperationException("Flush ended the stream; call Reset first.");
        }

        int given = input.Length / Channels;
        consumed = 0;
        written = 0;
        do
        {
            int taken = Take(input[(consumed * Channels)..], given - consumed);
            consumed += taken;
            InputPosition += taken;
            written += Give(output[(written * Channels)..], long.MaxValue);
        }
        while (consumed < given && (written + 1) * Channels <= output.Length);
    }

    /// <summary>
    /// Writes the rest at the end of the stream: the output frames before the end, with silence after it.
    /// </summary>
    /// <param name="output">Room for whole frames.</param>
    /// <returns>Frames written; call again until it is 0.</returns>
    public int Flush(Span<float> output)
    {
        _end ??= InputPosition;
        int written = 0;
        int more;
        do
        {
            // Adds as much silence after the end as the last frame needs.
            long missing = _end.Value + _filter.Half - (_first + _held);
            TakeSilence((int)Math.Clamp(missing, 0, int.MaxValue));
            more = Give(output[(written * Channels)..], _end.Value);
            written += more;
        }
        while (more > 0);
        return written;
    }

    /// <summary>Copies as many frames as fit into the planes.</summary>
    private int Take(ReadOnlySpan<float> input, int frames)
    {
        frames = MakeRoom(frames);
        for (int channel = 0; channel < Channels; channel++)
        {
            Span<float> plane = _planes.AsSpan((channel * _capacity) + _held, frames);
            for (int frame = 0; frame < plane.Length; frame++)
            {
                plane[frame] = input[(frame * Channels) + channel];
            }
        }

        _held += frames;
        return frames;
    }

    private void TakeSilence(int frames)
    {
        frames = MakeRoom(frames);
        for (int channel = 0; channel < Channels; channel++)
        {
            _planes.AsSpan((channel * _capacity) + _held, frames).Clear();
        }

        _held += frames;
    }

    /// <summary>Drops frames that no output needs any more, if room is needed. Returns how many of the requested frames fit.</summary>
    private int MakeRoom(int frames)
    {
        if (frames > _capacity - _held)
        {
            int unneeded = (int)Math.Clamp(_whole - (_filter.Half - 1) - _first, 0, _held);
            for (int channel = 0; channel < Channels; channel++)
            {
                Span<float> plane = _planes.AsSpan(channel * _capacity, _held);
                plane[unneeded..].CopyTo(plane);
            }

            _first += unneeded;
            _held -= unneeded;
        }

        return Math.Min(frames, _capacity - _held);
    }

    /// <summary>Writes output frames while their input is available and they start before <paramref name="end"/>.</summary>
    private int Give(Span<float> output, long end)
    {
        int written = 0;
        while ((written + 1) * Channels <= output.Length)
        {
            (long whole, int row, float weight) = Place();
            if (whole + _filter.Half >= _first + _held || whole >= end)
            {
                break;
            }

            Filter((int)(whole - (_filter.Half - 1) - _first), row, weight, output.Slice(written * Channels, Channels));
            written++;
            Advance();
        }

        return written;
    }

    /// <summary>Location of the next output frame: the input frame before it, and the filter rows around it.</summary>
    private (long Whole, int Row, float Weight) Place()
    {
        (long row, long rest) = Math.DivRem(_fraction * _filter.Rows, _output);
        float weight = (float)rest / _output;
        if (_offset != 0)
        {
            long fine = _offset * _filter.Rows;
            row += fine >> OffsetBits;
            weight += (float)((fine & OffsetMask) / OffsetOne);
            if (weight >= 1)
            {
                weight -= 1;
                row++;
            }
        }

        return row < _filter.Rows ? (_whole, (int)row, weight) : (_whole + 1, (int)row - _filter.Rows, weight);
    }

    private void Filter(int start, int row, float weight, Span<float> frame)
    {
        if (_filter.IsIdentity && row == 0 && weight == 0)
        {
            for (int channel = 0; channel < frame.Length; channel++)
            {
                frame[channel] = _planes[(channel * _capacity) + start + _filter.Half - 1];
            }

            return;
        }

        ReadOnlySpan<float> taps = _filter.Row(row);
        if (weight != 0)
        {
            _filter.Interpolate(row, weight, _taps);
            taps = _taps;
        }

        for (int channel = 0; channel < frame.Length; channel++)
        {
            frame[channel] = DotProduct.Of(taps, _planes.AsSpan((channel * _capacity) + start, taps.Length));
        }
    }

    private void Advance()
    {
        OutputPosition++;
        _fraction += _input;
        (long wholes, _fraction) = Math.DivRem(_fraction, _output);
        _rate += Math.Clamp(_wantedRate - _rate, -_slew, _slew);
        _offset += _rate;
        _whole += wholes + (_offset >> OffsetBits);
        _offset &= OffsetMask;
    }
}
