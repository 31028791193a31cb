using System.Threading.Channels;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Transports.Impairments;

public sealed class ImpairedPathTests
{
    private readonly Channel<(string Way, byte First)> _delivered = Channel.CreateUnbounded<(string, byte)>();
    private readonly ManualTime _time = new();

    [Fact]
    public void Datagrams_without_delay_pass_at_once()
    {
        ImpairedPath path = Connected("seed=1");

        path.SendRtp([1]);
        path.SendRtcp([2]);
        path.SendFeedback([3]);

        Assert.Equal([("rtp", (byte)1), ("rtcp", (byte)2), ("feedback", (byte)3)], Delivered());
    }

    [Fact]
    public async Task Delayed_datagrams_are_delivered_on_time_even_if_an_earlier_one_arrives()
    {
        ImpairedPath path = Connected("delay=50ms,rate=64k,queue=10s");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = path.RunAsync(stopping.Token);

        path.SendRtp([1, .. new byte[971]]); // 125 ms on the link
        path.SendFeedback([3]); // 3.6 ms on the link back

        await _time.FireAsync(TimeSpan.FromMilliseconds(54));
        Assert.Equal(("feedback", (byte)3), await NextAsync());
        await _time.FireAsync(TimeSpan.FromMilliseconds(175 - 54));
        Assert.Equal(("rtp", (byte)1), await NextAsync());
        path.SendRtcp([2]);
        await _time.FireAsync(TimeSpan.FromMilliseconds(54));
        Assert.Equal(("rtcp", (byte)2), await NextAsync());

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void Each_direction_has_its_own_random_numbers_and_counts()
    {
        ImpairedPath path = Connected("loss=50%,seed=3");
        for (int i = 0; i < 1000; i++)
        {
            path.SendRtp([1]);
            path.SendRtcp([2]);
            path.SendFeedback([3]);
        }

        ImpairmentStatistics statistics = path.GetStatistics();
        List<(string Way, byte First)> delivered = Delivered();
        foreach ((string way, ImpairmentCounts counts) in new[] { ("rtp", statistics.Rtp), ("rtcp", statistics.Rtcp),
            ("feedback", statistics.Feedback) })
        {
            Assert.Equal((1000, 1000 - counts.Dropped), (counts.Taken, counts.Passed));
            Assert.InRange(counts.Dropped, 420, 580);
            Assert.Equal(counts.Passed, delivered.Count(d => d.Way == way));
        }

        Assert.NotEqual(statistics.Rtp.Dropped, statistics.Rtcp.Dropped);
        Assert.NotEqual(statistics.Rtp.Dropped, statistics.Feedback.Dropped);
    }

    [Fact]
    public void A_receiver_may_send_during_a_delivery()
    {
        var path = new ImpairedPath(LossyLink.Like("seed=1"), _time);
        path.Connect(rtp: _ => path.SendFeedback([9]), rtcp: Take("rtcp"), feedback: Take("feedback"));

        path.SendRtp([1]);

        Assert.Equal([("feedback", (byte)9)], Delivered());
    }

    [Fact]
    public async Task After_a_reconnect_nothing_old_arrives_and_the_counts_continue()
    {
        ImpairedPath path = Connected("delay=10ms");
        path.SendRtp([1]);

        path.Connect(Take("rtp"), Take("rtcp"), Take("feedback"));
        path.SendRtp([2]);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = path.RunAsync(stopping.Token);
        await _time.FireAsync(TimeSpan.FromMilliseconds(10));

        Assert.Equal(("rtp", (byte)2), await NextAsync());
        Assert.Equal((2, 1), (path.GetStatistics().Rtp.Taken, path.GetStatistics().Rtp.Passed));
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private ImpairedPath Connected(string text)
    {
        var path = new ImpairedPath(LossyLink.Like(text), _time);
        path.Connect(Take("rtp"), Take("rtcp"), Take("feedback"));
        return path;
    }

    private DatagramTaker Take(string way) => datagram => _delivered.Writer.TryWrite((way, datagram[0]));

    private ValueTask<(string Way, byte First)> NextAsync() => _delivered.Reader.ReadAsync(TestContext.Current.CancellationToken);

    private List<(string Way, byte First)> Delivered()
    {
        var all = new List<(string, byte)>();
        while (_delivered.Reader.TryRead(out (string, byte) one))
        {
            all.Add(one);
        }

        return all;
    }
}
