using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public sealed class OnDemandSlotsTests
{
    private readonly OnDemandSlots _slots = new(most: 4);

    [Fact]
    public void One_address_may_have_all_slots_until_another_asks_and_then_gives_up_its_latest()
    {
        Assert.All(["a", "b", "c", "d"], name => Assert.True(Take(name, 1)));
        Assert.False(Take("e", 1));

        Assert.True(Take("e", 2, gaveWay: "d"));
        Assert.True(Take("f", 2, gaveWay: "c"));

        // Both have two, which is the share of each.
        Assert.False(Take("g", 2));
        Assert.False(Take("g", 1));
    }

    [Fact]
    public void A_third_and_a_fourth_address_get_a_slot_and_a_fifth_does_not()
    {
        Assert.All(["a", "b"], name => Assert.True(Take(name, 1)));
        Assert.All(["c", "d"], name => Assert.True(Take(name, 2)));

        Assert.True(Take("e", 3, gaveWay: "d"));
        Assert.True(Take("f", 4, gaveWay: "b"));
        Assert.False(Take("g", 5));
        Assert.Equal(4, _slots.Count);
    }

    [Fact]
    public void A_rendition_of_an_address_with_less_than_its_share_does_not_give_way()
    {
        Assert.All(["a", "b", "c", "d"], name => Assert.True(Take(name, 1)));
        _slots.Join("d", Address(2));

        Assert.True(Take("e", 3, gaveWay: "c"));
    }

    [Fact]
    public void A_rendition_without_listeners_gives_way_first()
    {
        Assert.All(["a", "b", "c", "d"], name => Assert.True(Take(name, 1)));
        _slots.Leave("b", Address(1));

        Assert.True(Take("e", 1, gaveWay: "b"));
        Assert.True(Take("e", 2));
    }

    [Fact]
    public void A_listener_for_each_lease_and_a_slot_that_is_free_again()
    {
        Assert.All(["a", "b", "c", "d"], name => Assert.True(Take(name, 1)));
        _slots.Join("a", Address(1));
        _slots.Leave("a", Address(1));
        Assert.False(Take("e", 1));

        _slots.Free("a");
        Assert.True(Take("e", 1));
    }

    [Fact]
    public void A_station_cuts_the_rendition_that_gives_way_tells_its_listeners_and_keeps_the_default_renditions()
    {
        var time = new SteppedTime();
        string[] extra = ["opus-24", "opus-32", "opus-40", "opus-48", "opus-56"];
        var options = new StationOptions { Name = "test", Streams = [.. StationOptions.DefaultStreams, .. extra] };
        using var engine = new Station(options, new RampSource(new AudioFormat(48_000, 1)), time, NullLogger.Instance);
        IReadOnlyList<BroadcastRing> all = engine.Listing.Renditions;
        RingLease[] usual = [.. all.Where(r => !extra.Contains(r.Info.Name)).Select(r => Open(r, 1)!)];
        Assert.Equal(12, usual.Length + engine.Listing.Missing.Count);
        RingLease[] own = [.. extra[..4].Select(name => Open(Find(name), 1)!)];
        engine.Step(TestContext.Current.CancellationToken);
        Assert.Equal(usual.Length + 4, engine.GetSnapshot().Renditions.Count(r => r.Running));

        Assert.Null(Open(Find("opus-56"), 1));
        using RingLease? others = Open(Find("opus-56"), 2);
        engine.Step(TestContext.Current.CancellationToken);

        Assert.NotNull(others);
        Assert.Equal(usual.Length + 4, engine.GetSnapshot().Renditions.Count(r => r.Running));
        Assert.Equal([false, false, false, true], own.Select(l => l.IsOver));
        Assert.Equal(DropReason.GaveWay, Assert.IsType<EndItem>(StreamRun.ItemsOf(own[3].Ring)[^1]).Reason);
        Assert.All(usual, l => Assert.False(l.IsOver));

        // A listener that leaves makes room: its rendition has no listener now.
        own[0].Dispose();
        Assert.NotNull(Open(Find("opus-48"), 1));

        BroadcastRing Find(string name) => all.Single(r => r.Info.Name == name);
    }

    [Theory]
    [InlineData(0, "This server makes no renditions on demand. Take one that always runs (opus, opus-5ms, pcm, l16, l24, wav).")]
    [InlineData(1, "opus-48 is made on demand. At most 1 such renditions run at a time, and there is no place for another now. "
        + "Take one that always runs (opus, opus-5ms, pcm, l16, l24, wav), or try again in 10 s.")]
    public void A_refusal_names_the_alternatives(int most, string text)
    {
        var options = new StationOptions { Name = "test", Streams = ["wav", "opus-32", "opus-48"], MaxOnDemand = most };
        using var engine = new Station(options, new RampSource(new AudioFormat(48_000, 1)), new SteppedTime(), NullLogger.Instance);
        Assert.Equal(most, Enumerable.Range(0, most).Count(_ => Open(Find("opus-32"), 1) is not null));

        Assert.False(Find("opus-48").TryOpen(new RingRequest(default, new IPAddress([192, 0, 2, 1])), out _, out RingRefusal? refusal));
        Assert.Equal((text, most > 0, most == 0), (refusal.Text, refusal.RetryAfter is not null, refusal.IsFinal));

        BroadcastRing Find(string name) => engine.Listing.Streams.Single(s => s.Info.Name == name);
    }

    private static PeerAddress Address(byte last) => PeerAddress.Of(new IPAddress([192, 0, 2, last]));

    private static RingLease? Open(BroadcastRing ring, byte address) =>
        ring.TryOpen(new RingRequest(default, new IPAddress([192, 0, 2, address])), out RingLease? lease, out _) ? lease : null;

    private bool Take(string name, byte address, string? gaveWay = null)
    {
        bool isTaken = _slots.TryTake(name, Address(address), out string? other);
        Assert.Equal(gaveWay, other);
        if (isTaken)
        {
            _slots.Join(name, Address(address));
        }

        return isTaken;
    }
}
