using Linnet.Audio;
using Linnet.Clock;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Receive;

public class ReceptionLogTests
{
    private const int Rate = 48_000;
    private const long Second = 10_000_000;

    private static readonly AudioFormat Mono = new(Rate, 1);

    [Fact]
    public void Before_the_first_packet_there_is_nothing_to_report()
    {
        var receiver = new Receiver(new FakeL16Decoder(Mono), time: new SettableTime(Second));

        Assert.False(receiver.TryBuildReport(0, out _));
    }

    [Fact]
    public void Loss_is_reported_for_the_interval_and_in_total()
    {
        var log = new ReceptionLog(Rate, Second);
        Receive(log, from: 0, to: 100, except: i => i % 4 == 3);
        Assert.True(log.TryReport(7, 99, 0, out ReportBlock first));
        Receive(log, from: 100, to: 200, except: i => i == 150);
        Assert.True(log.TryReport(7, 199, 0, out ReportBlock second));
        Assert.True(log.TryReport(7, 199, 0, out ReportBlock third));

        // The 99 at the end is not known yet: 99 expected, 24 of them missing.
        Assert.Equal((7u, (byte)(24 * 256 / 99), 24), (first.Ssrc, first.FractionLost, first.CumulativeLost));
        Assert.Equal(((byte)(2 * 256 / 101), 26, 199u), (second.FractionLost, second.CumulativeLost, second.HighestSequence));
        Assert.Equal(((byte)0, 26), (third.FractionLost, third.CumulativeLost));
    }

    [Fact]
    public void Duplicates_make_the_loss_negative_and_the_fraction_zero()
    {
        var log = new ReceptionLog(Rate, Second);
        Receive(log, 0, 10, _ => false);
        Receive(log, 0, 10, _ => false);
        log.TryReport(1, 9, 0, out ReportBlock report);

        Assert.Equal((-10, (byte)0), (report.CumulativeLost, report.FractionLost));
    }

    [Fact]
    public void Jitter_converges_as_RFC_3550_says()
    {
        // Every second packet 2 ms late: |D| is 96 ticks each time, and J tends to it by a sixteenth of what is missing.
        var log = new ReceptionLog(Rate, Second);
        double expected = 0;
        for (int i = 0; i < 20; i++)
        {
            log.OnPacket(i, i * 240, (i * Second / 200) + (i % 2 * Second / 500) + (1000 * Second));
            expected += i == 0 ? 0 : (96 - expected) / 16;
        }

        log.TryReport(1, 19, 0, out ReportBlock report);
        Assert.Equal(expected, log.Jitter, 0.01);
        Assert.Equal((uint)expected, report.Jitter);
    }

    [Fact]
    public void A_report_handles_wraps_and_names_the_last_sender_report()
    {
        var time = new SettableTime(Second);
        var receiver = new Receiver(new FakeL16Decoder(Mono), time: time);
        var sender = new FakeRtpSender(Mono, ssrc: 5, firstSequence: 65_530, firstTimestamp: uint.MaxValue - 480);
        for (int i = 0; i < 20; i++)
        {
            time.Timestamp += Second / 200;
            receiver.OnRtp(sender.Next(240), time.Timestamp);
        }

        receiver.OnSenderReport(new SenderReport(5, new NtpTime(0x1234_5678_9ABC_DEF0), sender.NextTimestamp, 0, 0), time.Timestamp);
        receiver.OnSenderReport(new SenderReport(6, new NtpTime(1), 0, 0, 0), time.Timestamp);
        Assert.True(receiver.TryBuildReport(time.Timestamp + (Second / 2), out ReportBlock report));

        Assert.Equal((5u, 0, (byte)0, 0u), (report.Ssrc, report.CumulativeLost, report.FractionLost, report.Jitter));
        Assert.Equal(0x1_0000u + 13, report.HighestSequence);
        Assert.Equal(0x5678_9ABCu, report.LastSenderReport);
        Assert.Equal(32_768u, report.DelaySinceLastSenderReport);
    }

    private static void Receive(ReceptionLog log, int from, int to, Func<int, bool> except)
    {
        for (int i = from; i < to; i++)
        {
            if (!except(i))
            {
                log.OnPacket(i, i * 240, i * Second / 200);
            }
        }
    }
}
