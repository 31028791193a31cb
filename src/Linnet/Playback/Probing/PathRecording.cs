namespace Linnet.Playback.Probing;

/// <summary>One packet of a recording.</summary>
/// <param name="Sequence">Its number, unwrapped.</param>
/// <param name="Position">Its first frame, unwrapped.</param>
/// <param name="At">When it arrived, in ticks of <see cref="TimeSpan"/> since any moment.</param>
/// <param name="Bytes">Of the datagram.</param>
internal readonly record struct HeardPacket(long Sequence, long Position, long At, int Bytes);

/// <summary>What a sender said about its wall clock, and when it was heard.</summary>
/// <param name="SentAt">The sender's wall clock at the frame <paramref name="Position"/>.</param>
/// <param name="Position">As in <see cref="HeardPacket"/>.</param>
/// <param name="HeardAt">Our wall clock at the moment <paramref name="At"/>.</param>
/// <param name="At">As in <see cref="HeardPacket"/>.</param>
internal readonly record struct HeardReport(DateTimeOffset SentAt, long Position, DateTimeOffset HeardAt, long At);

/// <summary>What was heard of a path.</summary>
internal sealed record PathRecording
{
    /// <summary>Ticks per second of positions.</summary>
    public required int ClockRate { get; init; }

    /// <summary>The packets, as they came; the newest, if there were more than are kept.</summary>
    public IReadOnlyList<HeardPacket> Packets { get; init; } = [];

    /// <summary>Packets that came before those and are not kept.</summary>
    public long Forgotten { get; init; }

    /// <summary>Datagrams that were not RTP.</summary>
    public long Corrupt { get; init; }

    /// <summary>Packets of another stream.</summary>
    public long Foreign { get; init; }

    /// <summary>Times the sender began anew; what came before is not kept.</summary>
    public long Restarts { get; init; }

    /// <summary>The last sender report, if one came.</summary>
    public HeardReport? Report { get; init; }

    /// <summary>The shortest round trip that RTCP measured, if it did.</summary>
    public TimeSpan? RtcpTrip { get; init; }

    /// <summary>The shortest that an RTSP request took, if that was measured.</summary>
    public TimeSpan? RequestTrip { get; init; }
}
