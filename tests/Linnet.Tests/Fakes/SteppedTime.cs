namespace Linnet.Tests.Fakes;

/// <summary>A clock of nanoseconds that stands still until the test moves it.</summary>
internal sealed class SteppedTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Nanoseconds since <see cref="Start"/>. Does not begin at zero, so that nobody takes it for granted.</summary>
    public long Now { get; set; } = 5_000_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Now / 100);
}
