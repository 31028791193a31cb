namespace Linnet.Tests.Fakes;

/// <summary>A clock of a given frequency that shows what it is set to, as wall time and as timestamp.</summary>
internal sealed class SettableTime(long frequency) : TimeProvider
{
    private static readonly DateTimeOffset WallAtZero = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public long Timestamp { get; set; }

    public override long TimestampFrequency => frequency;

    public override long GetTimestamp() => Timestamp;

    public override DateTimeOffset GetUtcNow() => WallAt(Timestamp);

    public DateTimeOffset WallAt(long timestamp) => WallAtZero + GetElapsedTime(0, timestamp);
}
