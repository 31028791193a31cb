using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

/// <summary>A file has no clock, but waits no longer than its profile allows.</summary>
public class FileDelayTests
{
    private static readonly AudioFormat Stereo = new(48_000, 2);

    [Theory]
    [InlineData("low-latency", 5)]
    [InlineData("balanced", 40)]
    [InlineData("robust", 400)]
    public void A_file_waits_for_a_missing_packet_as_long_as_a_device_would(string name, int baseMs)
    {
        Assert.True(ReceiverProfile.TryFind(name, out ReceiverProfile? profile));
        var run = new FileRun(Stereo, options: new ReceiverOptions { Profile = profile });
        var sender = new FakeRtpSender(Stereo);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        run.Send(sender, 20, 240);
        _ = sender.Next(240);
        run.Send(sender, 1, 240);

        run.AdvanceTo(run.Now + ((baseMs - 2) * FileRun.Millisecond));
        Assert.Equal(20 * 240, run.FramesOut);
        run.AdvanceTo(run.Now + (4 * FileRun.Millisecond));
        Assert.Equal(22 * 240, run.FramesOut);
        Assert.Equal(1, run.Receiver.GetStatistics().Lost);
    }

    [Fact]
    public void A_file_waits_longer_if_packets_are_late()
    {
        var run = new FileRun(Stereo, LossyLink.Like("delay=5ms,jitter=40ms,order=loose,seed=3"), options: new ReceiverOptions());
        var sender = new FakeRtpSender(Stereo);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        run.Send(sender, 2000, 240);
        long late = run.Receiver.GetStatistics().Late;
        run.Send(sender, 4000, 240);
        run.Finish(sender);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.InRange(statistics.Target.TotalMilliseconds, 120, 220);
        Assert.InRange(statistics.Late - late, 0, 12);
        Assert.Equal(sender.Position, run.FramesOut);
    }
}
