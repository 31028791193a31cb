using Linnet.Audio;
using Linnet.Native;
using Linnet.Wire;

namespace Linnet.Codecs.Mp3;

/// <summary>MP3 encoder using libmp3lame, at a constant bit rate. A packet is one MP3 frame.</summary>
/// <remarks>
/// Source: ISO/IEC 11172-3 §2.4. LAME returns bytes, not frames: with a bit reservoir, the end of a frame is written while the next ones
/// are encoded. So encoding a block returns nothing, and frames are taken when they are complete. Samples are limited to ±16, and NaN
/// becomes silence: most distributions build LAME with assertions, and samples of about 10⁵ or more would abort the whole process.
/// Allocates nothing, unless a block needs limiting.
/// </remarks>
internal sealed class Mp3Encoder : IAudioEncoder
{
    /// <summary>Delay of every MP3 decoder, in frames: half a window of its hybrid filter bank, plus one.</summary>
    private const int DecoderDelay = 529;

    /// <summary>
    /// Encoded bytes that do not make a whole frame yet: at most 511 of reservoir before a frame (§2.4.2.7), and those that LAME writes at
    /// the end.
    /// </summary>
    private const int MaxPending = 7200;

    private readonly LibMp3Lame.Handle _encoder;
    private readonly int _frameLength;
    private readonly ByteWindow _pending;
    private float[] _limited = [];

    /// <summary>Creates an encoder.</summary>
    /// <param name="format">One or two channels, at one of the rates from <see cref="Mp3Rates.SampleRateFor"/>.</param>
    /// <param name="options">Bit rate and quality.</param>
    /// <exception cref="ArgumentException">The options have problems, or MP3 has no such format.</exception>
    /// <exception cref="DllNotFoundException">libmp3lame is not installed; the message says how to.</exception>
    public Mp3Encoder(AudioFormat format, Mp3EncoderOptions? options = null)
    {
        options = (options ?? new Mp3EncoderOptions()).ThrowIfInvalid();
        if (!Mp3Rates.IsSampleRate(format.SampleRate) || format.Channels is < 1 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "MP3 does not support this format.");
        }

        if (Mp3Rates.BitRateFor(format.SampleRate, options.BitRate) != options.BitRate)
        {
            throw new ArgumentException($"MP3 has no {options.BitRate / 1000} kb/s at {format.SampleRate} Hz.", nameof(options));
        }

        NativeLibraries.Require(NativeLibraries.Mp3Lame);
        Format = format;
        Payload = new PayloadFormat("mp3", format.SampleRate, format.Channels);
        FramesPerPacket = Mp3Rates.FramesPerPacket(format.SampleRate);
        _frameLength = FramesPerPacket / 8 * options.BitRate / format.SampleRate;
        MaxPacketLength = _frameLength + 1;
        _pending = new ByteWindow(MaxPending + (FramesPerPacket * 5 / 4) + 2048);
        _encoder = LibMp3Lame.Create();
        try
        {
            Configure(options);
            Delay = LibMp3Lame.EncoderDelay(_encoder) + DecoderDelay;
        }
        catch
        {
            _encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>For display only: RTP carries MP3 in another form, and no client asks for it.</summary>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <summary>
    /// Delay of the sound, in frames, for a decoder that starts at the first packet: 576 from LAME and 529 from the decoder.
    /// </summary>
    public int Delay { get; }

    /// <inheritdoc/>
    public int MaxPacketLength { get; }

    /// <inheritdoc/>
    public unsafe int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length, FramesPerPacket * Format.Channels, nameof(pcm));

        pcm = SampleLimit.Within(pcm, ref _limited);
        Span<byte> room = _pending.MakeRoom().Span;
        fixed (float* samples = pcm)
        {
            fixed (byte* bytes = room)
            {
                int length = Format.Channels == 2
                    ? LibMp3Lame.EncodeStereo(_encoder, samples, FramesPerPacket, bytes, room.Length)
                    : LibMp3Lame.EncodeMono(_encoder, samples, samples, FramesPerPacket, bytes, room.Length);
                Check(length);
                _pending.Add(length);
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, MaxPacketLength, nameof(packet));

        ReadOnlySpan<byte> pending = _pending.Bytes;
        length = pending.Length > 2 ? _frameLength + ((pending[2] >> 1) & 1) : int.MaxValue;
        if (pending.Length < length)
        {
            (length, frames) = (0, 0);
            return false;
        }

        pending[..length].CopyTo(packet);
        _pending.Consume(length);
        frames = FramesPerPacket;
        return true;
    }

    /// <inheritdoc/>
    public unsafe void Complete()
    {
        Span<byte> room = _pending.MakeRoom().Span;
        fixed (byte* bytes = room)
        {
            int length = LibMp3Lame.Flush(_encoder, bytes, room.Length);
            Check(length);
            _pending.Add(length);
        }
    }

    /// <summary>Frees the state of LAME.</summary>
    public void Dispose() => _encoder.Dispose();

    private void Configure(Mp3EncoderOptions options)
    {
        Check(LibMp3Lame.SetChannels(_encoder, Format.Channels));
        Check(LibMp3Lame.SetMode(_encoder, Format.Channels == 1 ? LibMp3Lame.Mono : LibMp3Lame.JointStereo));
        Check(LibMp3Lame.SetInputRate(_encoder, Format.SampleRate));
        Check(LibMp3Lame.SetOutputRate(_encoder, Format.SampleRate));
        Check(LibMp3Lame.SetRateControl(_encoder, LibMp3Lame.ConstantBitRate));
        Check(LibMp3Lame.SetBitRate(_encoder, options.BitRate / 1000));
        Check(LibMp3Lame.SetQuality(_encoder, options.Quality));
        Check(LibMp3Lame.DisableReservoir(_encoder, options.BitReservoir ? 0 : 1));
        Check(LibMp3Lame.WriteInfoFrame(_encoder, 0));
        Check(LibMp3Lame.Apply(_encoder));
        if (LibMp3Lame.FrameSize(_encoder) != FramesPerPacket)
        {
            throw new InvalidOperationException($"LAME's frame size is {LibMp3Lame.FrameSize(_encoder)}.");
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new InvalidOperationException($"LAME failed with error {result}.");
        }
    }
}
