using Linnet.Audio;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtsp;
using Linnet.Wire;

namespace Linnet.Transports;

/// <summary>A station to connect to, and how. Each protocol uses the properties that concern it.</summary>
/// <param name="Address">The station.</param>
internal sealed record StationRequest(Uri Address)
{
    /// <summary>The shortest delay between the arrival of audio and its play-out.</summary>
    public TimeSpan LeastDelay { get; init; }

    /// <summary>The longest delay; also the audio that a stream without timestamps buffers before it is played.</summary>
    public TimeSpan MostDelay { get; init; }

    /// <summary>The transport for packets.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>Simulates a bad network; <see langword="null"/>: no simulation.</summary>
    public ImpairedPath? Impairment { get; init; }

    /// <summary>The rendition of a Linnet server where the address names none; <see langword="null"/>: the station's first.</summary>
    public string? Rendition { get; init; }

    /// <summary>The format of a server that does not state one; <see langword="null"/>: the usual format of its protocol.</summary>
    public RawPcmFormat? Format { get; init; }

    /// <summary>The certificates that are accepted over TLS; <see langword="null"/>: those that this system trusts.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>Whether the caller needs the packets themselves, which a stream does not have.</summary>
    public bool NeedsPackets { get; init; }

    /// <summary>The address, without a password.</summary>
    public override string ToString() => ShownAddress.Of(Address);
}
