using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Tests.Fakes;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Stations;

public class OggRenditionTests
{
    /// <summary>Packets of 20 ms that a decoder gets once more at a seam.</summary>
    private const int Repeated = 4;

    private static readonly TrackInfo One = new("one", "first"), Two = new("two");

    [Fact]
    public void Each_title_starts_a_chained_stream_at_its_packet()
    {
        StreamRun run = StreamRun.Of(Source(), "opus");

        Link[] links = Link.AllOf(run.Bytes);
        Assert.Equal([One, Two], links.Select(static l => l.Track));
        Assert.All(links, static link => Assert.Equal("jazz", link.Tags["ORGANIZATION"]));
        Assert.Equal(2, links.Select(static l => l.Serial).Distinct().Count());
        Assert.All(links, static link => Assert.True(link.IsEnded));

        // Every packet in order, the second title before the packet that holds its first frame; and those before it once more.
        byte[][] expected = [.. run.Packets.Select(static p => p.Payload.ToArray())];
        int seam = links[0].Sound.Count;
        Assert.Equal(expected, [.. links[0].Sound, .. links[1].Sound.Skip(Repeated)]);
        Assert.Equal(expected[(seam - Repeated)..seam], links[1].Sound.Take(Repeated));
        Assert.InRange(50_000, run.Packets[seam].Position, run.Packets[seam].Position + run.Packets[seam].Frames - 1);
    }

    [Fact]
    public void Only_the_encoders_delay_and_earlier_sound_are_skipped_and_each_stream_counts_from_its_start()
    {
        StreamRun run = StreamRun.Of(Source(), "opus");

        Link[] links = Link.AllOf(run.Bytes);
        Assert.Equal([312, Repeated * 960], links.Select(static l => (int)l.Head.PreSkip));
        Assert.Equal(-run.Packets[0].Position, links[0].Head.PreSkip);
        Assert.Equal(Repeated, links[1].PacketsOfFirstPage);
        Assert.Equal(5 * 960, links[0].Granules[0]);
        Assert.Equal(Repeated * 960, links[1].Granules[0]);
        Assert.All(links, static link => Assert.Equal(link.Sound.Count * 960, link.Granules[^1]));

        // Both streams together hold all the sound.
        PacketItem last = run.Packets[^1];
        Assert.Equal(last.Position + last.Frames, links.Sum(static link => link.Granules[^1] - link.Head.PreSkip));
    }

    [Fact]
    public void The_last_page_of_each_stream_holds_a_packet_wherever_the_title_changes()
    {
        for (int change = 48_000; change < 48_000 + (6 * 960); change += 960)
        {
            ReadOnlySpan<byte> bytes =
                StreamRun.Of(new RampSource(new AudioFormat(48_000, 2), 100_000) { Tracks = { [0] = One, [change] = Two } }, "opus").Bytes;
            var reader = new OggPageReader();
            int ends = 0;
            while (reader.TryRead(ref bytes, out OggPage page))
            {
                if (page.Kinds.HasFlag(OggPageKinds.Last))
                {
                    ends++;
                    Assert.NotEqual(0, page.Segments.Length);
                    Assert.NotEqual(OggPage.NoGranule, page.Granule);
                }
            }

            Assert.Equal(2, ends);
        }
    }

    [Fact]
    public void A_page_lasts_a_tenth_of_a_second_at_most()
    {
        Link[] links = Link.AllOf(StreamRun.Of(Source(), "opus").Bytes);

        foreach (Link link in links)
        {
            Assert.All(link.Granules.Zip(link.Granules.Skip(1)), static pair => Assert.InRange(pair.Second - pair.First, 0, 4_800));
        }

        Assert.Contains(links[0].Granules.Zip(links[0].Granules.Skip(1)), static pair => pair.Second - pair.First == 4_800);
    }

