using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

/// <summary>Hours with two clocks that disagree, at 8 kHz to simulate them in seconds; less time at 48 kHz.</summary>
public class DriftTests
{
    private const double ToneHz = 1000;
    private const double Amplitude = 0.5;

    [Theory]
    [InlineData(8000, 20, 0, 3600)]
    [InlineData(8000, -20, 0, 3600)]
    [InlineData(8000, 0, 100, 3600)]
    [InlineData(8000, 0, -100, 3600)]
    [InlineData(8000, 250, -250, 3600)]
    [InlineData(8000, -500, 0, 3600)]
    [InlineData(48_000, 0, 500, 120)]
    public void A_disagreement_of_clocks_is_never_audible(int rate, double senderPpm, double devicePpm, int seconds)
    {
        var format = new AudioFormat(rate, 1);
        double omega = 2 * Math.PI * ToneHz / rate;
        var sender = new FakeRtpSender(
            format)
        { Sound = (position, _) => (short)Math.Round(32_767 * Amplitude * Math.Sin(omega * (position % rate))) };
        var run = new DeviceRun(
            sender, format, new FakeL16Decoder(format), senderPpm, devicePpm, packetMs: 20, periodMs: 20)
        { IsKept = false };
        var heard = new Tone(rate, ToneHz, Amplitude);
        double startedAt = run.NextPacketAt;
        double worst = 0;
        double squares = 0;
        int steady = 0;
        double? usual = null;
        run.AfterPeriod = () =>
        {
            worst = Math.Max(worst, Math.Abs(run.PlayoutErrorMs));
            double since = (run.PeriodHeardAt - startedAt) / DeviceRun.Second;
            if (since < 0.5)
            {
                return;
            }

            // From the phase of the audio: when it was sent, and so how long ago, modulo whole periods.
            double sentAt = heard.Take(run.Period);
            since *= 1 + (senderPpm / 1e6);
            if (since > 60)
            {
                double late = Tone.Wrap((since - sentAt) * ToneHz) / ToneHz;
                usual ??= late;
                double error = Tone.Wrap((late - usual.Value) * ToneHz) / ToneHz;
                squares += error * error;
                steady++;
            }
        };

        run.RunFor(seconds);

        ReceiverStatistics statistics = run.Receiver.GetStatistics();
        Assert.Equal(
            0, statistics.Underruns + statistics.Jumps + statistics.Late + statistics.Lost + statistics.Overflow + statistics.Stretches);
        Assert.InRange(worst, 0, 2);
        Assert.InRange(Math.Sqrt(squares / steady) * 1e6, 0, 50);
        Assert.Equal(senderPpm - devicePpm, statistics.DriftPpm, 1.0);
        Assert.InRange(heard.LargestBreak, 0, 0.002);
    }

    [Fact]
    public void The_drift_is_known_to_a_few_ppm_within_a_minute_and_jitter_does_not_reach_the_pitch()
    {
        var format = new AudioFormat(8000, 1);
        var sender = new FakeRtpSender(format) { Sound = (_, _) => 0 };
        var run = new DeviceRun(sender, format, new FakeL16Decoder(format), 60, -40, LossyLink.Like("delay=5ms,jitter=40ms,order=loose"),
            packetMs: 20)
        { IsKept = false };
        run.RunFor(60);
        Assert.Equal(100, run.Receiver.GetStatistics().DriftPpm, 10.0);

        double most = 0;
        double least = double.MaxValue;
        run.AfterPeriod = () =>
        {
            double ppm = run.Receiver.GetStatistics().DriftPpm;
            (least, most) = (Math.Min(least, ppm), Math.Max(most, ppm));
        };
        run.RunFor(120);

        Assert.InRange(most - least, 0, 20);
        Assert.Equal(100, (most + least) / 2, 10.0);
    }

    /// <summary>Measures the residue after subtracting a tone, and the moment of the tone at each period.</summary>
    private sealed class Tone(int rate, double hz, double amplitude)
    {
        private readonly double _omega = 2 * Math.PI * hz / rate;
        private double _before;
        private double _last;
        private int _count;

        /// <summary>The largest deviation of a sample from the value predicted by the previous two, as a share of the amplitude.</summary>
        public double LargestBreak { get; private set; }

        public static double Wrap(double turns) => turns - Math.Round(turns);

        /// <summary>
        /// Processes a period of audio. Returns the moment of the tone at its first frame, in seconds, modulo whole periods of the
        /// tone.
        /// </summary>
        public double Take(ReadOnlySpan<float> pcm)
        {
            double real = 0;
            double imaginary = 0;
            for (int i = 0; i < pcm.Length; i++)
            {
                if (_count++ >= 2)
                {
                    LargestBreak = Math.Max(LargestBreak, Math.Abs(pcm[i] - (2 * Math.Cos(_omega) * _last) + _before) / amplitude);
                }

                (_before, _last) = (_last, pcm[i]);
                real += pcm[i] * Math.Sin(_omega * i);
                imaginary += pcm[i] * Math.Cos(_omega * i);
            }

            return Math.Atan2(imaginary, real) / (2 * Math.PI * hz);
        }
    }
}
