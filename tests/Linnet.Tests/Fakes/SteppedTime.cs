namespace Linnet.Tests.Fakes;

/// <summary>A nanosecond clock that stands still until the test advances it.</summary>
internal sealed class SteppedTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Nanoseconds since <see cref="Start"/>. Does not begin at zero, so that no code can rely on that.</summary>
    public long Now { get; set; } = 5_000_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Now / 100);
}
