using Linnet.Audio;
using Linnet.Native;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>Vorbis encoder using libvorbisenc, at an average bit rate.</summary>
/// <remarks>
/// Source: Vorbis I. Packets differ in length; each stands for the sound between the middle of the previous block and the middle of its
/// own, and the first stands for none. Decoded sound is not delayed. Samples are limited to ±16, and NaN becomes silence: libvorbis would
/// pass both into its filters.
/// </remarks>
internal sealed class VorbisEncoder : IAudioEncoder
{
    /// <summary>libvorbis never makes longer packets: this is several times what its highest quality needs.</summary>
    private const int LongestPacket = 16 * 1024;

    /// <summary>About 128 kb/s for stereo.</summary>
    private const float UsualQuality = 0.4f;

    private readonly LibVorbisEncoder.Handle _encoder;
    private long _granule;
    private float[] _limited = [];

    /// <summary>Creates an encoder.</summary>
    /// <param name="format">The PCM to encode, up to 192 kHz; also the format of the stream.</param>
    /// <param name="bitRate">Bits per second on average. If libvorbis has no mode for it, its usual quality for the format is used.</param>
    /// <exception cref="ArgumentException">libvorbis has no mode for the format.</exception>
    /// <exception cref="DllNotFoundException">libvorbisenc is not installed; the message says how to.</exception>
    public VorbisEncoder(AudioFormat format, int bitRate)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        NativeLibraries.Require(NativeLibraries.Vorbis);
        NativeLibraries.Require(NativeLibraries.VorbisEnc);
        Format = format;
        Payload = new PayloadFormat("vorbis", format.SampleRate, format.Channels);
        _encoder = new LibVorbisEncoder.Handle();
        try
        {
            LibVorbisEncoder.InitInfo(_encoder.Info);
            LibVorbisEncoder.InitComment(_encoder.Comment);
            Choose(format, bitRate);

            FramesPerPacket = LibVorbisEncoder.BlockSize(_encoder.Info, isLong: 1) / 2;
            Check(LibVorbisEncoder.InitState(_encoder.State, _encoder.Info));
            Check(LibVorbisEncoder.InitBlock(_encoder.State, _encoder.Block));
            Check(LibVorbisEncoder.Headers(_encoder.State, _encoder.Comment, out var identification, out var comments, out var setup));
            Headers = [identification.Span.ToArray(), comments.Span.ToArray(), setup.Span.ToArray()];
        }
        catch
        {
            _encoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>For display only: RTP carries Vorbis in another form, and no client asks for it.</summary>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public int MaxPacketLength => LongestPacket;

    /// <summary>The identification, comment and setup headers.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Headers { get; }

    /// <inheritdoc/>
    public unsafe int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        int channels = Format.Channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pcm.Length, FramesPerPacket * channels, nameof(pcm));
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length % channels, 0, nameof(pcm));
        int frames = pcm.Length / channels;
        if (frames == 0)
        {
            return 0;
        }

        pcm = SampleLimit.Within(pcm, ref _limited);
        float** planes = LibVorbisEncoder.Buffer(_encoder.State, frames);
        ReadOnlySpan<byte> order = VorbisChannels.Order(channels);
        for (int channel = 0; channel < channels; channel++)
        {
            float* plane = planes[order[channel]];
            for (int frame = 0; frame < frames; frame++)
            {
                plane[frame] = pcm[(frame * channels) + channel];
            }
        }

        Check(LibVorbisEncoder.Wrote(_encoder.State, frames));
        return 0;
    }

    /// <inheritdoc/>
    public bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        LibVorbisEncoder.OggPacket next;
        while (LibVorbisEncoder.NextPacket(_encoder.State, out next) != 1)
        {
            if (LibVorbisEncoder.NextBlock(_encoder.State, _encoder.Block) != 1)
            {
                (length, frames) = (0, 0);
                return false;
            }

            Check(LibVorbisEncoder.Analyse(_encoder.Block, 0));
            Check(LibVorbisEncoder.AddBlock(_encoder.Block));
        }

        next.Span.CopyTo(packet);
        length = next.Span.Length;
        frames = (int)(next.Granule - _granule);
        _granule = next.Granule;
        return true;
    }

    /// <inheritdoc/>
    public void Complete() => Check(LibVorbisEncoder.Wrote(_encoder.State, 0));

    /// <summary>Frees the state of libvorbis.</summary>
    public void Dispose() => _encoder.Dispose();

    private void Choose(AudioFormat format, int bitRate)
    {
        if (LibVorbisEncoder.Choose(_encoder.Info, new(format.Channels), new(format.SampleRate), new(-1), new(bitRate), new(-1)) == 0)
        {
            return;
        }

        // The failed setup has cleared the info.
        LibVorbisEncoder.InitInfo(_encoder.Info);
        if (LibVorbisEncoder.ChooseQuality(_encoder.Info, new(format.Channels), new(format.SampleRate), UsualQuality) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "libvorbis has no mode for this format.");
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new InvalidOperationException($"libvorbis failed with error {result}.");
        }
    }
}
