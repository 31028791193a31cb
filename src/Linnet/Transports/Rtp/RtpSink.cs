using Linnet.Receive.Repair;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>Takes one RTP datagram. Lent for the call; from the network, so from anyone.</summary>
/// <param name="datagram">The bytes, header included.</param>
/// <param name="arrivedAt">In ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
internal delegate void RtpHandler(ReadOnlySpan<byte> datagram, long arrivedAt);

/// <summary>Closes a reporting interval and tells what was heard in it.</summary>
/// <returns><see langword="null"/> if nothing was received yet.</returns>
internal delegate ReportBlock? ReportHandler(long now);

/// <summary>
/// What a transport does with a stream: hands everything on to the receiver proper, which comes after it in the flow. The calls
/// are quick and do not throw; those for packets and those for reports may come from two threads.
/// </summary>
internal sealed record RtpSink
{
    /// <summary>A stream is about to begin, with these sequence number and timestamp if the server named them.</summary>
    public required Action<ushort?, uint?> Start { get; init; }

    /// <summary>An RTP datagram came.</summary>
    public required RtpHandler Packet { get; init; }

    /// <summary>The sender told its wall clock, and when that came.</summary>
    public required Action<SenderReport, long> SenderReport { get; init; }

    /// <summary>The stream with this SSRC has ended, and when that came.</summary>
    public required Action<uint, long> Goodbye { get; init; }

    /// <summary>The sender told what plays now; again with each of its reports. From the network, so from anyone.</summary>
    public Action<string> Track { get; init; } = static _ => { };

    /// <summary>What to report to the sender.</summary>
    public required ReportHandler Report { get; init; }

    /// <summary>Whether there is room for more, asked by transports that can hold their sender back.</summary>
    public Func<bool> HasRoom { get; init; } = static () => true;

    /// <summary>Something came that is no packet: from a stranger (<see langword="true"/>), or malformed.</summary>
    public Action<bool> Refused { get; init; } = static _ => { };

    /// <summary>When <see cref="Repair"/> is to be called, in ticks; <see cref="long.MaxValue"/>: not as long as nothing comes.</summary>
    public Func<long> RepairAt { get; init; } = static () => long.MaxValue;

    /// <summary>Tells what to ask the sender for by now.</summary>
    public Action<long, RepairRequest> Repair { get; init; } = static (_, _) => { };

    /// <summary>The round trip to the sender: measured on the way that packets take, or else a hint.</summary>
    public Action<TimeSpan, bool> RoundTrip { get; init; } = static (_, _) => { };
}
