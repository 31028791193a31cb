using Linnet.Clock;

namespace Linnet.Tests.Clock;

public sealed class BackoffTests
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    [Fact]
    public void Waits_start_with_the_shortest_and_at_most_double_up_to_the_longest()
    {
        var backoff = new Backoff(Least, Most, new Random(1));

        Assert.Equal(Least, backoff.Next());
        foreach (double most in (double[])[500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
        {
            Assert.InRange(backoff.Next().TotalMilliseconds, most / 2, most);
        }
    }

    [Fact]
    public void A_success_resets_the_wait()
    {
        var backoff = new Backoff(Least, Most, new Random(1));
        backoff.Next();
        backoff.Next();

        backoff.Reset();

        Assert.Equal(Least, backoff.Next());
    }

    [Fact]
    public void Players_of_a_failed_server_do_not_all_retry_at_once()
    {
        var waits = Enumerable.Range(0, 100).Select(seed =>
        {
            var backoff = new Backoff(Least, Most, new Random(seed));
            backoff.Next();
            return backoff.Next();
        });

        Assert.InRange(waits.Distinct().Count(), 50, 100);
    }
}
