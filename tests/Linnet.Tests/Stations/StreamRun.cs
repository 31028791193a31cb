using System.Buffers;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

/// <summary>
/// Plays a source to its end for one listener over HTTP, in simulated time; holds the ring's items and the bytes made of them.
/// </summary>
internal sealed class StreamRun
{
    private StreamRun(IReadOnlyList<RingItem> items, byte[] bytes, BroadcastRing ring)
    {
        Items = items;
        Bytes = bytes;
        Ring = ring;
    }

    public IReadOnlyList<RingItem> Items { get; }

    public PacketItem[] Packets => [.. Items.OfType<PacketItem>()];

    /// <summary>The head, and what the container made of all items.</summary>
    public byte[] Bytes { get; }

    public BroadcastRing Ring { get; }

    public IStreamContainer CreateContainer() => CreateContainer(Ring.Info);

    /// <summary>Plays <paramref name="source"/> for at most five minutes.</summary>
    public static StreamRun Of(IAudioSource source, string rendition, Func<StationOptions, StationOptions>? change = null)
    {
        var time = new SteppedTime();
        var options = new StationOptions { Name = "jazz", RingDuration = TimeSpan.FromSeconds(300) };
        using var engine = new Station(change?.Invoke(options) ?? options, source, time, NullLogger.Instance);
        BroadcastRing ring = Find(engine, rendition);
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        while (engine.State is StationState.Waiting or StationState.Playing)
        {
            long next = engine.Step(TestContext.Current.CancellationToken);
            time.Now = next == Station.Never ? time.Now : next;
        }

        RingItem[] items = ItemsOf(lease.Ring);
        lease.Dispose();
        return new StreamRun(items, BytesOf(items, CreateContainer(ring.Info)), ring);
    }

    /// <summary>A rendition's ring. Skips the test where the encoder is missing.</summary>
    public static BroadcastRing Find(Station engine, string rendition)
    {
        SkipIfMissing(engine, rendition);
        return engine.Listing.Streams.Single(ring => ring.Info.Name == rendition);
    }

    /// <summary>Skips the test where the encoder of a rendition is missing.</summary>
    public static void SkipIfMissing(Station engine, string rendition) => Assert.SkipWhen(
        engine.Listing.Missing.Any(missing => missing.Name == rendition), $"this machine cannot encode {rendition}");

    public static IStreamContainer CreateContainer(RenditionInfo info) => info.StreamType!.CreateContainer(info);

    public static RingItem[] ItemsOf(BroadcastRing ring) =>
        [.. Enumerable.Range(0, (int)ring.Head).Select(i => ring.TryGet(i, out RingItem? item) ? item : null).OfType<RingItem>()];

    /// <summary>The bytes for a listener that joins before the first packet.</summary>
    public static byte[] BytesOf(IEnumerable<RingItem> items, IStreamContainer container)
    {
        var output = new ArrayBufferWriter<byte>();
        var before = new ArrayBufferWriter<byte>();
        bool started = false;
        foreach (RingItem item in items)
        {
            if (!started && item is PacketItem)
            {
                output.Write(container.Head.Span);
                started = true;
            }

            container.Write(item, started ? output : before);
        }

        return output.WrittenSpan.ToArray();
    }
}
