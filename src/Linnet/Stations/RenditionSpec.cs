using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;
using Linnet.Transports.Http.Containers;

namespace Linnet.Stations;

/// <summary>One way in which a station can be encoded. The list is fixed, so that listeners share.</summary>
/// <param name="Name">Its name in URLs.</param>
/// <param name="BitRate">Bits of payload per second.</param>
/// <param name="CreateEncoder">Makes its encoder.</param>
internal sealed record RenditionSpec(string Name, int BitRate, Func<IAudioEncoder> CreateEncoder)
{
    /// <summary>The rendition for the PyAudio tutorial's programs.</summary>
    internal const string PyAudioName = "pyaudio";

    private static readonly TimeSpan ShortPacket = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongPacket = TimeSpan.FromMilliseconds(20);

    // What a PyAudio client has in hand: its own buffer holds 23 ms and knows no jitter.
    private static readonly TimeSpan PyAudioLead = TimeSpan.FromMilliseconds(100);

    /// <summary>How long before its time on the station's timeline each packet is due: what every listener gets as a burst when it starts.</summary>
    internal TimeSpan Lead { get; init; }

    /// <summary>Whether RTP can carry it, so that it is offered under its name.</summary>
    internal bool IsRtp { get; init; } = true;

    /// <summary>How HTTP carries it; <see langword="null"/>: not at all.</summary>
    internal StreamSpec? Stream { get; init; }

    /// <summary>All renditions of a station, the default first.</summary>
    /// <param name="source">The source's format.</param>
    /// <param name="bitDepth">The source's bits per sample, or 0 if it never was integer PCM.</param>
    /// <param name="options">Bit rate and complexity.</param>
    internal static IReadOnlyList<RenditionSpec> For(AudioFormat source, int bitDepth, StationOptions options)
    {
        bool fitsL16 = bitDepth is > 0 and <= 16;
        return
        [
            OpusSpec("opus", LongPacket, lowDelay: false),
            OpusSpec("opus-5ms", ShortPacket, lowDelay: true),
            LinearSpec("pcm", fitsL16 ? 16 : 24),
            LinearSpec("l16", 16),
            LinearSpec("l24", 24),
            PyAudioSpec(),
            WavSpec(fitsL16 ? 16 : 24),
        ];

        RenditionSpec WavSpec(int bits)
        {
            var pcm = new RawPcmFormat(WavEncoder.EncodingOf(bits), source);
            return new RenditionSpec("wav", source.SampleRate * pcm.BytesPerFrame * 8, () => new WavEncoder(source, bits, LongPacket))
            {
                IsRtp = false,
                Stream = new StreamSpec("wav", "audio/wav", _ => () => new WavContainer(pcm)),
            };
        }

        RenditionSpec LinearSpec(string name, int bits)
        {
            // Fewer bits than the source has: dithered, as somebody asked for exactly this.
            bool dithered = bits == 16 && !fitsL16;
            return new RenditionSpec(
                name,
                source.SampleRate * source.Channels * bits,
                () => new LinearPcmEncoder(source, bits, ShortPacket, dithered ? new TpdfDither() : null));
        }

        RenditionSpec PyAudioSpec()
        {
            int channels = Math.Min(source.Channels, PyAudioEncoder.OutputFormat.Channels);
            bool isExact = fitsL16 && channels == source.Channels && source.SampleRate == PyAudioEncoder.OutputFormat.SampleRate;
            return new RenditionSpec(
                PyAudioName,
                PyAudioEncoder.OutputFormat.SampleRate * PyAudioEncoder.BytesPerFrame * 8,
                () => new PyAudioEncoder(channels, isExact ? null : new TpdfDither()))
            {
                Lead = PyAudioLead < options.EncodeAhead ? PyAudioLead : options.EncodeAhead,
                IsRtp = false,
            };
        }

        RenditionSpec OpusSpec(string name, TimeSpan packetTime, bool lowDelay)
        {
            int channels = Math.Min(source.Channels, 2);
            var opus = new OpusEncoderOptions
            {
                BitRate = options.OpusBitRate > 0 ? options.OpusBitRate : 64_000 * channels,
                Complexity = options.OpusComplexity,
                PacketTime = packetTime,
                LowDelay = lowDelay,
            };
            return new RenditionSpec(name, opus.BitRate, () => new OpusEncoder(channels, opus));
        }
    }
}
