using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Segments;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Transports.Http.Hls;

/// <summary>Ticks are milliseconds; packets are 20 ms at 128 kb/s.</summary>
public class HlsStreamsTests
{
    private static readonly SegmentTimes Times = new(TimeSpan.FromSeconds(1), 3);

    private readonly SettableTime _time = new(1000);

    [Fact]
    public void A_rendition_runs_while_it_is_requested()
    {
        BroadcastRing ring = Ring();
        HlsStreams streams = Create();
        HlsStream stream = Open(streams, ring);
        for (int i = 0; i < 5; i++)
        {
            _time.Timestamp += 29_000;
            Assert.Same(stream, Open(streams, ring));
            Advance(streams);
        }

        Assert.Equal(1, ring.Leases);
        _time.Timestamp += 30_001;
        Advance(streams);
        Assert.Equal(0, ring.Leases);
        Assert.NotSame(stream, Open(streams, ring));
    }

    [Fact]
    public void A_rendition_has_as_many_listeners_as_ask_for_it_and_not_one_more()
    {
        BroadcastRing ring = Ring();
        HlsStreams streams = Create();
        Open(streams, ring);
        using RingLease other = Rings.Open(ring);
        Assert.Equal((2, 1), (ring.Leases, ring.Listeners));

        Advance(streams, listeners: 5);
        Assert.Equal(6, ring.Listeners);
        Advance(streams, listeners: 2);
        Assert.Equal(3, ring.Listeners);
        streams.CloseAll();
        Assert.Equal((1, 1), (ring.Leases, ring.Listeners));
    }

    [Fact]
    public async Task There_is_something_to_do_from_the_first_rendition_on()
    {
        HlsStreams streams = Create();
        Task waiting = streams.WaitForOneAsync();
        Assert.False(waiting.IsCompleted);

        Open(streams, Ring());
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(streams.WaitForOneAsync().IsCompleted);

        streams.CloseAll();
        Assert.False(streams.WaitForOneAsync().IsCompleted);
    }

    [Fact]
    public void Without_memory_for_its_segments_a_rendition_is_refused()
    {
        // Seven segments of a second at 16 kB/s.
        HlsStreams streams = Create(maxBytes: 7 * 16_000);
        BroadcastRing first = Ring();
        Open(streams, first);

        Assert.False(streams.TryOpen(Ring(), IPAddress.Loopback, out _, out RadioStreamRefusal? refusal));
        Assert.Equal(RadioRefusal.NoBuffer, refusal.Reason);
        Open(streams, first);
        streams.CloseAll();
        Open(streams, Ring());
    }

    [Fact]
    public void Segments_that_cannot_be_written_pause_only_their_rendition()
    {
        BroadcastRing broken = Ring(static _ => throw new InvalidDataException("No."));
        HlsStreams streams = Create();
        Assert.True(Open(streams, broken).Log.Window.HasEnded);
        Advance(streams);

        Assert.False(streams.TryOpen(broken, null, out _, out RadioStreamRefusal? refusal));
        Assert.Equal((RadioRefusal.RenditionFailed, TimeSpan.FromSeconds(1)), (refusal.Reason, refusal.RetryAfter));
        Assert.Equal(1, streams.Failures);
        Open(streams, Ring());
        _time.Timestamp += 1001;
        Open(streams, broken);
    }

    [Fact]
    public void A_run_that_was_cut_short_is_followed_by_the_next_and_the_end_of_a_station_is_not()
    {
        HlsStreams streams = Create();
        BroadcastRing cut = Ring();
        HlsStream before = Open(streams, cut);
        cut.EndRun(new EndItem(0, 0) { Reason = DropReason.GaveWay });
        Advance(streams);
        Assert.NotSame(before, Open(streams, cut));

        BroadcastRing ended = Ring();
        HlsStream last = Open(streams, ended);
        ended.Publish(new EndItem(0, 0));
        Advance(streams);
        Assert.Same(last, Open(streams, ended));
    }

    private HlsStreams Create(long maxBytes = 1 << 20) => new(Times, TimeSpan.FromSeconds(30), maxBytes, _time, NullLogger.Instance);

    private static void Advance(HlsStreams streams, int listeners = 0) =>
        streams.Advance(new Dictionary<(string, string), int> { [("jazz", "mp3")] = listeners });

    private static HlsStream Open(HlsStreams streams, BroadcastRing ring)
    {
        Assert.True(streams.TryOpen(ring, IPAddress.Loopback, out HlsStream? stream, out _));
        return stream;
    }

    private static BroadcastRing Ring(Func<RenditionInfo, ISegmentContainer>? container = null)
    {
        StreamType type = StreamType.Mp3;
        type = container is null ? type : type with { Segments = type.Segments! with { CreateContainer = container } };
        var info = new RenditionInfo("jazz", "mp3", new PayloadFormat("mp3", 48_000, 2), 960, 128_000, Rings.Stream) { StreamType = type };
        return new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
    }
}
