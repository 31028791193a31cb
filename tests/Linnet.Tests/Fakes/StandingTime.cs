namespace Linnet.Tests.Fakes;

/// <summary>The system clock, which stands still until the test advances it. Timers use the system's.</summary>
internal sealed class StandingTime : TimeProvider
{
    private long _now = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, (long)(time.TotalSeconds * TimestampFrequency));
}
