using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

/// <summary>What a receiver writes to something without a clock.</summary>
public class FileOutputTests
{
    private static readonly AudioFormat Stereo = new(44_100, 2);

    [Theory]
    [InlineData(44_100, 2, 220)]
    [InlineData(48_000, 1, 120)]
    [InlineData(8000, 1, 480)]
    [InlineData(48_000, 8, 75)]
    [InlineData(96_000, 6, 100)]
    public void A_stream_without_trouble_comes_out_to_the_bit(int rate, int channels, int framesPerPacket)
    {
        var format = new AudioFormat(rate, channels);
        var run = new FileRun(format, new LossyLinkOptions { Delay = 3 * FileRun.Millisecond, Jitter = FileRun.Millisecond });
        var sender = new FakeRtpSender(format, firstSequence: 65_500, firstTimestamp: uint.MaxValue - 5000);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);

        run.Send(sender, 400, framesPerPacket);
        run.Finish(sender);

        Assert.True(run.HasEnded);
        AssertIsWhatWasSent(run, sender, madeUp: 0);
        Assert.Equal(400, run.Receiver.GetStatistics().Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Under_every_impairment_the_length_is_right_and_each_event_is_in_its_class(int seed)
    {
        var link = new LossyLinkOptions
        {
            Loss = 0.05,
            Corruption = 0.02,
            Duplication = 0.05,
            Lateness = 0.02,
            LateBy = 200 * FileRun.Millisecond,
            Delay = 10 * FileRun.Millisecond,
            Jitter = 30 * FileRun.Millisecond,
            DuplicateBy = 20 * FileRun.Millisecond,
        };
        var run = new FileRun(Stereo, link, seed);
        var sender = new FakeRtpSender(Stereo, firstSequence: 60_000, firstTimestamp: 0xFFFF_0000);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        var random = new Random(seed);

        run.Send(sender, 6_000, () => seed % 2 == 0 ? 220 : random.Next(110, 800));
        run.Link.IsImpaired = false;
        run.Send(sender, 20, 220);
        run.Finish(sender);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.True(run.HasEnded);
        Assert.Equal(run.Link.Lost + run.Link.Corrupted, statistics.Lost);
        Assert.Equal(run.Link.Corrupted, statistics.Corrupt);
        Assert.Equal(run.Link.Duplicated, statistics.Duplicate);
        Assert.Equal(run.Link.Late, statistics.Late);
        Assert.Equal(run.Link.Reordered, statistics.Reordered);
        Assert.Equal(run.Link.Sent, statistics.Received + statistics.Lost);
        Assert.Equal(0, statistics.Restarts + statistics.Foreign + statistics.Overflow);
        Assert.True(run.Link.Reordered > 500 && run.Link.Late > 50);
        AssertIsWhatWasSent(run, sender, madeUp: (long)Math.Round(statistics.Concealed.TotalSeconds * Stereo.SampleRate));
    }

    private static void AssertIsWhatWasSent(FileRun run, FakeRtpSender sender, long madeUp)
    {
        Assert.Equal(sender.Position, run.FramesOut);
        long concealed = 0;
        for (int i = 0; i < run.File.Count; i++)
        {
            float expected = FakeL16Decoder.Decode(sender.Sound(i / run.Format.Channels, i % run.Format.Channels));
            if (run.File[i] != expected)
            {
                Assert.True(run.File[i] is FakeL16Decoder.MadeUp or 0, $"sample {i} is {run.File[i]}, sent was {expected}");
                concealed++;
            }
        }

        Assert.Equal(madeUp * run.Format.Channels, concealed);
    }
}
