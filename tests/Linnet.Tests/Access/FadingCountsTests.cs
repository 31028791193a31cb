using Linnet.Access;

namespace Linnet.Tests.Access;

public class FadingCountsTests
{
    private static readonly TimeSpan HalfTime = TimeSpan.FromMinutes(5);

    private readonly FadingCounts _counts = new(HalfTime);

    [Fact]
    public void Counts_are_halved_until_they_are_zero()
    {
        for (int i = 0; i < 5; i++)
        {
            _counts.Add(1, TimeSpan.FromHours(1));
        }

        Assert.Equal(5, _counts[1, TimeSpan.FromHours(1)]);
        Assert.Equal(0, _counts[2, TimeSpan.FromHours(1)]);
        Assert.Equal(2, _counts[1, TimeSpan.FromHours(1) + HalfTime]);
        Assert.Equal(1, _counts[1, TimeSpan.FromHours(1) + (2 * HalfTime)]);
        Assert.Equal(0, _counts[1, TimeSpan.FromHours(1) + (3 * HalfTime)]);
        Assert.Equal(0, _counts[1, TimeSpan.FromDays(1000)]);
    }

    [Fact]
    public void A_flood_of_other_keys_does_not_lower_a_count_and_rarely_raises_it()
    {
        for (int i = 0; i < 10; i++)
        {
            _counts.Add(UInt128.MaxValue, TimeSpan.Zero);
        }

        for (int i = 0; i < 60_000; i++)
        {
            _counts.Add((UInt128)(uint)i << 64, TimeSpan.Zero);
        }

        Assert.Equal(10, _counts[UInt128.MaxValue, TimeSpan.Zero]);
        Assert.InRange(Enumerable.Range(0, 1000).Count(i => _counts[(UInt128)(uint)i, TimeSpan.Zero] > 1), 0, 20);
    }

    [Fact]
    public void A_count_has_a_maximum()
    {
        for (int i = 0; i < 70_000; i++)
        {
            _counts.Add(1, TimeSpan.Zero);
        }

        Assert.Equal(ushort.MaxValue, _counts[1, TimeSpan.Zero]);
    }
}
