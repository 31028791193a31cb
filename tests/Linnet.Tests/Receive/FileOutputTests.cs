using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Receive;

/// <summary>The receiver's output to a sink without a clock.</summary>
public class FileOutputTests
{
    private static readonly AudioFormat Stereo = new(44_100, 2);

    [Theory]
    [InlineData(44_100, 2, 220)]
    [InlineData(48_000, 1, 120)]
    [InlineData(8000, 1, 480)]
    [InlineData(48_000, 8, 75)]
    [InlineData(96_000, 6, 100)]
    public void A_stream_without_losses_is_bit_exact(int rate, int channels, int framesPerPacket)
    {
        var format = new AudioFormat(rate, channels);
        var run = new FileRun(format, LossyLink.Like("delay=3ms,jitter=0.2ms"));
        var sender = new FakeRtpSender(format, firstSequence: 65_500, firstTimestamp: uint.MaxValue - 5000);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);

        run.Send(sender, 400, framesPerPacket);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
        Assert.Equal(400, run.Receiver.GetStatistics().Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void With_every_impairment_the_length_is_right_and_each_event_is_counted_in_its_class(int seed)
    {
        var run = new FileRun(Stereo, LossyLink.Like(
            $"loss=5%,corrupt=2%,duplicate=5%,reorder=2%,reorder-by=200ms,delay=10ms,jitter=7ms,order=loose,seed={seed}"));
        var sender = new FakeRtpSender(Stereo, firstSequence: 60_000, firstTimestamp: 0xFFFF_0000);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        var random = new Random(seed);

        run.Send(sender, 6_000, () => seed % 2 == 0 ? 220 : random.Next(110, 800));
        run.Link.IsImpaired = false;
        run.Send(sender, 20, 220);
        run.Finish(sender);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(run.Link.Lost + run.Link.Corrupted, statistics.Lost);
        Assert.Equal(run.Link.Corrupted, statistics.Corrupt);
        Assert.Equal(run.Link.Duplicated, statistics.Duplicate);
        Assert.Equal(run.Link.Late, statistics.Late);
        Assert.Equal(run.Link.Reordered, statistics.Reordered);
        Assert.Equal(run.Link.Sent, statistics.Received + statistics.Lost);
        Assert.Equal(0, statistics.Restarts + statistics.Foreign + statistics.Overflow);
        Assert.True(run.Link.Reordered > 500 && run.Link.Late > 50);
        run.AssertIsWhatWasSent(sender, madeUp: (long)Math.Round(statistics.Concealed.TotalSeconds * Stereo.SampleRate));
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(20)]
    [InlineData(60)]
    public void Reordering_within_the_delay_loses_nothing(double packetMs)
    {
        int frames = (int)(packetMs * 48);
        var format = new AudioFormat(48_000, 1);
        var run = new FileRun(format, LossyLink.Like("jitter=11ms,order=loose"));
        var sender = new FakeRtpSender(format);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);

        run.Send(sender, 300, frames);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
        Assert.Equal(run.Link.Reordered, run.Receiver.GetStatistics().Reordered);
    }

    [Fact]
    public void Without_a_hint_the_stream_begins_with_the_oldest_of_the_first_packets()
    {
        var run = new FileRun(Stereo, LossyLink.Like("jitter=6ms,order=loose,seed=5"));
        var sender = new FakeRtpSender(Stereo, firstSequence: 2, firstTimestamp: 100);

        run.Send(sender, 100, 220);
        run.Finish(sender);

        Assert.True(run.Link.Reordered > 10);
        run.AssertIsWhatWasSent(sender, madeUp: 0);
    }

