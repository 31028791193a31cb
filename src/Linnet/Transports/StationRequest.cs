using Linnet.Audio;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtsp;

namespace Linnet.Transports;

/// <summary>A station to connect to, and how. Each protocol uses the properties that concern it.</summary>
/// <param name="Address">The station.</param>
internal sealed record StationRequest(Uri Address)
{
    /// <summary>The least wait between the sound's arrival and its play-out.</summary>
    public TimeSpan LeastDelay { get; init; }

    /// <summary>The most; what a stream without timestamps must bring before it is played.</summary>
    public TimeSpan MostDelay { get; init; }

    /// <summary>How packets are to come.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>A worse network than there is; <see langword="null"/>: none.</summary>
    public ImpairedPath? Impairment { get; init; }

    /// <summary>The rendition of a Linnet server where the address names none; <see langword="null"/>: the station's first.</summary>
    public string? Rendition { get; init; }

    /// <summary>What a server sends that does not say; <see langword="null"/>: what is usual there.</summary>
    public RawPcmFormat? Format { get; init; }

    /// <summary>Whether the packets themselves are wanted, so that a stream will not do.</summary>
    public bool NeedsPackets { get; init; }
}
