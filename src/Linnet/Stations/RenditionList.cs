using Linnet.Audio;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Wire.PyAudio;

namespace Linnet.Stations;

/// <summary>All ways in which one station can be encoded.</summary>
/// <param name="source">The source's format.</param>
/// <param name="bitDepth">The source's bits per sample, or 0 if it never was integer PCM.</param>
/// <param name="options">Bit rates and complexity.</param>
internal sealed class RenditionList(AudioFormat source, int bitDepth, StationOptions options)
{
    private static readonly TimeSpan ShortPacket = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongPacket = TimeSpan.FromMilliseconds(20);

    // What a PyAudio client has in hand: its own buffer holds 23 ms and knows no jitter.
    private static readonly TimeSpan PyAudioLead = TimeSpan.FromMilliseconds(100);

    private readonly int _opusChannels = Math.Min(source.Channels, 2);
    private readonly bool _fits16 = bitDepth is > 0 and <= 16;

    /// <summary>The bits of a rendition without loss.</summary>
    private int Bits => _fits16 ? 16 : 24;

    /// <summary>The renditions, each name once, RTP's default first.</summary>
    internal IReadOnlyList<RenditionSpec> ToSpecs()
    {
        StreamName[] streams = StreamNames();
        return
        [
            OpusSpec("opus", options.OpusBitRate, LongPacket, lowDelay: false,
                isStream: streams.Contains(new StreamName(StreamName.Opus, null))),
            OpusSpec("opus-5ms", options.OpusBitRate, ShortPacket, lowDelay: true, isStream: false),
            LinearSpec("pcm", Bits),
            LinearSpec("l16", 16),
            LinearSpec("l24", 24),
            PyAudioSpec(),
            .. streams.Select(
                name => SpecFor(name) is { } spec ? spec with { IsOnDemand = !StationOptions.DefaultStreams.Contains(spec.Name) } : null)
                    .OfType<RenditionSpec>(),
            .. options.Sent is { Codec: StreamCodec.Vorbis } vorbis && source.Channels <= 2
                ? [VorbisSpec(vorbis)] : Array.Empty<RenditionSpec>(),
        ];
    }

    /// <summary>Whether HTTP carries any.</summary>
    internal bool HasStreams => options.Streams.Count > 0;

    /// <summary>The renditions that HTTP carries, as they are called and in the order of the options.</summary>
    internal StreamName[] StreamNames() => [.. options.Streams.Select(static text =>
        StreamName.TryParse(text, out StreamName? name, out string? problem) ? name : throw new ArgumentException(problem))];

    private RenditionSpec? SpecFor(StreamName name) => name.Codec switch
    {
        StreamName.Mp3 => Mp3Spec(name),
        StreamName.Opus when name.BitRate is int rate => OpusSpec(name.ToString(), rate, LongPacket, lowDelay: false, isStream: true),
        StreamName.Flac => FlacSpec(),
        StreamName.Wav => WavSpec(),
        _ => null,
    };

    private Func<IStreamContainer> Ogg(OggMapping mapping)
    {
        uint serial = (uint)Random.Shared.Next();
        return () => new OggContainer(mapping, options.Name, serial);
    }

    /// <summary>Only where Vorbis is sent: nobody asks for it.</summary>
    private RenditionSpec VorbisSpec(StreamFormat sent)
    {
        int bitRate = sent.BitRate > 0 ? sent.BitRate : 64_000 * source.Channels;
        return new RenditionSpec("ogg", bitRate, () => new VorbisEncoder(source, bitRate))
        {
            IsRtp = false,
            Passes = static packet => packet.Format.Codec is StreamCodec.Vorbis,
            Stream = new StreamSpec("ogg", "audio/ogg; codecs=vorbis", _ => Ogg(new OggVorbisMapping(source.SampleRate))),
        };
    }

    private RenditionSpec FlacSpec() => new("flac", source.SampleRate * source.Channels * Bits, () => new FlacEncoder(source, Bits))
    {
        IsRtp = false,
        IsLossless = true,
        Passes = packet => packet.Format.Codec is StreamCodec.Flac && packet.Format.BitDepth == Bits,
        HeadersOfBoth = options.IsFed ? ForAnyBlocks : null,
        Stream = new StreamSpec("flac", "audio/flac", _ => () => new FlacContainer(options.Name)),
    };

