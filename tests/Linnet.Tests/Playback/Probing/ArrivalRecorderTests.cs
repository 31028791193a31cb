using Linnet.Audio;
using Linnet.Clock;
using Linnet.Playback.Probing;
using Linnet.Tests.Fakes;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Playback.Probing;

public class ArrivalRecorderTests
{
    private static readonly AudioFormat Mono = new(8000, 1);

    [Fact]
    public void Counters_continue_after_a_wrap()
    {
        var sender = new FakeRtpSender(Mono, firstSequence: 65_530, firstTimestamp: uint.MaxValue - 200);
        ArrivalRecorder recorder = Hear(sender, 20);

        IReadOnlyList<HeardPacket> packets = recorder.Take().Packets;

        Assert.Equal(Enumerable.Range(65_530, 20).Select(i => (long)i), packets.Select(p => p.Sequence));
        Assert.All(packets.Zip(packets.Skip(1)), p => Assert.Equal(80, p.Second.Position - p.First.Position));
    }

    [Fact]
    public void A_day_stays_within_the_memory_limit_and_keeps_the_newest_packets()
    {
        var sender = new FakeRtpSender(Mono);
        var recorder = new ArrivalRecorder(8000, FakeRtpSender.PayloadType, capacity: 3000);
        for (int i = 0; i < 10_000; i++)
        {
            recorder.OnPacket(sender.Next(1), i);
        }

        PathRecording recording = recorder.Take();

        Assert.Equal(3000, recording.Packets.Count);
        Assert.Equal(7000, recording.Forgotten);
        Assert.Equal(Enumerable.Range(7000, 3000).Select(i => (long)i), recording.Packets.Select(p => p.At));
        Assert.Equal((10_000, 0), (recorder.Progress.Packets, recorder.Progress.Missing));
        byte[] packet = sender.Next(1);
        Assert.Equal(0, Allocations.Of(() => recorder.OnPacket(packet, 1)));
    }

    [Fact]
    public void Noise_and_foreign_packets_are_counted_but_not_kept()
    {
        ArrivalRecorder recorder = Hear(new FakeRtpSender(Mono), 10);
        recorder.OnPacket([1, 2, 3], 11);
        recorder.OnPacket(new FakeRtpSender(Mono, ssrc: 9).Next(80), 12);
        byte[] other = new FakeRtpSender(Mono).Next(80);
        other[1] = 111;
        recorder.OnPacket(other, 13);

        PathRecording recording = recorder.Take();

        Assert.Equal((10, 1, 2), (recording.Packets.Count, recording.Corrupt, recording.Foreign));
    }

    [Fact]
    public void A_restart_of_the_sender_restarts_the_recording()
    {
        ArrivalRecorder recorder = Hear(new FakeRtpSender(Mono), 10);
        var second = new FakeRtpSender(Mono, ssrc: 9, firstSequence: 7);
        for (int i = 0; i < 6; i++)
        {
            recorder.OnPacket(second.Next(80), 100 + i);
        }

        PathRecording recording = recorder.Take();

        Assert.Equal((1, 0), (recording.Restarts, recording.Foreign));
        Assert.Equal([9L, 10, 11, 12], recording.Packets.Select(p => p.Sequence));
    }

    [Fact]
    public void Reports_of_the_stream_and_the_shortest_round_trips_are_kept()
    {
        var sender = new FakeRtpSender(Mono, firstTimestamp: 1000);
        ArrivalRecorder recorder = Hear(sender, 3);
        DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        recorder.OnReport(new SenderReport(sender.Ssrc, NtpTime.From(now), 1080, 3, 4), now, 7);
        recorder.OnReport(new SenderReport(99, NtpTime.From(now), 5, 3, 4), now, 8);
        foreach (int ms in (int[])[30, 10, 20])
        {
            recorder.OnRoundTrip(TimeSpan.FromMilliseconds(ms), isByRtcp: true);
            recorder.OnRoundTrip(TimeSpan.FromMilliseconds(2 * ms), isByRtcp: false);
        }

        PathRecording recording = recorder.Take();

        Assert.Equal(new HeardReport(now, 1080, now, 7), recording.Report);
        Assert.Equal((10.0, 20.0), (recording.RtcpTrip!.Value.TotalMilliseconds, recording.RequestTrip!.Value.TotalMilliseconds));
    }

    private static ArrivalRecorder Hear(FakeRtpSender sender, int packets)
    {
        var recorder = new ArrivalRecorder(sender.Format.SampleRate, FakeRtpSender.PayloadType, capacity: 1 << 18);
        for (int i = 0; i < packets; i++)
        {
            recorder.OnPacket(sender.Next(80), i);
        }

        return recorder;
    }
}
