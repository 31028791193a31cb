using Linnet.Audio;

namespace Linnet.Receive;

/// <summary>Converts the stream to the device's channels and rate, slightly faster or slower to follow the two clocks.</summary>
/// <remarks>Used by the device thread. Allocates nothing after construction.</remarks>
internal sealed class DriftResampler
{
    private readonly Resampler _resampler;
    private readonly FormatConverter _converter;

    internal DriftResampler(AudioFormat stream, AudioFormat device)
    {
        _resampler = new Resampler(stream.SampleRate, device.SampleRate, device.Channels);
        _converter = new FormatConverter(stream, device, _resampler);
    }

    /// <summary>How much faster than nominal to play, as a fraction within <see cref="Resampler.MaxAdjustment"/>.</summary>
    internal double Correction
    {
        set => _resampler.Adjustment = value;
    }

    /// <summary>Frames of the stream between the next frame to come out and the next frame to go in.</summary>
    internal double Lag => _resampler.InputPosition - _resampler.SourcePosition;

    /// <summary>Frames that will still come out of the input so far.</summary>
    internal int Tail => (int)Math.Ceiling(Lag * _resampler.OutputRate / _resampler.InputRate);

    /// <summary>Input frames needed for a number of output frames; at least one.</summary>
    internal int InputFor(int outputFrames) => Math.Max(1, _resampler.InputFramesFor(outputFrames));

    /// <summary>Converts until the input is used up or the output is full.</summary>
    /// <returns>Frames written.</returns>
    internal int Process(ReadOnlySpan<float> input, Span<float> output, out int consumed)
    {
        // The converter takes no more input than needed: anything held in excess was decided on too early.
        _converter.Process(input, output, out consumed, out int written);
        return written;
    }
}