    /// <summary>
    /// STREAMINFO of a stream whose blocks may be of any length: bare FLAC has it once, at its head, and decoders refuse longer blocks than
    /// it says.
    /// </summary>
    /// <remarks>Source: RFC 9639 §8.2: least and most frames of a block, then least and most bytes of a frame, 0 for unknown.</remarks>
    private static ReadOnlyMemory<byte>[] ForAnyBlocks(IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        if (headers is not [{ Length: >= 14 } streamInfo])
        {
            return [.. headers];
        }

        byte[] changed = streamInfo.ToArray();
        ReadOnlySpan<byte> lengths = [0, 16, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0];
        lengths.CopyTo(changed.AsSpan(4));
        return [changed];
    }

    private RenditionSpec LinearSpec(string name, int bits)
    {
        // Fewer bits than the source has: dithered, as somebody asked for exactly this.
        bool dithered = bits == 16 && !_fits16;
        return new RenditionSpec(
            name,
            source.SampleRate * source.Channels * bits,
            () => new LinearPcmEncoder(source, bits, ShortPacket, dithered ? new TpdfDither() : null))
        {
            IsLossless = true,
        };
    }

    private RenditionSpec PyAudioSpec()
    {
        RawPcmFormat pcm = PyAudioSound.Format;
        bool isExact = _fits16 && source.Channels <= pcm.Format.Channels && source.SampleRate == pcm.Format.SampleRate;
        return new RenditionSpec(
            RenditionSpec.PyAudioName,
            pcm.Format.SampleRate * pcm.BytesPerFrame * 8,
            () => new RawPcmEncoder(pcm, PyAudioSound.FramesPerMessage, isExact ? null : new TpdfDither(), isMono: source.Channels == 1))
        {
            Lead = PyAudioLead < options.EncodeAhead ? PyAudioLead : options.EncodeAhead,
            IsRtp = false,
            IsLossless = true,
        };
    }

    private RenditionSpec OpusSpec(string name, int bitRate, TimeSpan packetTime, bool lowDelay, bool isStream)
    {
        var opus = new OpusEncoderOptions
        {
            BitRate = bitRate > 0
                ? bitRate : isStream && options.Sent is { Codec: StreamCodec.Opus, BitRate: >= 6000 and <= 510_000 and int sent }
                    ? sent : 64_000 * _opusChannels,
            Complexity = options.OpusComplexity,
            PacketTime = packetTime,
            LowDelay = lowDelay,
        };
        int frames = new AudioFormat(48_000, 1).FramesIn(packetTime);
        bool passes = isStream && name == StreamName.Opus;
        return new RenditionSpec(name, opus.BitRate, () => new OpusEncoder(_opusChannels, opus))
        {
            // RTP hears it, too, and was promised packets of this length.
            Passes = passes
                ? packet => packet.Format.Codec is StreamCodec.Opus && (packet.Frames == frames || packet.Frames == 0)
                    && packet.Bytes.Length <= InterleavedFraming.MaxPayload : null,
            Stream = isStream
                ? new StreamSpec("opus", "audio/ogg; codecs=opus",
                    encoder => Ogg(new OggOpusMapping(_opusChannels, encoder.Delay, source.SampleRate))) : null,
        };
    }

    private RenditionSpec Mp3Spec(StreamName name)
    {
        var format = new AudioFormat(Mp3Rates.SampleRateFor(source.SampleRate), Math.Min(source.Channels, 2));
        bool isSent = name.BitRate is null && options.Sent is { Codec: StreamCodec.Mp3, BitRate: > 0 };
        var mp3 = new Mp3EncoderOptions
        {
            BitRate = Mp3Rates.BitRateFor(format.SampleRate, name.BitRate ?? (isSent ? options.Sent!.BitRate : options.Mp3BitRate)),
            Quality = options.Mp3Quality,
            BitReservoir = !(options.IsFed && name.BitRate is null),
        };
        return new RenditionSpec(name.ToString(), mp3.BitRate, () => new Mp3Encoder(format, mp3))
        {
            IsRtp = false,
            Passes = name.BitRate is null ? static packet => packet.Format.Codec is StreamCodec.Mp3 : null,
            Stream = new StreamSpec("mp3", "audio/mpeg", static _ => static () => new BareContainer()),
        };
    }

    private RenditionSpec WavSpec()
    {
        var pcm = new RawPcmFormat(_fits16 ? SampleEncoding.S16LE : SampleEncoding.S24LE, source);
        int bitRate = source.SampleRate * pcm.BytesPerFrame * 8;
        return new RenditionSpec("wav", bitRate, () => new RawPcmEncoder(pcm, source.FramesIn(LongPacket)))
        {
            IsRtp = false,
            IsLossless = true,
            Stream = new StreamSpec("wav", "audio/wav", _ => () => new WavContainer(pcm)),
        };
    }
}
