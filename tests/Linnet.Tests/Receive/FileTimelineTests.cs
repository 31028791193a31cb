using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

/// <summary>A recording is as long as what the station played in that time, whatever happened to the connection.</summary>
public class FileTimelineTests
{
    private static readonly AudioFormat Stereo = new(44_100, 2);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(9)]
    public void A_connection_that_stalls_for_ten_seconds_and_skips_audio_does_not_shorten_the_recording(int heldSeconds)
    {
        // TCP: first everything in the queues arrives at once, then what the server sends now.
        var run = new FileRun(Stereo, options: new ReceiverOptions { Capacity = 4096, Latency = TimeSpan.FromMilliseconds(60) });
        var sender = new FakeRtpSender(Stereo);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        run.Send(sender, 200, 220);
        run.Hold(sender, heldSeconds * 200, 10 * FileRun.Second, 220);
        run.Send(sender, 400, 220);
        run.Finish(sender);

        Assert.Equal(0, run.Receiver.GetStatistics().Restarts);
        run.AssertIsWhatWasSent(sender, madeUp: (10 * 44_100) - (heldSeconds * 200 * 220));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_that_returns_after_ten_seconds_with_another_stream_leaves_a_gap_of_ten_seconds(bool isTold)
    {
        var run = new FileRun(Stereo, LossyLink.Like("delay=5ms,jitter=2ms"));
        var first = new FakeRtpSender(Stereo);
        var second = new FakeRtpSender(Stereo, ssrc: 5, firstSequence: 999, firstTimestamp: 123_456_789);
        run.Receiver.Start(first.NextSequence, first.NextTimestamp);
        run.Send(first, 400, 220);
        run.Pause(10 * FileRun.Second);
        if (isTold)
        {
            run.Receiver.OnReconnected();
            run.Receiver.Start(second.NextSequence, second.NextTimestamp);
        }

        // It begins with half a second at once, as servers do.
        run.SendAtOnce(second, 100, 220);
        run.Send(second, 300, 220);
        run.Finish(second);

        double seconds = 10 - 0.5;
        Assert.Equal(seconds, (run.FramesOut - first.Position - second.Position) / 44_100.0, 0.05);
        Assert.Equal(FakeL16Decoder.Decode(second.Sound(0, 0)), run.File[(int)(run.FramesOut - second.Position) * 2]);
        Assert.Equal(1, run.Receiver.GetStatistics().Restarts);
    }

    [Fact]
    public void Another_feed_continues_when_it_begins_not_at_once()
    {
        var run = new FileRun(Stereo);
        var first = new FakeRtpSender(Stereo);
        run.Receiver.Start(first.NextSequence, first.NextTimestamp);
        run.Send(first, 400, 220);
        run.AdvanceTo(run.Now + (100 * FileRun.Millisecond));

        var next = new FileRun(Stereo);
        var second = new FakeRtpSender(Stereo, firstSequence: 7);
        next.Receiver.ContinueFrom(run.Receiver.EndsAt);
        next.Pause(run.Now + (4 * FileRun.Second) - next.Now);
        next.Receiver.Start(second.NextSequence, second.NextTimestamp);
        next.Send(second, 200, 220);
        next.Finish(second);

        Assert.Equal(4.1, (next.FramesOut - second.Position) / 44_100.0, 0.05);
    }

    [Fact]
    public void If_positions_are_assigned_on_arrival_a_pause_is_not_a_loss_but_a_lost_connection_is()
    {
        Assert.Equal(0, Silence(isReconnect: false));
        Assert.Equal(10, Silence(isReconnect: true), 0.05);

        static double Silence(bool isReconnect)
        {
            var run = new FileRun(Stereo, hasPositions: false);
            var first = new FakeRtpSender(Stereo);
            var second = new FakeRtpSender(Stereo, ssrc: 5, firstSequence: 999);
            run.Receiver.Start(first.NextSequence, first.NextTimestamp);
            run.Send(first, 200, 220);
            run.Pause(10 * FileRun.Second);
            if (isReconnect)
            {
                run.Receiver.OnReconnected();
            }

            run.Receiver.Start(second.NextSequence, second.NextTimestamp);
            run.Send(second, 200, 220);
            run.Finish(second);
            return (run.FramesOut - first.Position - second.Position) / 44_100.0;
        }
    }
}
