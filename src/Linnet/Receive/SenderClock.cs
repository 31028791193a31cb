using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>The sender's wall clock, from its sender reports: maps positions to times of day.</summary>
/// <remarks>Stored as one number, the wall-clock time of position 0, so that it can be read while it is written.</remarks>
internal sealed class SenderClock(MediaTimeline media)
{
    private const long Unknown = long.MinValue;

    private readonly MediaTimeline _media = new(0, media.SampleRate, TimeSpan.TicksPerSecond);
    private long _origin = Unknown;

    /// <summary>Forgets the reports of another stream.</summary>
    internal void Reset() => Volatile.Write(ref _origin, Unknown);

    /// <summary>Records a sender report.</summary>
    internal void OnReport(NtpTime time, long position) =>
        Volatile.Write(ref _origin, time.ToDateTimeOffset().UtcTicks - _media.DueAt(position));

    /// <summary>When <paramref name="position"/> was due, by the sender's wall clock; <see langword="null"/> if no report has
    /// arrived.</summary>
    internal DateTimeOffset? TimeOf(long position)
    {
        long origin = Volatile.Read(ref _origin);
        return origin == Unknown ? null : new DateTimeOffset(origin + _media.DueAt(position), TimeSpan.Zero);
    }

    /// <summary>Gets the time from the sender's clock to playback.</summary>
    /// <param name="heardAt">When position 0 plays, by this machine's wall clock.</param>
    /// <param name="latency">The result. Can be any value, even negative, if the two wall clocks disagree.</param>
    /// <returns><see langword="false"/> if no report has arrived yet.</returns>
    internal bool TryGetLatency(DateTimeOffset heardAt, out TimeSpan latency)
    {
        long origin = Volatile.Read(ref _origin);
        latency = origin == Unknown ? default : new TimeSpan(heardAt.UtcTicks - origin);
        return origin != Unknown;
    }
}
