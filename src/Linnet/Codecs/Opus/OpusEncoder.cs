using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Codecs.Opus;

/// <summary>Opus encoder using libopus: 48 kHz, mono or stereo.</summary>
/// <remarks>
/// Source: RFC 6716 (codec), RFC 7587 (payload). In-band FEC stays off: only the voice modes have it, and it would force the stream that
/// all listeners share into one. Discontinuous transmission stays off, too: every packet is due. Samples are limited to ±16, and NaN
/// becomes silence; libopus itself clips at ±2 and would make a block of much louder samples silent. Allocates nothing, unless a block
/// needs limiting.
/// </remarks>
internal sealed class OpusEncoder : IAudioEncoder
{
    /// <summary>The sample rate; resample other rates first.</summary>
    public const int SampleRate = 48_000;

    private const int LongestPacket = 1275;

    private readonly OpusEncoderHandle _encoder;
    private bool _startsAfresh;
    private float[] _limited = [];

    /// <summary>Creates an encoder for <paramref name="channels"/> channels, 1 or 2.</summary>
    /// <exception cref="ArgumentException">The options have problems, or the channels are not 1 or 2.</exception>
    /// <exception cref="DllNotFoundException">libopus is not installed; the message says how to.</exception>
    public OpusEncoder(int channels, OpusEncoderOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 2);
        options = (options ?? new OpusEncoderOptions()).ThrowIfInvalid();
        NativeLibraries.Require(NativeLibraries.Opus);

        Format = new AudioFormat(SampleRate, channels);
        FramesPerPacket = Format.FramesIn(options.PacketTime);

        // Without this parameter, a receiver assumes mono (RFC 7587 §6.1).
        Payload = new PayloadFormat("opus", SampleRate, 2, $"sprop-stereo={channels - 1}");

        int application = options.LowDelay ? LibOpus.ApplicationRestrictedLowDelay : LibOpus.ApplicationAudio;
        _encoder = LibOpus.CreateEncoder(SampleRate, channels, application, out int error);
        try
        {
            Check(error);
            Check(LibOpus.Set(_encoder, LibOpus.SetBitRate, options.BitRate));
            Check(LibOpus.Set(_encoder, LibOpus.SetComplexity, options.Complexity));
            Check(LibOpus.Set(_encoder, LibOpus.SetInbandFec, 0));
            Check(LibOpus.Set(_encoder, LibOpus.SetDtx, 0));
            Check(LibOpus.Get(_encoder, LibOpus.GetLookahead, out int lookahead));
            Delay = lookahead;
        }
        catch
        {
            _encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <inheritdoc/>
    public int Delay { get; }

    /// <inheritdoc/>
    public int MaxPacketLength => LongestPacket;

    /// <inheritdoc/>
    /// <remarks>Without prediction from earlier packets, a decoder that starts there lacks only the 2.5 ms in the packet before, and some 5
    /// ms of its pitch filter.</remarks>
    public void StartAfresh()
    {
        Check(LibOpus.Set(_encoder, LibOpus.SetPredictionDisabled, 1));
        _startsAfresh = true;
    }

    /// <inheritdoc/>
    public unsafe int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length, FramesPerPacket * Format.Channels, nameof(pcm));
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, MaxPacketLength, nameof(packet));

        pcm = SampleLimit.Within(pcm, ref _limited);
        fixed (float* samples = pcm)
        {
            fixed (byte* bytes = packet)
            {
                int length = LibOpus.Encode(_encoder, samples, FramesPerPacket, bytes, LongestPacket);
                Check(length);
                if (_startsAfresh)
                {
                    _startsAfresh = false;
                    Check(LibOpus.Set(_encoder, LibOpus.SetPredictionDisabled, 0));
                }

                return length;
            }
        }
    }

    /// <summary>Frees the state of libopus.</summary>
    public void Dispose() => _encoder.Dispose();

    private static void Check(int result)
    {
        if (result < LibOpus.Ok)
        {
            throw new InvalidOperationException($"libopus: {LibOpus.ErrorText(result)}.");
        }
    }
}