    [Fact]
    public void A_later_listener_gets_the_header_of_the_current_title()
    {
        StreamRun run = StreamRun.Of(Source(), "opus");
        IStreamContainer container = run.CreateContainer();
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var heads = new List<(long Position, ReadOnlyMemory<byte> Head)>();
        foreach (RingItem item in run.Items)
        {
            heads.Add((item.Position, container.Head));
            container.Write(item, output);
        }

        Link early = Assert.Single(Link.AllOf(heads.Last(h => h.Position < 40_000).Head.ToArray()));
        Link late = Assert.Single(Link.AllOf(heads.First(h => h.Position > 60_000).Head.ToArray()));
        Assert.Equal((One, Two), (early.Track, late.Track));

        // Between the title and its packet there is no header: it comes with the packet.
        Assert.Contains(heads, static h => h.Position >= 48_000 && h.Head.IsEmpty);
    }

    [Fact]
    public void Two_containers_of_a_ring_write_the_same_bytes()
    {
        StreamRun run = StreamRun.Of(Source(), "opus");

        Assert.Equal(run.Bytes, StreamRun.BytesOf(run.Items, run.CreateContainer()));
    }

    [Fact]
    public void A_gap_begins_a_new_stream()
    {
        StreamRun run = StreamRun.Of(Source(), "opus");
        RingItem[] items = [.. run.Items.Where(static i => i is not PacketItem packet || packet.Number is < 20 or > 29)];

        Link[] links = Link.AllOf(StreamRun.BytesOf(items, run.CreateContainer()));

        byte[][] expected = [.. items.OfType<PacketItem>().Select(static p => p.Payload.ToArray())];
        Assert.Equal(3, links.Length);
        Assert.Equal(20 * 960, links[0].Granules[^1]);
        Assert.Equal([312, 312, Repeated * 960], links.Select(static link => (int)link.Head.PreSkip));
        Assert.Equal(expected, links.SelectMany(static (link, i) => i == 2 ? link.Sound.Skip(Repeated) : link.Sound));
    }

    private static RampSource Source() => new(new AudioFormat(48_000, 2), 100_000) { Tracks = { [0] = One, [50_000] = Two } };

    /// <summary>One stream of a chain, read back.</summary>
    private sealed class Link
    {
        public required uint Serial { get; init; }

        public OpusHead Head { get; private set; } = null!;

        public VorbisComment Tags { get; private set; } = null!;

        public TrackInfo? Track => Tags.Tags.Track;

        public List<byte[]> Sound { get; } = [];

        public List<long> Granules { get; } = [];

        public int PacketsOfFirstPage { get; private set; }

        public bool IsEnded { get; private set; }

        public static Link[] AllOf(ReadOnlySpan<byte> bytes)
        {
            var links = new List<Link>();
            while (!bytes.IsEmpty)
            {
                Assert.Equal(OggReadResult.Done, OggPage.TryParse(bytes, out OggPage page));
                bytes = bytes[page.Length..];
                if (page.Kinds.HasFlag(OggPageKinds.First))
                {
                    links.Add(new Link { Serial = page.Serial });
                }

                Assert.Equal(links[^1].Serial, page.Serial);
                links[^1].Add(page);
            }

            return [.. links];
        }

        private void Add(OggPage page)
        {
            IsEnded |= page.Kinds.HasFlag(OggPageKinds.Last);
            var packets = new List<byte[]>();
            ReadOnlySpan<byte> body = page.Body;
            int length = 0;
            foreach (byte segment in page.Segments)
            {
                length += segment;
                if (segment < 255)
                {
                    packets.Add(body[..length].ToArray());
                    body = body[length..];
                    length = 0;
                }
            }

            if (Head is null)
            {
                Assert.True(OpusHead.TryParse(packets.Single(), out OpusHead? head));
                Head = head;
            }
            else if (Tags is null)
            {
                Assert.True(VorbisComment.TryParseOpus(packets.Single(), out VorbisComment tags));
                Tags = tags;
            }
            else if (packets.Count > 0)
            {
                PacketsOfFirstPage = Granules.Count == 0 ? packets.Count : PacketsOfFirstPage;
                Sound.AddRange(packets);
                Granules.Add(page.Granule);
            }
        }
    }
}
