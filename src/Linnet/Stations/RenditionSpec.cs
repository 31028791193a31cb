using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Codecs.Streams;
using Linnet.Wire.Ogg;

namespace Linnet.Stations;

/// <summary>One encoding that a station offers. The list is fixed, so that listeners share.</summary>
/// <param name="Name">The name in URLs.</param>
/// <param name="BitRate">Bits of payload per second.</param>
/// <param name="CreateEncoder">Creates the encoder.</param>
internal sealed record RenditionSpec(string Name, int BitRate, Func<IAudioEncoder> CreateEncoder)
{
    /// <summary>What the encoder makes. Default: PCM, which needs none.</summary>
    internal StreamCodec Codec { get; init; } = StreamCodec.Pcm;

    /// <summary>
    /// How long before its time on the station's timeline each packet is due; every listener gets this much as a burst when it starts.
    /// Negative: how long after it, as the encoder needs more time than the station encodes ahead.
    /// </summary>
    internal TimeSpan Lead { get; init; }

    /// <summary>How long the encoder needs to start: packets that are due earlier do not count as late. Default: 0.</summary>
    internal TimeSpan StartTime { get; init; }

    /// <summary>Whether RTP can carry it, so that it is offered under its name.</summary>
    internal bool IsRtp { get; init; } = true;

    /// <summary>Whether integer PCM comes out bit for bit.</summary>
    internal bool IsLossless { get; init; }

    /// <summary>Whether it is offered in addition to the defaults, so that only a few of its kind run at a time.</summary>
    internal bool IsOnDemand { get; init; }

    /// <summary>
    /// Which of a sender's packets are passed on unchanged, if their sound has the rendition's format; <see langword="null"/>: none.
    /// </summary>
    internal Func<StreamPacket, bool>? Passes { get; init; }

    /// <summary>
    /// Adapts the headers of an encoder or of a sender to a stream in which packets of both alternate; <see langword="null"/>: no change
    /// is needed.
    /// </summary>
    internal Func<IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<ReadOnlyMemory<byte>>>? HeadersOfBoth { get; init; }

    /// <summary>How it is sent as a stream of bytes; <see langword="null"/>: not at all.</summary>
    internal StreamType? StreamType { get; init; }

    /// <summary>For Opus: the header of a file, without the encoder's delay.</summary>
    internal OpusHead? OpusHead { get; init; }

    /// <summary>Describes it for transports.</summary>
    /// <param name="station">The station's name.</param>
    /// <param name="encoder">One of its encoders, for its properties.</param>
    internal RenditionInfo ToInfo(string station, IAudioEncoder encoder) =>
        new(station, Name, encoder.Payload, encoder.FramesPerPacket, BitRate, RtpStreamIdentity.Random())
        {
            IsRtp = IsRtp,
            IsOnDemand = IsOnDemand,
            StreamType = StreamType,
            Delay = encoder.Delay,
            Headers = OpusHead is { } head
                ? [(head with { PreSkip = (ushort)encoder.Delay }).ToArray()]
                : HeadersOfBoth?.Invoke(encoder.Headers) ?? encoder.Headers,
        };
}
