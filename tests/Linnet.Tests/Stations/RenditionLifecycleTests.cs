using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs.Pcm;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

/// <summary>Renditions without a station: no source, no thread, and time that stands still.</summary>
public sealed class RenditionLifecycleTests : IDisposable
{
    private static readonly AudioFormat Format = new(48_000, 1);

    private readonly SteppedTime _time = new();
    private readonly SoundHistory _history = new(Format, TimeSpan.FromSeconds(2));
    private readonly RenditionLifecycle _lives;
    private readonly MediaTimeline _timeline;
    private int _wanted;
    private string? _failing;

    public RenditionLifecycleTests()
    {
        _timeline = new MediaTimeline(_time.Now, Format.SampleRate, _time.TimestampFrequency);
        var options = new StationOptions { Name = "test", MaxOnDemand = 1 };
        _lives = new RenditionLifecycle(
            options, [Spec("usual"), Spec("one") with { IsOnDemand = true }, Spec("two") with { IsOnDemand = true }], _history, _time,
            NullLogger.Instance)
        { Wanted = () => _wanted++ };
    }

    public void Dispose() => _lives.Dispose();

    [Fact]
    public void The_first_lease_starts_a_rendition_at_the_next_update_with_the_sound_of_the_history()
    {
        Give(seconds: 1);
        Assert.False(_lives.HasWanted(out _));

        using RingLease first = Open("usual", stock: TimeSpan.FromSeconds(1))!;
        using RingLease second = Open("usual")!;

        Assert.Equal(1, _wanted);
        Assert.True(_lives.HasWanted(out long stock));
        Assert.Equal(_time.TimestampFrequency, stock);
        Assert.False(Of("usual").Running);
        _lives.Update(_timeline);
        Assert.True(Of("usual").Running);
        Assert.False(_lives.HasWanted(out _));
        Assert.Equal((2, 200L), (Of("usual").Listeners, Of("usual").Packets));
        Give(seconds: 1);
        Assert.Equal(400, Of("usual").Packets);
    }

    [Fact]
    public void A_rendition_stops_after_the_idle_time_without_a_listener_and_not_before()
    {
        RingLease lease = Open("usual")!;
        Give(seconds: 1);
        lease.Dispose();
        Give(seconds: 9);
        using (Open("usual"))
        {
            Give(seconds: 5);
        }

        // The idle time starts again when the last listener leaves.
        Give(seconds: 9);
        Assert.True(Of("usual").Running);
        Give(seconds: 2);
        Assert.False(Of("usual").Running);
        Assert.Equal(0, lease.Ring.Bytes);
    }

    [Fact]
    public void A_rendition_that_fails_is_refused_for_its_pause_and_then_starts_again()
    {
        _failing = "Create";
        using RingLease lease = Open("usual")!;
        _lives.Update(_timeline);

        Assert.Equal((false, 1L), (Of("usual").Running, Of("usual").Failures));
        Assert.True(lease.IsOver);
        Assert.Equal(DropReason.RenditionFailed, Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]).Reason);
        Assert.Equal(RingRefusalReason.Paused, Refusal("usual").Reason);
        _time.Now += _time.TimestampFrequency;
        _failing = null;
        using RingLease again = Open("usual")!;
        _lives.Update(_timeline);
        Assert.True(Of("usual").Running);
        Assert.False(again.IsOver);
    }

    [Fact]
    public void A_rendition_on_demand_gives_way_at_the_next_update()
    {
        using RingLease one = Open("one", address: 1)!;
        using RingLease more = Open("usual", address: 1)!;
        _lives.Update(_timeline);
        Assert.Equal(RingRefusalReason.TooManyOnDemand, Refusal("two", address: 1).Reason);

        one.Dispose();
        using RingLease two = Open("two", address: 2)!;
        Assert.True(Of("one").Running);
        _lives.Update(_timeline);

        Assert.Equal([true, false, true], _lives.GetSnapshots().Select(static r => r.Running));
        Assert.Equal(DropReason.GaveWay, Assert.IsType<EndItem>(StreamRun.ItemsOf(one.Ring)[^1]).Reason);
    }

    [Theory]
    [InlineData(DropReason.ServerStopped, "The server is stopping.")]
    [InlineData(DropReason.RenditionFailed, "The station has failed; the server's log says why.")]
    internal void Only_the_stations_own_end_is_final(DropReason reason, string text)
    {
        _lives.Finish(_timeline, arrivedAt: null, reason);

        Assert.Equal(new RingRefusal(RingRefusalReason.Unavailable, text), Refusal("one"));
    }

    [Fact]
    public void After_the_stations_end_all_leases_are_refused_and_wanted_renditions_hold_the_last_sound()
    {
        Give(seconds: 1);
        using RingLease lease = Open("usual", stock: TimeSpan.FromSeconds(1))!;
        _lives.Finish(_timeline, arrivedAt: null, DropReason.None);

        Assert.Equal((RingRefusalReason.StationEnded, true), (Refusal("one").Reason, Refusal("one").IsFinal));
        Assert.Equal(200, Of("usual").Packets);
        Assert.Equal(48_000, Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]).Position);
    }

    private RenditionSpec Spec(string name) => new(
        name, 768_000, () => _failing == "Create"
            ? throw new InvalidOperationException("no encoder") : new LinearPcmEncoder(Format, 16, TimeSpan.FromMilliseconds(5), null));

    /// <summary>Runs the lifecycle as a station does: an update and a block every 10 ms.</summary>
    private void Give(double seconds)
    {
        float[] block = new float[480];
        for (int i = 0; i < seconds * 100; i++)
        {
            _lives.Update(_timeline);
            _history.Append(block);
            _lives.Take(block, null, null);
            _time.Now += _time.TimestampFrequency / 100;
        }
    }

    private RingLease? Open(string name, TimeSpan stock = default, byte address = 1) =>
        Ring(name).TryOpen(new RingRequest(stock, new IPAddress([192, 0, 2, address])), out RingLease? lease, out _) ? lease : null;

    private RingRefusal Refusal(string name, byte address = 1)
    {
        Assert.False(Ring(name).TryOpen(new RingRequest(default, new IPAddress([192, 0, 2, address])), out _, out RingRefusal? refusal));
        return refusal;
    }

    private BroadcastRing Ring(string name) => _lives.Renditions.Single(r => r.Ring.Info.Name == name).Ring;

    private RenditionSnapshot Of(string name) => _lives.GetSnapshots().Single(r => r.Name == name);
}
