using Linnet.Audio;
using Linnet.Wire.PyAudio;

namespace Linnet.Codecs.Pcm;

/// <summary>
/// Writes what the PyAudio tutorial's programs assume of all sound: 44.1 kHz, stereo, 16 bit little-endian, 1024 frames to a message.
/// </summary>
/// <remarks>
/// A packet is a whole message of the TCP format; who wants bare PCM takes <see cref="SoundOf"/>. Sound that is 44.1 kHz and 16 bit already
/// leaves bit for bit. One channel is dithered before it becomes two, so that both are the same. Samples are clipped at ±1, and NaN is
/// silence. Allocates nothing.
/// </remarks>
public sealed class PyAudioEncoder : IAudioEncoder
{
    /// <summary>Frames in a message, the last one excepted.</summary>
    public const int FramesPerMessage = 1024;

    /// <summary>Bytes of one frame.</summary>
    public const int BytesPerFrame = 4;

    /// <summary>What listeners hear.</summary>
    public static readonly AudioFormat OutputFormat = new(44_100, 2);

    private static readonly SampleEncoding Encoding = SampleEncoding.S16LE;

    private readonly TpdfDither? _dither;
    private readonly float[] _dithered;
    private readonly float[] _stereo;

    /// <summary>An encoder.</summary>
    /// <param name="channels">Channels of the PCM it takes: 1 or 2.</param>
    /// <param name="dither">Noise to add before rounding, for sound with more than 16 bits; else <see langword="null"/>.</param>
    public PyAudioEncoder(int channels, TpdfDither? dither = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, OutputFormat.Channels);
        Format = OutputFormat with { Channels = channels };
        _dither = dither;
        _dithered = dither is null ? [] : new float[FramesPerMessage * channels];
        _stereo = channels == 1 ? new float[FramesPerMessage * OutputFormat.Channels] : [];
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>For people alone: RTP has no name for it.</summary>
    public PayloadFormat Payload { get; } = new("s16le", OutputFormat.SampleRate, OutputFormat.Channels);

    /// <inheritdoc/>
    public int FramesPerPacket => FramesPerMessage;

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public int MaxPacketLength { get; } = MessageLength(FramesPerMessage);

    /// <summary>The bare PCM in a packet of this encoder's.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="frames">Frames in it.</param>
    public static ReadOnlyMemory<byte> SoundOf(ReadOnlyMemory<byte> packet, int frames) =>
        packet.Slice(PyAudioMessage.HeadLength(frames * BytesPerFrame), frames * BytesPerFrame);

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pcm.Length, FramesPerPacket * Format.Channels, nameof(pcm));
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length % Format.Channels, 0, nameof(pcm));
        if (_dither is not null)
        {
            Span<float> dithered = _dithered.AsSpan(0, pcm.Length);
            _dither.Apply(pcm, dithered, Encoding.BitDepth);
            pcm = dithered;
        }

        if (Format.Channels == 1)
        {
            pcm = ToStereo(pcm);
        }

        int length = pcm.Length * Encoding.BytesPerSample;
        PcmConvert.FromFloat(Encoding, pcm, packet.Slice(PyAudioMessage.HeadLength(length), length));
        return PyAudioMessage.WriteAround(packet, length);
    }

    /// <summary>Holds nothing.</summary>
    public void Dispose()
    {
    }

    private static int MessageLength(int frames) =>
        PyAudioMessage.HeadLength(frames * BytesPerFrame) + (frames * BytesPerFrame) + PyAudioMessage.TailLength;

    private ReadOnlySpan<float> ToStereo(ReadOnlySpan<float> mono)
    {
        for (int i = 0; i < mono.Length; i++)
        {
            _stereo[2 * i] = _stereo[(2 * i) + 1] = mono[i];
        }

        return _stereo.AsSpan(0, mono.Length * 2);
    }
}
