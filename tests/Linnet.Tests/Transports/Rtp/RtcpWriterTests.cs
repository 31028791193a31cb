using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Tests.Broadcast;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtp;

public class RtcpWriterTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_report_has_the_wall_clock_at_which_a_position_is_due()
    {
        // Position 0 is due now; a report 10.5 s later, whose clock is read 3 ms after the reported instant.
        BroadcastRing ring = Rings.Create();
        long epoch = _time.GetTimestamp();
        ring.Publish(new DiscontinuityItem(0, epoch, new MediaTimeline(epoch, 48_000, _time.TimestampFrequency)));
        DateTimeOffset start = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(10.5));
        long now = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(3));

        SenderReport report = Parse<SenderReport>(new RtcpWriter(_time).Report(Listen(ring), now)!, 0);

        Assert.Equal(NtpTime.From(start + TimeSpan.FromSeconds(10.5)), report.Time);
        Assert.Equal(Rings.Stream.TimestampOf(504_000), report.Timestamp);
        Assert.Equal(Rings.Stream.Ssrc, report.Ssrc);
    }

    [Fact]
    public void A_report_after_a_clock_change_uses_the_new_mapping()
    {
        BroadcastRing ring = Rings.Create();
        long epoch = _time.GetTimestamp();
        ring.Publish(new DiscontinuityItem(0, epoch, new MediaTimeline(epoch, 48_000, _time.TimestampFrequency)));
        ring.Publish(
            new DiscontinuityItem(48_000, epoch, new MediaTimeline(epoch - _time.TimestampFrequency, 48_000, _time.TimestampFrequency)));

        SenderReport report = Parse<SenderReport>(new RtcpWriter(_time).Report(Listen(ring), epoch)!, 0);

        Assert.Equal(Rings.Stream.TimestampOf(48_000), report.Timestamp);
    }

    [Fact]
    public void Before_the_first_timeline_there_are_goodbyes_but_no_reports()
    {
        BroadcastRing ring = Rings.Create();
        var writer = new RtcpWriter(_time);

        Assert.Null(writer.Report(Listen(ring), 0));
        Assert.IsType<ReceiverReport>(Parse<RtcpPacket>(writer.Goodbye(Listen(ring), GoodbyeReason.ServerStopped), 0));
        Goodbye goodbye = Parse<Goodbye>(writer.Goodbye(Listen(ring), GoodbyeReason.ServerStopped), 2);
        Assert.Equal([Rings.Stream.Ssrc], goodbye.Ssrcs);
        Assert.Equal("server stopped", goodbye.Reason);
    }

    [Fact]
    public void All_reports_of_a_server_have_the_same_CNAME()
    {
        BroadcastRing ring = Rings.Create();
        var writer = new RtcpWriter(_time);

        string? first = Parse<SourceDescription>(writer.Goodbye(Listen(ring), GoodbyeReason.ServerStopped), 1).Chunks[0].CanonicalName;

        Assert.Equal(first, Parse<SourceDescription>(writer.Goodbye(Listen(ring), GoodbyeReason.ServerStopped), 1).Chunks[0].CanonicalName);
        Assert.NotEqual(first,
            Parse<SourceDescription>(new RtcpWriter(_time).Goodbye(Listen(ring), GoodbyeReason.ServerStopped), 1).Chunks[0].CanonicalName);
    }

    [Fact]
    public void Each_report_has_the_current_title_truncated_to_fit()
    {
        BroadcastRing ring = Rings.Create();
        long epoch = _time.GetTimestamp();
        ring.Publish(new DiscontinuityItem(0, epoch, new MediaTimeline(epoch, 48_000, _time.TimestampFrequency)));
        var writer = new RtcpWriter(_time);
        Assert.Null(Note());

        ring.Publish(new TitleItem(0, epoch, new Linnet.Audio.TrackInfo("Ornithology", "Bird")));
        Assert.Equal("Bird – Ornithology", Note());

        ring.Publish(new TitleItem(0, epoch, new Linnet.Audio.TrackInfo(new string('x', 400))));
        Assert.Equal(new string('x', 255), Note());

        string? Note() => Parse<SourceDescription>(writer.Report(Listen(ring), epoch)!, 1).Chunks[0].Note;
    }

    private static Fakes.RecordingListener Listen(BroadcastRing ring) => new(Rings.Open(ring));

    private static T Parse<T>(byte[] bytes, int index)
        where T : RtcpPacket
    {
        Assert.True(RtcpCompound.TryParse(bytes, out RtcpCompound? compound));
        return Assert.IsType<T>(compound.Packets[index], exactMatch: false);
    }
}
