using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>The sender's wall clock as its sender reports tell it: which position belongs to which time of day.</summary>
/// <remarks>Kept as the wall-clock time of position 0, one number, so that it can be read while it is written.</remarks>
internal sealed class SenderClock(MediaTimeline media)
{
    private const long Unknown = long.MinValue;

    private readonly MediaTimeline _media = new(0, media.SampleRate, TimeSpan.TicksPerSecond);
    private long _origin = Unknown;

    /// <summary>Forgets what another stream's reports told.</summary>
    internal void Reset() => Volatile.Write(ref _origin, Unknown);

    /// <summary>Takes a sender report.</summary>
    internal void OnReport(NtpTime time, long position) =>
        Volatile.Write(ref _origin, time.ToDateTimeOffset().UtcTicks - _media.DueAt(position));

    /// <summary>From the sender's clock to the ear.</summary>
    /// <param name="heardAt">When position 0 is heard, by this machine's wall clock.</param>
    /// <param name="latency">May be anything, negative too, if the two wall clocks do not agree.</param>
    /// <returns><see langword="false"/> if no report has come yet.</returns>
    internal bool TryGetLatency(DateTimeOffset heardAt, out TimeSpan latency)
    {
        long origin = Volatile.Read(ref _origin);
        latency = origin == Unknown ? default : new TimeSpan(heardAt.UtcTicks - origin);
        return origin != Unknown;
    }
}
