using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Wire.Rtp;

namespace Linnet.Broadcast;

/// <summary>What is fixed about a rendition for as long as its station exists: all that transports need beside its packets.</summary>
/// <param name="Station">The station's name, <c>[a-z0-9-]+</c>.</param>
/// <param name="Name">The rendition's name in URLs: <c>pcm</c>, <c>opus</c>, …</param>
/// <param name="Payload">How it is encoded. Positions in its ring are frames at its clock rate.</param>
/// <param name="FramesPerPacket">Frames in each packet.</param>
/// <param name="BitRate">Bits of payload per second, for limits and for display: exact for PCM, the encoder's target otherwise.</param>
/// <param name="Stream">The RTP identity that all its listeners share.</param>
internal sealed record RenditionInfo(
    string Station, string Name, PayloadFormat Payload, int FramesPerPacket, int BitRate, RtpStreamIdentity Stream)
{
    /// <summary>The earliest <see cref="Began"/>, and its default.</summary>
    public static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When its station was made, by the wall clock: what is counted from it continues to grow after a restart.</summary>
    public DateTimeOffset Began { get; init; } = Epoch;

    /// <summary>Whether RTP can carry its packets, so that RTSP offers it. Default <see langword="true"/>.</summary>
    public bool IsRtp { get; init; } = true;

    /// <summary>Whether it is offered in addition to the defaults, so that only a few of its kind run at a time. Default: no.</summary>
    public bool IsOnDemand { get; init; }

    /// <summary>How it is sent as a stream of bytes; <see langword="null"/>, the default: not at all.</summary>
    public StreamType? StreamType { get; init; }

    /// <summary>
    /// Frames at its clock rate by which decoded sound lags the packets that carry it: the encoder's delay, in Opus the pre-skip. Positions
    /// in the ring have it subtracted. Default 0.
    /// </summary>
    public int Delay { get; init; }

    /// <summary>
    /// What a decoder needs before the packets, where the ring's <see cref="FormatItem"/> does not say: as in
    /// <see cref="FormatItem.Headers"/>, and for Opus its OpusHead. Default: nothing.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Headers { get; init; } = [];

    /// <summary>How long a packet lasts.</summary>
    public TimeSpan PacketTime => Payload.Clock.DurationOf(FramesPerPacket);

    /// <summary>Whether a packet has room for a copy of another: those of PCM mostly have not.</summary>
    public bool HasRoomForCopies =>
        2 * BytesPerPacket <= RedFraming.MaxPayload - RedPayload.CopyHeaderLength - RedPayload.PrimaryHeaderLength;

    /// <summary>Bytes of payload in a packet, on average.</summary>
    internal int BytesPerPacket => (int)(PacketTime.TotalSeconds * BitRate / 8);

    /// <summary><c>station/rendition</c>, as in URLs and logs.</summary>
    public override string ToString() => $"{Station}/{Name}";
}
