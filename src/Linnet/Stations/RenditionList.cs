using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Wire.Ogg;
using Linnet.Wire.PyAudio;

namespace Linnet.Stations;

/// <summary>All encodings of one station.</summary>
/// <param name="source">The source's format.</param>
/// <param name="bitDepth">The source's bits per sample, or 0 if it never was integer PCM.</param>
/// <param name="options">Bit rates and complexity.</param>
internal sealed class RenditionList(AudioFormat source, int bitDepth, StationOptions options)
{
    private static readonly TimeSpan ShortPacket = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongPacket = TimeSpan.FromMilliseconds(20);

    // The lead of a client without a jitter buffer: its device holds 23 ms.
    private static readonly TimeSpan MessageLead = TimeSpan.FromMilliseconds(100);

    // A process starts in some 100 ms; a busy machine needs longer. HTTP listeners have more than that in their burst.
    private static readonly TimeSpan AacStartTime = TimeSpan.FromSeconds(1);

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
            MessageSpec(),
            .. StreamSpecs().Where(s => ProblemOf(s) is null),
        ];
    }

    /// <summary>The renditions that are left out because this machine cannot encode them.</summary>
    internal IReadOnlyList<MissingStream> Missing =>
        [.. StreamSpecs().Where(s => ProblemOf(s) is not null).Select(s => new MissingStream(s.Name, s.StreamType!, ProblemOf(s)!))];

    /// <summary>Whether HTTP carries any.</summary>
    internal bool HasStreams => options.Streams.Count > 0;

    /// <summary>The renditions that HTTP carries, with their names and in the order of the options.</summary>
    internal StreamName[] StreamNames() => [.. options.Streams.Select(static text =>
        StreamName.TryParse(text, out StreamName? name, out string? problem) ? name : throw new ArgumentException(problem))];

    private IEnumerable<RenditionSpec> StreamSpecs() =>
    [
        .. StreamNames().Select(
            name => SpecFor(name) is { } spec ? spec with { IsOnDemand = !StationOptions.DefaultStreams.Contains(spec.Name) } : null)
                .OfType<RenditionSpec>(),
        .. options.Sent is { Codec: StreamCodec.Vorbis } vorbis && source.Channels <= 2
            ? [VorbisSpec(vorbis)] : Array.Empty<RenditionSpec>(),
    ];

    private string? ProblemOf(RenditionSpec spec) => options.Codecs.EncoderProblem(spec.Codec);

    private RenditionSpec? SpecFor(StreamName name) => name.Codec switch
    {
        StreamName.Mp3 => Mp3Spec(name),
        StreamName.Opus when name.BitRate is int rate => OpusSpec(name.ToString(), rate, LongPacket, lowDelay: false, isStream: true),
        StreamName.Aac => AacSpec(name),
        StreamName.Flac => FlacSpec(),
        StreamName.Wav => WavSpec(),
        _ => null,
    };

    /// <summary>The stream of a rendition, offered where the options list it; after all others if they do not.</summary>
    private StreamType Offered(StreamType type, string name)
    {
        int place = Array.FindIndex(StreamNames(), listed => listed.ToString() == name);
        return type with { Order = place < 0 ? options.Streams.Count : place };
    }

    /// <summary>Only if the sender sends Vorbis: there is no demand for it otherwise.</summary>
    private RenditionSpec VorbisSpec(StreamFormat sent)
    {
        int bitRate = sent.BitRate > 0 ? sent.BitRate : 64_000 * source.Channels;
        return new RenditionSpec("ogg", bitRate, () => new VorbisEncoder(source, bitRate))
        {
            Codec = StreamCodec.Vorbis,
            IsRtp = false,
            Passes = static packet => packet.Format.Codec is StreamCodec.Vorbis,
            StreamType = Offered(StreamType.Vorbis, "ogg"),
        };
    }

    private RenditionSpec FlacSpec() => new("flac", source.SampleRate * source.Channels * Bits, () => new FlacEncoder(source, Bits))
    {
        Codec = StreamCodec.Flac,
        IsRtp = false,
        IsLossless = true,
        Passes = packet => packet.Format.Codec is StreamCodec.Flac && packet.Format.BitDepth == Bits,
        HeadersOfBoth = options.IsFed ? ForAnyBlocks : null,
        StreamType = Offered(StreamType.Flac, StreamName.Flac),
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
        // Fewer bits than the source has: dithered, as a listener asked for exactly this.
        bool dithered = bits == 16 && !_fits16;
        return new RenditionSpec(
            name,
            source.SampleRate * source.Channels * bits,
            () => new LinearPcmEncoder(source, bits, ShortPacket, dithered ? new TpdfDither() : null))
        {
            IsLossless = true,
        };
    }

    /// <summary>Bare PCM for programs that know only one format. Its name is not valid in URLs.</summary>
    private RenditionSpec MessageSpec()
    {
        RawPcmFormat pcm = PyAudioSound.Format;
        bool isExact = _fits16 && source.Channels <= pcm.Format.Channels && source.SampleRate == pcm.Format.SampleRate;
        return new RenditionSpec(
            "pyaudio",
            pcm.Format.SampleRate * pcm.BytesPerFrame * 8,
            () => new RawPcmEncoder(pcm, PyAudioSound.FramesPerMessage, isExact ? null : new TpdfDither(), isMono: source.Channels == 1))
        {
            Lead = MessageLead < options.EncodeAhead ? MessageLead : options.EncodeAhead,
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
            Codec = StreamCodec.Opus,
            // RTP carries it, too, with packets of this announced length.
            Passes = passes
                ? packet => packet.Format.Codec is StreamCodec.Opus && (packet.Frames == frames || packet.Frames == 0)
                    && packet.Bytes.Length <= InterleavedFraming.MaxPayload : null,
            StreamType = isStream ? Offered(StreamType.Opus, name) : null,
            OpusHead = new OpusHead((byte)_opusChannels, 0, (uint)source.SampleRate, Coupled: (byte)(_opusChannels - 1)),
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
            Codec = StreamCodec.Mp3,
            IsRtp = false,
            Passes = name.BitRate is null ? static packet => packet.Format.Codec is StreamCodec.Mp3 : null,
            StreamType = Offered(StreamType.Mp3, name.ToString()),
        };
    }

    private RenditionSpec AacSpec(StreamName name)
    {
        var format = new AudioFormat(AacRates.SampleRateFor(source.SampleRate), Math.Min(source.Channels, 2));
        TimeSpan answerTime = AacEncoder.AnswerTime(format);
        int bitRate = AacRates.BitRateFor(format.SampleRate, format.Channels, name.BitRate ?? options.AacBitRate);
        return new RenditionSpec(name.ToString(), bitRate, () => new AacEncoder(format, bitRate))
        {
            Codec = StreamCodec.Aac,
            StartTime = AacStartTime,
            Lead = options.EncodeAhead < answerTime ? options.EncodeAhead - answerTime : TimeSpan.Zero,
            IsRtp = false,
            StreamType = Offered(StreamType.Aac, name.ToString()),
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
            StreamType = Offered(StreamType.Wav, StreamName.Wav),
        };
    }
}
