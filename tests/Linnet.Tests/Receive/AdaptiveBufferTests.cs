using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

/// <summary>An adaptive buffer, as heard on a device.</summary>
public sealed class AdaptiveBufferTests : IDisposable
{
    private const double ToneHz = 220;
    private const double Amplitude = 0.5;

    private static readonly AudioFormat Mono = new(48_000, 1);
    private static readonly ReceiverOptions LowLatency = new() { Profile = ReceiverProfile.LowLatency };

    private readonly LinearPcmDecoder _decoder = new(Mono, 16);

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void Low_latency_plays_a_sound_fifteen_milliseconds_after_it_was_recorded()
    {
        const long click = 48_000 * 50;
        var sender = new FakeRtpSender(Mono) { Sound = (position, _) => position == click ? (short)16_000 : (short)0 };
        var run = new DeviceRun(
            sender, Mono, _decoder, devicePpm: 40, link: LossyLink.Like("delay=0ms"), options: LowLatency, packetMs: 5, held: 0,
            periodMs: 5);

        // A packet is sent when the last of its 5 ms has been recorded. The device requests 5 ms when it has none left.
        double recordedAt = run.NextPacketAt - (5 * DeviceRun.Millisecond) + (click * (double)DeviceRun.Second / 48_000);
        run.RunFor(60);

        Assert.Equal(15.0, (run.HeardAt(run.IndexOfLoudest()) - recordedAt) / DeviceRun.Millisecond, 0.05);
        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(0, statistics.Underruns + statistics.Late + statistics.Lost + statistics.Stretches + statistics.Jumps);
        Assert.Equal(TimeSpan.Zero, statistics.Concealed + statistics.Paused);
    }

    [Fact]
    public void Changes_of_depth_are_inaudible()
    {
        var run = new DeviceRun(Voice(), Mono, _decoder, link: LossyLink.Like("delay=5ms,jitter=30ms,order=loose"));
        run.Link.IsImpaired = false;
        run.RunFor(5);
        run.Link.IsImpaired = true;
        run.RunFor(10);
        ReceiverStatistics inTrouble = run.Receiver.GetStatistics();
        run.Link.IsImpaired = false;
        run.RunFor(1);
        int from = run.Heard.Count;
        run.RunFor(60);

        ReceiverStatistics after = run.Receiver.GetStatistics();
        Assert.InRange(inTrouble.Target.TotalMilliseconds, 120, 170);
        Assert.InRange(inTrouble.Delay.TotalMilliseconds, 120, 190);
        Assert.Equal(40, after.Target.TotalMilliseconds, 0.1);
        Assert.InRange(after.Delay.TotalMilliseconds, 39, 41.1);
        Assert.Equal(after.Delay.TotalMilliseconds + 25, after.Latency.TotalMilliseconds, 1.0);
        Assert.InRange(after.Stretches - inTrouble.Stretches, 3, 40);
        Assert.Equal(0, after.Jumps + after.Lost);
        Assert.Equal(inTrouble.Underruns, after.Underruns);
        AssertIsSmooth(run, from);
        AssertIsSmooth(run, 24_000, allowance: 3);
    }

    [Fact]
    public void Loss_alone_never_grows_the_buffer()
    {
        var run = new DeviceRun(Voice(), Mono, _decoder, link: LossyLink.Like("delay=5ms,loss=20%"));
        run.RunFor(60);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.True(statistics.Lost > 1000);
        Assert.Equal(0, statistics.Stretches + statistics.Late + statistics.Jumps);
        Assert.Equal(40, statistics.Target.TotalMilliseconds, 0.1);
        Assert.Equal(40, statistics.Delay.TotalMilliseconds, 0.1);
    }

