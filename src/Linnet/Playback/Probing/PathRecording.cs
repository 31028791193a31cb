namespace Linnet.Playback.Probing;

/// <summary>One packet of a recording.</summary>
/// <param name="Sequence">Sequence number, unwrapped.</param>
/// <param name="Position">Position of the first frame, unwrapped.</param>
/// <param name="At">Arrival time, in ticks of <see cref="TimeSpan"/> from an arbitrary origin.</param>
/// <param name="Bytes">Bytes in the datagram.</param>
internal readonly record struct HeardPacket(long Sequence, long Position, long At, int Bytes);

/// <summary>The sender's wall clock, from a sender report, and when it was received.</summary>
/// <param name="SentAt">The sender's wall clock at the frame <paramref name="Position"/>.</param>
/// <param name="Position">As in <see cref="HeardPacket"/>.</param>
/// <param name="HeardAt">This machine's wall clock at the time <paramref name="At"/>.</param>
/// <param name="At">As in <see cref="HeardPacket"/>.</param>
internal readonly record struct HeardReport(DateTimeOffset SentAt, long Position, DateTimeOffset HeardAt, long At);

/// <summary>The packets received on a path.</summary>
internal sealed record PathRecording
{
    /// <summary>Units of position per second.</summary>
    public required int ClockRate { get; init; }

    /// <summary>The packets in order of arrival; only the newest, if there were too many to keep.</summary>
    public IReadOnlyList<HeardPacket> Packets { get; init; } = [];

    /// <summary>Earlier packets that were not kept.</summary>
    public long Forgotten { get; init; }

    /// <summary>Datagrams that were not RTP.</summary>
    public long Corrupt { get; init; }

    /// <summary>Packets of another stream.</summary>
    public long Foreign { get; init; }

    /// <summary>How often the sender restarted. Packets from before are not kept.</summary>
    public long Restarts { get; init; }

    /// <summary>The last sender report, or <see langword="null"/>.</summary>
    public HeardReport? Report { get; init; }

    /// <summary>The shortest round trip measured by RTCP, or <see langword="null"/>.</summary>
    public TimeSpan? RtcpTrip { get; init; }

    /// <summary>The shortest time that an RTSP request took, or <see langword="null"/>.</summary>
    public TimeSpan? RequestTrip { get; init; }
}
