using Linnet.Receive.Repair;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>Handles one RTP datagram, which is valid during the call. It comes from the network and is untrusted.</summary>
/// <param name="datagram">The bytes, including the header.</param>
/// <param name="arrivedAt">When it arrived, in ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
internal delegate void RtpHandler(ReadOnlySpan<byte> datagram, long arrivedAt);

/// <summary>Closes a reporting interval and returns its report.</summary>
/// <returns><see langword="null"/> if nothing was received yet.</returns>
internal delegate ReportBlock? ReportHandler(long now);

/// <summary>
/// The calls of a transport for a stream: they pass everything on to the receiver proper, which comes next in the flow. They are quick and
/// do not throw; those for packets and those for reports may come from two threads.
/// </summary>
internal sealed record RtpSink
{
    /// <summary>A stream is about to begin, with this sequence number and timestamp if the server announced them.</summary>
    public required Action<ushort?, uint?> Start { get; init; }

    /// <summary>An RTP datagram arrived.</summary>
    public required RtpHandler Packet { get; init; }

    /// <summary>A sender report arrived, at this instant.</summary>
    public required Action<SenderReport, long> SenderReport { get; init; }

    /// <summary>The stream with this SSRC has ended, at this instant.</summary>
    public required Action<uint, long> Goodbye { get; init; }

    /// <summary>The sender announced the current track; repeated with each of its reports. Untrusted: it comes from the network.</summary>
    public Action<string> Track { get; init; } = static _ => { };

    /// <summary>Returns the report to send.</summary>
    public required ReportHandler Report { get; init; }

    /// <summary>Whether there is room for more, for transports that can hold back their sender.</summary>
    public Func<bool> HasRoom { get; init; } = static () => true;

    /// <summary>Something invalid arrived: from a stranger (<see langword="true"/>), or malformed.</summary>
    public Action<bool> Refused { get; init; } = static _ => { };

    /// <summary>When to call <see cref="Repair"/>, in ticks; <see cref="long.MaxValue"/>: not until something arrives.</summary>
    public Func<long> RepairAt { get; init; } = static () => long.MaxValue;

    /// <summary>Fills in what to request from the sender by now.</summary>
    public Action<long, RepairRequest> Repair { get; init; } = static (_, _) => { };

    /// <summary>The round trip to the sender: whether measured on the path of the packets, or only a hint.</summary>
    public Action<TimeSpan, bool> RoundTrip { get; init; } = static (_, _) => { };
}