    [Fact]
    public void Audio_delayed_by_a_stall_is_played_and_the_extra_delay_is_gone_within_a_minute()
    {
        var run = new DeviceRun(Voice(), Mono, _decoder);
        run.RunFor(5);
        run.IsDelivering = false;
        run.RunFor(0.25);
        run.IsDelivering = true;
        run.RunFor(0.5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(1, statistics.Underruns);
        Assert.Equal(0, statistics.Late + statistics.Lost + statistics.Jumps);
        Assert.InRange(statistics.Concealed.TotalMilliseconds, 170, 200);
        Assert.InRange(statistics.Delay.TotalMilliseconds, 230, 275);

        run.RunFor(59);
        Assert.InRange(run.Receiver.GetStatistics().Delay.TotalMilliseconds, 39, 41.1);
        AssertIsSmooth(run, 24_000, allowance: 3);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.7)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(30)]
    public void The_extra_delay_of_a_stall_of_any_length_does_not_last(double seconds)
    {
        double deepest = 0;
        var run = new DeviceRun(Voice(), Mono, _decoder);
        run.AfterPeriod = () => deepest = Math.Max(deepest, run.Receiver.Depth.Ticks / (double)DeviceRun.Millisecond);
        run.RunFor(5);
        run.IsDelivering = false;
        run.RunFor(seconds);
        run.IsDelivering = true;
        run.RunFor(60);

        Assert.InRange(deepest, 40, 800);
        Assert.InRange(run.Receiver.GetStatistics().Delay.TotalMilliseconds, 39, 41.1);
        AssertIsSmooth(run, 24_000, allowance: 3);
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(60)]
    public void Packets_of_any_length_get_the_delay_they_need(double packetMs)
    {
        var run = new DeviceRun(
            Voice(), Mono, _decoder, devicePpm: 30, link: LossyLink.Like("delay=5ms,jitter=24ms,order=loose"), packetMs: packetMs);
        run.RunFor(20);
        ReceiverStatistics before = run.Receiver.GetStatistics();
        run.RunFor(30);

        ReceiverStatistics after = run.Receiver.GetStatistics();
        Assert.InRange(after.Target.TotalMilliseconds, 70, 140);
        Assert.InRange(after.Underruns - before.Underruns, 0, 10);
        Assert.InRange((after.Concealed - before.Concealed).TotalMilliseconds, 0, 150);
        Assert.Equal(0, after.Lost + after.Jumps);
    }

    [Fact]
    public void In_silence_the_depth_changes_at_once()
    {
        var run = new DeviceRun(Voice(), Mono, _decoder);
        run.RunFor(2);
        run.Receiver.Target.Floor = run.Time.TimestampFrequency / 4;
        run.RunFor(0.1);
        Assert.Equal(40, run.Receiver.GetStatistics().Delay.TotalMilliseconds, 30.0);

        // The sender leaves out two seconds, like one that does not transmit silence.
        run.IsSending = false;
        run.RunFor(2);
        run.Sender.Skip(2 * 48_000);
        run.IsSending = true;
        run.RunFor(1);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(250, statistics.Delay.TotalMilliseconds, 1.0);
        Assert.Equal(0, statistics.Underruns + statistics.Late + statistics.Lost + statistics.Restarts + statistics.Jumps);
        Assert.InRange(statistics.Paused.TotalMilliseconds, 1950, 2300);
    }

    [Fact]
    public void After_a_jump_of_the_timestamps_playback_restarts_with_the_same_delay()
    {
        var run = new DeviceRun(Voice(), Mono, _decoder);
        run.RunFor(5);
        run.Sender.Skip(48_000 * 600);
        run.RunFor(5);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(1, statistics.Restarts);
        Assert.Equal(0, statistics.Lost + statistics.Late + statistics.Jumps);
        Assert.Equal(40, statistics.Delay.TotalMilliseconds, 0.1);
        Assert.Equal(65, statistics.Latency.TotalMilliseconds, 0.5);
    }

    // Harmonics of a voice's pitch.
    private static FakeRtpSender Voice() => new(Mono)
    {
        Sound = (position, _) =>
        {
            double phase = 2 * Math.PI * ToneHz * (position % 2400) / Mono.SampleRate;
            return (short)Math.Round(
                32_767 * Amplitude * ((0.6 * Math.Sin(phase)) + (0.3 * Math.Sin(2 * phase)) + (0.1 * Math.Sin(3 * phase))));
        },
    };

    // The second difference of that audio is at most this. A skipped or repeated sample exceeds it.
    private static void AssertIsSmooth(DeviceRun run, int from, double allowance = 1.3)
    {
        double omega = 2 * Math.PI * ToneHz / Mono.SampleRate;
        double limit = (Amplitude * omega * omega * (0.6 + (0.3 * 4) + (0.1 * 9)) * allowance) + 2e-4;
        for (int i = from; i < run.Heard.Count - 1; i++)
        {
            double second = run.Heard[i + 1] - (2 * run.Heard[i]) + run.Heard[i - 1];
            if (Math.Abs(second) > limit)
            {
                Assert.Fail($"At {i / (double)Mono.SampleRate:F4} s: {second}, limit {limit}.");
            }
        }
    }
}
