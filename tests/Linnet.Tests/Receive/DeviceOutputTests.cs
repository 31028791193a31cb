using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Receive;

/// <summary>The receiver's output to a device with its own clock.</summary>
public class DeviceOutputTests
{
    private const double ToneHz = 1000;
    private const double ToneAmplitude = 0.5;

    private static readonly AudioFormat Mono = new(48_000, 1);
    private static readonly ReceiverOptions Fixed = new() { Latency = TimeSpan.FromMilliseconds(60) };

    [Theory]
    [InlineData(0, 100, 48_000, 120)]
    [InlineData(0, -100, 48_000, 120)]
    [InlineData(60, -40, 44_100, 120)]
    public void A_device_with_its_own_clock_plays_a_tone_without_a_gap(double senderPpm, double devicePpm, int deviceRate, int seconds)
    {
        var run = new DeviceRun(Tone(), new AudioFormat(deviceRate, 1), new FakeL16Decoder(Mono), senderPpm, devicePpm);
        var errors = new List<double>();
        run.AfterPeriod = () => errors.Add(run.PlayoutErrorMs);

        run.RunFor(seconds);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Underruns + statistics.Jumps + statistics.Lost + statistics.Late);
        Assert.Equal(TimeSpan.Zero, statistics.Concealed + statistics.Paused);
        Assert.InRange(errors.Max(Math.Abs), 0.1, 1.0);
        Assert.InRange(errors.TakeLast(100).Max(Math.Abs), 0, 0.2);
        Assert.InRange(statistics.DriftPpm, senderPpm - devicePpm - 10, senderPpm - devicePpm + 10);
        AssertIsTone(run, afterSeconds: 0.5);
    }

    [Fact]
    public void Jitter_below_the_target_delay_is_inaudible()
    {
        ImpairmentOptions link = LossyLink.Like("delay=5ms,jitter=8ms,order=loose");
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono), devicePpm: 50, link: link);

        run.RunFor(30);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.True(statistics.Reordered > 500);
        Assert.Equal(0, statistics.Underruns + statistics.Jumps + statistics.Lost + statistics.Late);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 1.5);
        AssertIsTone(run, afterSeconds: 0.5);
    }

    [Theory]
    [InlineData(48_000, 1, 1)]
    [InlineData(44_100, 2, 1)]
    [InlineData(96_000, 1, 2)]
    public void Each_position_plays_at_its_time(int deviceRate, int deviceChannels, int channels)
    {
        var format = new AudioFormat(48_000, channels);
        long click = 3 * format.SampleRate;
        var sender = new FakeRtpSender(format) { Sound = (position, _) => position == click ? (short)16_000 : (short)0 };
        var run = new DeviceRun(sender, new AudioFormat(deviceRate, deviceChannels), new FakeL16Decoder(format));
        double sentAt = run.Now + (click * (double)DeviceRun.Second / format.SampleRate);

        run.RunFor(4);

        // 5 ms on the network, 40 ms of target delay, 15 ms in the device when it requests 10 ms.
        double expected = sentAt + (70 * DeviceRun.Millisecond);
        Assert.InRange(
            run.HeardAt(run.IndexOfLoudest()), expected - (0.03 * DeviceRun.Millisecond), expected + (0.03 * DeviceRun.Millisecond));
        Assert.Equal(65, run.Receiver.GetStatistics().Latency.TotalMilliseconds, 0.1);
    }

    [Fact]
    public void A_burst_of_history_is_skipped_and_the_first_audio_plays_at_once()
    {
        var sender = Tone();
        var run = new DeviceRun(sender, Mono, new FakeL16Decoder(Mono));
        run.SendBurst(packets: 200, apart: DeviceRun.Millisecond / 20);

        run.RunFor(10);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Late + statistics.Lost + statistics.Jumps + statistics.Underruns);
        Assert.InRange(statistics.Skipped.TotalMilliseconds, 900, 980);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        Assert.InRange(run.Heard.FindIndex(sample => sample != 0), 0, 48 * 50);
        AssertIsTone(run, afterSeconds: 0.06);
    }

    [Fact]
    public void After_a_device_stalls_playback_jumps_once_without_a_click_and_is_on_time_again()
    {
        using var decoder = new LinearPcmDecoder(Mono, 16);
        var run = new DeviceRun(Tone(hz: 997), Mono, decoder);
        run.RunFor(5);
        run.IsAsking = false;
        run.RunFor(0.3);
        run.IsAsking = true;
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(1, statistics.Jumps);
        Assert.Equal(0, statistics.Late + statistics.Lost + statistics.Overflow);
        Assert.Equal(300, statistics.Skipped.TotalMilliseconds, 15.0);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        AssertIsTone(run, afterSeconds: 0.5, allowance: 2);
    }

    [Fact]
    public void A_network_stall_causes_one_underrun_without_a_click_or_added_delay()
    {
        using var decoder = new LinearPcmDecoder(Mono, 16);
        var run = new DeviceRun(Tone(hz: 997), Mono, decoder, options: Fixed);
        run.RunFor(5);
        run.IsDelivering = false;
        run.RunFor(0.3);
        run.IsDelivering = true;
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(1, statistics.Underruns);
        Assert.Equal(0, statistics.Lost + statistics.Restarts);
        Assert.InRange(statistics.Concealed.TotalMilliseconds, 220, 250);
        Assert.InRange(statistics.Late, 40, 55);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        Assert.Equal(ReceiverState.Playing, statistics.State);
        AssertIsTone(run, afterSeconds: 0.5, allowance: 2);
    }

    [Fact]
    public void A_sender_that_falls_behind_for_good_is_followed_within_a_second()
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono));
        run.RunFor(5);
        run.IsSending = false;
        run.RunFor(1);
        run.IsSending = true;
        run.RunFor(1.1);
        TimeSpan concealed = run.Receiver.GetStatistics().Concealed;
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Jumps);
        Assert.Equal(concealed, statistics.Concealed);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        Assert.Equal(65, statistics.Latency.TotalMilliseconds, 1.0);
    }

    [Fact]
    public void A_single_wrong_time_from_a_device_is_ignored()
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono));
        run.RunFor(5);
        run.HeldError = DeviceRun.Second;
        run.RunFor(0.0101);
        run.HeldError = 0;
        run.RunFor(5);

        Assert.Equal(0, run.Receiver.GetStatistics().Jumps);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        AssertIsTone(run, afterSeconds: 0.5);
    }

    [Fact]
    public void Another_device_with_another_format_continues_at_the_live_edge()
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono));
        run.RunFor(5);
        run.IsAsking = false;
        run.RunFor(0.5);
        run.Receiver.SetOutput(Mono);
        run.IsAsking = true;
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Jumps + statistics.Overflow + statistics.Late);
        Assert.InRange(statistics.Skipped.TotalMilliseconds, 480, 510);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
    }

    [Fact]
    public void A_sender_that_paused_continues_with_the_same_delay()
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono));
        run.RunFor(5);
        run.IsSending = false;
        run.RunFor(20);
        Assert.Equal(ReceiverState.Starved, run.Receiver.GetStatistics().State);
        run.IsSending = true;
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Underruns + statistics.Late + statistics.Lost + statistics.Restarts);
        Assert.Equal(20_000, statistics.Paused.TotalMilliseconds, 100.0);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        Assert.Equal(65, statistics.Latency.TotalMilliseconds, 1.0);
    }

    [Fact]
    public void After_a_restart_the_other_stream_plays_on_time()
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono));
        run.RunFor(5);
        run.Sender = Tone(ssrc: 77, firstSequence: 40_000, firstTimestamp: 4_000_000_000);
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(1, statistics.Restarts);
        Assert.Equal(0, statistics.Lost + statistics.Jumps);
        Assert.InRange(Math.Abs(run.PlayoutErrorMs), 0, 0.1);
        Assert.Equal(ReceiverState.Playing, statistics.State);
    }

    [Fact]
    public void Loss_is_concealed_for_exactly_its_length()
    {
        ImpairmentOptions link = LossyLink.Like("delay=5ms,loss=5%,jitter=4ms,order=loose");
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono), link: link);
        run.Link.IsImpaired = false;
        run.RunFor(1);
        run.Link.IsImpaired = true;
        run.RunFor(20);
        run.Link.IsImpaired = false;
        run.RunFor(1);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(run.Link.Lost, statistics.Lost);
        Assert.Equal(run.Link.Lost * 5, statistics.Concealed.TotalMilliseconds, 0.01);
        Assert.Equal(0, statistics.Jumps + statistics.Late);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lost_and_late_packets_make_no_click(bool isLate)
    {
        ImpairmentOptions link = LossyLink.Like(isLate ? "delay=5ms,reorder=5%,reorder-by=63ms" : "delay=5ms,loss=5%");
        using var decoder = new LinearPcmDecoder(Mono, 16);
        var run = new DeviceRun(Tone(), Mono, decoder, link: link, options: Fixed, packetMs: 4);
        run.Link.IsImpaired = false;
        run.RunFor(1);
        run.Link.IsImpaired = true;
        run.RunFor(20);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.True(statistics.Lost + statistics.Late > 100 || statistics.Concealed.TotalSeconds > 0.3);
        AssertIsTone(run, afterSeconds: 0.5, allowance: 3);
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    public void The_end_is_reported_after_the_last_sample(int deviceRate)
    {
        var sender = new FakeRtpSender(Mono) { Sound = (_, _) => 8000 };
        var run = new DeviceRun(sender, new AudioFormat(deviceRate, 1), new FakeL16Decoder(Mono));
        run.RunFor(2);
        run.IsSending = false;
        run.RunFor(0.01);
        run.Receiver.OnBye(sender.Ssrc, run.Now);
        run.RunFor(1);

        Assert.True(run.HasEnded);
        Assert.Equal(ReceiverState.Ended, run.Receiver.GetStatistics().State);
        int first = run.Heard.FindIndex(sample => sample > 0.1f);
        int heard = run.Heard.Count - first;
        Assert.Equal(sender.Position * deviceRate / 48_000.0, heard, 30.0);
        Assert.True(run.Heard[^1] > 0.1f);
    }

    [Fact]
    public void A_device_that_opens_before_the_stream_plays_silence()
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono)) { IsSending = false };
        run.RunFor(1);

        Assert.Equal(48_000, run.Heard.Count, 500.0);
        Assert.All(run.Heard, sample => Assert.Equal(0, sample));
        Assert.Equal(ReceiverState.Waiting, run.Receiver.GetStatistics().State);

        run.Receiver.OnEnd();
        run.RunFor(0.1);
        Assert.True(run.HasEnded);
    }

    [Fact]
    public void Sender_reports_make_the_latency_end_to_end()
    {
        var sender = Tone();
        var run = new DeviceRun(sender, Mono, new FakeL16Decoder(Mono));
        run.RunFor(2);
        Assert.False(run.Receiver.GetStatistics().IsLatencyEndToEnd);

        // In this simulation packets are sent when their first frame has been recorded. The report says 7 ms before that.
        NtpTime time = NtpTime.From(run.Time.WallAt(run.NextPacketAt) - TimeSpan.FromMilliseconds(7));
        run.Receiver.OnSenderReport(new SenderReport(sender.Ssrc, time, sender.NextTimestamp, 0, 0), run.Now);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.True(statistics.IsLatencyEndToEnd);
        Assert.Equal(5 + 40 + 25 + 7, statistics.Latency.TotalMilliseconds, 0.2);

        // A report from a clock that is an hour off is of no use.
        run.Receiver.OnSenderReport(
            new SenderReport(sender.Ssrc, NtpTime.From(run.Time.WallAt(run.Now).AddHours(1)), sender.NextTimestamp, 0, 0), run.Now);
        Assert.False(run.Receiver.GetStatistics().IsLatencyEndToEnd);
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(60)]
    public void Packets_of_any_length_play(double packetMs)
    {
        var run = new DeviceRun(Tone(), Mono, new FakeL16Decoder(Mono), packetMs: packetMs);
        run.RunFor(10);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Late + statistics.Lost + statistics.Jumps + statistics.Underruns);
        AssertIsTone(run, afterSeconds: 0.5);
    }

    private static FakeRtpSender Tone(
        uint ssrc = 1, ushort firstSequence = 65_000, uint firstTimestamp = 0xFFFF_8000, double hz = ToneHz) =>
        new(Mono, ssrc, firstSequence, firstTimestamp)
        {
            Sound = (position, _) => (short)Math.Round(32_767 * ToneAmplitude * Math.Sin(2 * Math.PI * hz * position / Mono.SampleRate)),
        };

    // A sine's second difference is at most amplitude × ω². A skipped, repeated or concealed sample exceeds it at once.
    private static void AssertIsTone(DeviceRun run, double afterSeconds, double allowance = 1.05)
    {
        double omega = 2 * Math.PI * ToneHz / run.Device.SampleRate;
        double limit = (ToneAmplitude * omega * omega * allowance) + 2e-4;
        for (int i = (int)(afterSeconds * run.Device.SampleRate); i < run.Heard.Count - 1; i++)
        {
            double second = run.Heard[i + 1] - (2 * run.Heard[i]) + run.Heard[i - 1];
            if (Math.Abs(second) > limit)
            {
                Assert.Fail($"At {i / (double)run.Device.SampleRate:F4} s: {second}.");
            }
        }
    }
}