    [Fact]
    public void A_start_that_was_announced_and_lost_is_concealed()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo, firstSequence: 7, firstTimestamp: 70_000);
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        sender.Next(220);
        sender.Next(100);

        run.Send(sender, 100, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 320);
        Assert.Equal(2, run.Receiver.GetStatistics().Lost);
    }

    [Fact]
    public void A_hint_that_the_stream_contradicts_is_ignored()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo, firstSequence: 7, firstTimestamp: 70_000);
        run.Receiver.Start(40_000, 1);

        run.Send(sender, 100, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
    }

    [Fact]
    public void Packets_that_arrive_after_the_goodbye_are_played()
    {
        var run = new FileRun(Stereo, LossyLink.Like("delay=40ms"));
        var sender = new FakeRtpSender(Stereo);

        run.Send(sender, 100, 220);
        run.Receiver.OnBye(sender.Ssrc + 1, run.Now - FileRun.Second);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
        Assert.Equal(ReceiverState.Ended, run.Receiver.GetStatistics().State);
    }

    [Fact]
    public void The_end_of_the_connection_ends_the_stream_at_once()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo);
        run.Send(sender, 100, 220);
        run.AdvanceTo(run.Now + FileRun.Millisecond);

        run.Receiver.OnEnd();
        run.AdvanceTo(run.Now + 1);

        Assert.True(run.HasEnded);
        run.AssertIsWhatWasSent(sender, madeUp: 0);
    }

    [Fact]
    public void A_stream_without_packets_ends_too()
    {
        var run = new FileRun(Stereo);
        run.AdvanceTo(run.Now + FileRun.Second);
        run.Receiver.OnEnd();
        run.AdvanceTo(run.Now + 1);

        Assert.True(run.HasEnded);
        Assert.Equal(0, run.FramesOut);
    }

    [Fact]
    public void Nothing_is_lost_if_the_clock_of_the_sender_stands_still_for_a_while()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo);
        run.Send(sender, 100, 220);
        run.Pause(20 * FileRun.Second);
        run.Send(sender, 100, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
        Assert.Equal(0, run.Receiver.GetStatistics().Restarts);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(9000)]
    public void Audio_that_the_sender_leaves_out_is_filled_in_exactly_and_is_not_a_loss(int silentMs)
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo);
        int silent = silentMs * Stereo.SampleRate / 1000;
        run.Send(sender, 100, 220);
        run.Skip(sender, silent);
        run.Send(sender, 100, 220);
        run.Finish(sender);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        run.AssertIsWhatWasSent(sender, madeUp: silent);
        Assert.Equal(TimeSpan.Zero, statistics.Concealed);
        Assert.Equal(silentMs, statistics.Paused.TotalMilliseconds, 0.1);
        Assert.Equal(0, statistics.Lost + statistics.Restarts);
    }

    [Fact]
    public void A_minute_without_network_is_a_minute_of_silence_not_a_restart()
    {
        var run = new FileRun(Stereo, LossyLink.Like("loss=100%"));
        var sender = new FakeRtpSender(Stereo);
        run.Link.IsImpaired = false;
        run.Send(sender, 100, 220);
        run.Link.IsImpaired = true;
        run.Send(sender, 60 * 200, 220);
        run.Link.IsImpaired = false;
        run.Send(sender, 100, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 60 * 200 * 220);
        Assert.Equal(60 * 200, run.Receiver.GetStatistics().Lost);
        Assert.Equal(0, run.Receiver.GetStatistics().Restarts);
    }

    [Theory]
    [InlineData(0x1234_5678u, 30_000, 99_000_000u)] // the same source, other numbers
    [InlineData(0xCAFE_CAFEu, 101, 22_000u)] // another source whose numbers would fit
    [InlineData(0xCAFE_CAFEu, 0, 0u)]
    public void After_a_restart_the_audio_continues_where_it_was(uint ssrc, int sequence, uint timestamp)
    {
        var run = new FileRun(Stereo, LossyLink.Like("delay=5ms"));
        var first = new FakeRtpSender(Stereo);
        var second = new FakeRtpSender(Stereo, ssrc, (ushort)sequence, timestamp);
        run.Send(first, 100, 220);
        run.Send(second, 100, 300);
        run.Finish(second);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(1, statistics.Restarts);
        Assert.Equal(0, statistics.Lost + statistics.Late + statistics.Duplicate + statistics.Foreign);
        Assert.True(run.HasEnded);
        Assert.Equal(first.Position + second.Position, run.FramesOut);
        Assert.Equal(FakeL16Decoder.Decode(first.Sound(first.Position - 1, 1)), run.File[(int)(first.Position * 2) - 1]);
        Assert.Equal(FakeL16Decoder.Decode(second.Sound(0, 0)), run.File[(int)(first.Position * 2)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_restart_among_reordered_packets_loses_only_packets_that_cross_the_seam(int seed)
    {
        var run = new FileRun(Stereo, LossyLink.Like($"jitter=3ms,order=loose,seed={seed}"));
        var first = new FakeRtpSender(Stereo);
        var second = new FakeRtpSender(Stereo, ssrc: 9, firstSequence: 65_535, firstTimestamp: 5);
        run.Send(first, 100, 220);
        run.Send(second, 100, 220);
        run.Finish(second);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.True(run.HasEnded);
        Assert.Equal(1, statistics.Restarts);
        Assert.InRange(statistics.Foreign, 0, 8);
        Assert.InRange(run.FramesOut, 192 * 220, 200 * 220);
    }

    [Fact]
    public void A_stray_packet_of_another_stream_disturbs_nothing()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo);
        var stranger = new FakeRtpSender(Stereo, ssrc: 1, firstSequence: 50);
        for (int i = 0; i < 50; i++)
        {
            run.Send(sender, 2, 220);
            run.Receiver.OnRtp(stranger.Next(220), run.Now);
        }

        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
        Assert.Equal(50, run.Receiver.GetStatistics().Foreign);
    }

    [Fact]
    public void After_a_reconnect_the_same_stream_continues_and_the_gap_is_concealed()
    {
        var run = new FileRun(Stereo, LossyLink.Like("loss=100%"));
        var sender = new FakeRtpSender(Stereo);
        run.Link.IsImpaired = false;
        run.Send(sender, 100, 220);
        run.Link.IsImpaired = true;
        run.Send(sender, 200, 220);
        run.Link.IsImpaired = false;
        run.Receiver.Start(sender.NextSequence, sender.NextTimestamp);
        run.Send(sender, 100, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 200 * 220);
        Assert.Equal(0, run.Receiver.GetStatistics().Restarts);
    }

    [Fact]
    public void After_a_reconnect_another_stream_is_accepted_at_its_first_packet()
    {
        var run = new FileRun(Stereo);
        var first = new FakeRtpSender(Stereo);
        var second = new FakeRtpSender(Stereo, ssrc: 5, firstSequence: 999);
        run.Send(first, 100, 220);
        run.AdvanceTo(run.Now + 1);
        run.Receiver.Start(second.NextSequence, second.NextTimestamp);
        run.Send(second, 1, 220);
        run.Finish(second);

        Assert.Equal(101 * 220, run.FramesOut);
        Assert.Equal(1, run.Receiver.GetStatistics().Restarts);
    }

    [Fact]
    public void A_payload_that_cannot_be_decoded_is_corrupt_and_concealed()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo);
        run.Send(sender, 50, 220);
        byte[] cut = sender.Next(220)[..^3];
        run.Receiver.OnRtp(cut, run.Now);
        run.Send(sender, 50, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 220);
        Assert.Equal(1, run.Receiver.GetStatistics().Corrupt);
        Assert.Equal(0, run.Receiver.GetStatistics().Lost);
    }

    [Fact]
    public void Overflow_drops_the_oldest_packets_and_keeps_the_length_right()
    {
        var run = new FileRun(Stereo, options: new ReceiverOptions { Capacity = 64, Latency = TimeSpan.FromMilliseconds(60) });
        var sender = new FakeRtpSender(Stereo);
        run.Send(sender, 20, 220);
        run.AdvanceTo(run.Now + 1);
        long start = run.Now;
        for (int i = 0; i < 100; i++)
        {
            run.Receiver.OnRtp(sender.Next(220), start);
        }

        run.Send(sender, 20, 220);
        run.Finish(sender);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(100 - 64, statistics.Overflow);
        Assert.Equal(0, statistics.Lost);
        run.AssertIsWhatWasSent(sender, madeUp: (100 - 64) * 220);
    }

    [Fact]
    public void Other_payload_types_and_empty_packets_do_not_belong_to_the_stream()
    {
        var run = new FileRun(Stereo);
        var sender = new FakeRtpSender(Stereo);
        run.Send(sender, 10, 220);
        byte[] other = new byte[RtpHeader.Length + 8];
        new RtpHeader(98, Marker: false, sender.NextSequence, sender.NextTimestamp, sender.Ssrc).Write(other);
        run.Receiver.OnRtp(other, run.Now);
        byte[] empty = new byte[RtpHeader.Length];
        new RtpHeader(FakeRtpSender.PayloadType, Marker: false, sender.NextSequence, sender.NextTimestamp, sender.Ssrc).Write(empty);
        run.Receiver.OnRtp(empty, run.Now);
        run.Send(sender, 10, 220);
        run.Finish(sender);

        run.AssertIsWhatWasSent(sender, madeUp: 0);
        Assert.Equal(2, run.Receiver.GetStatistics().Foreign);
    }

    [Fact]
    public void Rounded_timestamps_do_not_cut_the_audio()
    {
        var run = new FileRun(Stereo);
        long position = 0;
        for (int i = 0; i < 200; i++)
        {
            // Steps of 218, 220 and 222 for packets of 220.
            var sender = new FakeRtpSender(Stereo, firstSequence: (ushort)i, firstTimestamp: (uint)(position + (i % 3 * 2)));
            run.Receiver.OnRtp(sender.Next(220), run.Now);
            run.AdvanceTo(run.Now + (5 * FileRun.Millisecond));
            position += 220;
        }

        run.Receiver.OnEnd();
        run.AdvanceTo(run.Now + 1);

        Assert.Equal(200 * 220, run.FramesOut);
        Assert.DoesNotContain(FakeL16Decoder.MadeUp, run.File);
    }
}
