using Linnet.Native;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Native;

public class MoveAttemptsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_change_is_followed_at_once_and_only_once()
    {
        var attempts = new MoveAttempts(_time);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(attempts.IsDue);

        attempts.OnChanged();
        Assert.True(attempts.IsDue);
        attempts.OnMoved(hasSucceeded: true);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(attempts.IsDue);
    }

    [Fact]
    public void A_device_that_does_not_open_is_tried_again_for_two_seconds()
    {
        var attempts = new MoveAttempts(_time);
        attempts.OnChanged();
        var triedAt = new List<int>();
        for (int ms = 0; ms < 10_000; ms += 10)
        {
            if (attempts.IsDue)
            {
                triedAt.Add(ms);
                attempts.OnMoved(hasSucceeded: false);
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal([0, 500, 1000, 1500, 2000], triedAt);
    }

    [Fact]
    public void Another_change_gets_all_attempts_again()
    {
        var attempts = new MoveAttempts(_time);
        attempts.OnChanged();
        Assert.True(attempts.IsDue);
        attempts.OnMoved(hasSucceeded: false);
        Assert.False(attempts.IsDue);

        attempts.OnChanged();
        Assert.True(attempts.IsDue);
        attempts.OnMoved(hasSucceeded: true);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(attempts.IsDue);
    }
}
