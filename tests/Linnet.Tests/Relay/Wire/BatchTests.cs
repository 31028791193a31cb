using System.Text;
using CsCheck;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Relay.Wire;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Relay.Wire;

public class BatchTests
{
    private const ulong Incarnation = 0xFEDC_BA98_7654_3210;
    private const long TicksPerSecond = 1_000_000_000;
    private static readonly OriginClock Origin = new(0, TicksPerSecond);

    private static readonly DropReason[] Reasons =
        [DropReason.None, DropReason.RenditionFailed, DropReason.GaveWay, DropReason.ServerStopped];

    private static readonly Gen<Func<long, RingItem>> AnyItem = Gen.OneOf(
        Gen.Select(Gen.Long[-1_000_000, 1L << 50], Gen.Long[0, 1L << 50], Gen.Int[0, 5760], Gen.Bool, Gen.Byte.Array[0, 2000])
            .Select<(long Position, long Due, int Frames, bool Marker, byte[] Payload), Func<long, RingItem>>(
                static p => number => new PacketItem(null, number, p.Position, p.Frames, p.Marker, p.Due, p.Payload)),
        Gen.Select(Gen.Long[0, 1L << 50], Gen.String[Gen.Char['!', 'ÿ'], 1, 200], Gen.String[Gen.Char['A', 'Z'], 0, 9])
            .Select<(long Place, string Title, string Artist), Func<long, RingItem>>(static t => _ => new TitleItem(
                t.Place, t.Place, new TrackInfo(TagText.Clean(t.Title) ?? "", t.Artist.Length == 0 ? null : t.Artist))),
        Gen.Select(Gen.Long[0, 1L << 50], Gen.Byte.Array[0, 300].Array[0, 4])
            .Select<(long Place, byte[][] Headers), Func<long, RingItem>>(static f => _ => new FormatItem(
                f.Place, f.Place, [.. f.Headers.Select(static header => (ReadOnlyMemory<byte>)header)])),
        Gen.Select(Gen.Long[0, 1L << 50], Gen.Long[-(1L << 50), 1L << 50])
            .Select<(long Place, long Epoch), Func<long, RingItem>>(static d => _ => new DiscontinuityItem(
                d.Place, d.Place, new MediaTimeline(d.Epoch, 48_000, TicksPerSecond))),
        Gen.Select(Gen.Long[0, 1L << 50], Gen.Int[0, 3])
            .Select<(long Place, int Reason), Func<long, RingItem>>(static e => _ => new EndItem(e.Place, e.Place)
            {
                Reason = Reasons[e.Reason],
            }));

    [Fact]
    public void Items_that_were_sent_are_the_same_at_the_other_end() => AnyItem.Array[0, 12].Sample(static made =>
    {
        BroadcastRing near = Rings.Bare();
        BroadcastRing far = Rings.Create();
        List<byte[]> messages = Send(near, [.. made.Select(static (make, i) => make(i))]);

        List<RingItem> arrived = [];
        foreach (byte[] message in messages)
        {
            Assert.True(Batch.TryRead(message, out Batch batch));
            Assert.Equal((Incarnation, 3, (long)arrived.Count), (batch.Header.Incarnation, batch.Header.Run, batch.Header.FirstIndex));
            foreach (BatchItem item in batch)
            {
                arrived.Add(item.ToRingItem(far, Origin)!);
            }

            Assert.Equal(arrived.Count, batch.NextIndex);
        }

        Assert.Equal(made.Length, arrived.Count);
        for (int i = 0; i < made.Length; i++)
        {
            Assert.True(near.TryGet(i, out RingItem? sent));
            Assert.Equal(TextOf(sent), TextOf(arrived[i]));
        }
    });

    [Fact]
    public void A_packet_is_the_same_RTP_packet_at_the_other_end()
    {
        BroadcastRing near = Rings.Create();
        BroadcastRing far = Rings.Create();
        byte[] message = Send(near, [new PacketItem(null, 70_000, -312, 960, marker: true, 5, [1, 2, 3])])[0];

        Assert.True(Batch.TryRead(message, out Batch batch));
        foreach (BatchItem item in batch)
        {
            far.Publish(item.ToRingItem(far, Origin)!);
        }

        Assert.True(near.TryGet(0, out RingItem? sent));
        Assert.True(far.TryGet(0, out RingItem? arrived));
        Assert.Equal(Rtp(near, sent), Rtp(far, arrived));
        Assert.Same(far.Framing, ((PacketItem)arrived).Framing);
    }

    [Fact]
    public void A_batch_is_written_byte_for_byte()
    {
        BroadcastRing ring = Rings.Bare();
        ring.Publish(new DiscontinuityItem(0, 256, new MediaTimeline(512, 48_000, TicksPerSecond)));
        ring.Publish(new TitleItem(0, 256, new TrackInfo("Ü", "A")));
        ring.Publish(new PacketItem(null, 7, 960, 480, marker: true, 257, [0xAA, 0xBB]));
        ring.Publish(new FormatItem(1440, 258, [new byte[] { 1 }, new byte[] { 2, 3 }]));
        ring.Publish(new EndItem(1440, 259) { Reason = DropReason.ServerStopped });
        var writer = new BatchWriter(0x0102030405060708, ring.Info, Origin, TimeSpan.FromSeconds(1));
        for (int i = 0; i < 5; i++)
        {
            Assert.True(ring.TryGet(i, out RingItem? item));
            Assert.True(writer.TryAdd(item));
        }

        Assert.Equal(
            Hex("4C4E4201 0102030405060708 00000009 000000000000000A 0000000000000000"
                + "04000018 0000000000000000 0000000000000100 0000000000000200"
                + "02000015 0000000000000000 0000000000000100 0002C39C 41"
                + "0100001F 00000000000003C0 0000000000000101 0000000000000007 000001E0 01 AABB"
                + "0300001B 00000000000005A0 0000000000000102 00000001 01 00000002 0203"
                + "05000011 00000000000005A0 0000000000000103 03"),
            Convert.ToHexString(writer.Take(9, 10)));
    }

    [Fact]
    public void Kinds_that_are_not_known_are_skipped_and_use_up_an_index()
    {
        byte[] message = Convert.FromHexString(Hex(
            "4C4E4201 0102030405060708 00000000 0000000000000000 0000000000000005"
            + "F0000003 AABBCC 00000000 05000011 0000000000000002 0000000000000003 00"));

        Assert.True(Batch.TryRead(message, out Batch batch));
        Assert.Equal((3, 8L), (batch.Count, batch.NextIndex));
        List<RingItem?> items = [];
        foreach (BatchItem item in batch)
        {
            items.Add(item.ToRingItem(Rings.Bare(), Origin));
        }

        Assert.Equal(["none", "none", "end at 2, due 3: None"], items.Select(TextOf));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("4C4E4201 0102030405060708 00000000 0000000000000000 00000000000000", "half a header")]
    [InlineData("4C4E4202 0102030405060708 00000000 0000000000000000 0000000000000000", "another version")]
    [InlineData("4C4E4201 0102030405060708 80000000 0000000000000000 0000000000000000", "a negative run")]
    [InlineData("4C4E4201 0102030405060708 00000000 8000000000000000 0000000000000000", "a negative sequence")]
    [InlineData("4C4E4201 0102030405060708 00000000 0000000000000000 7FFFFFFFFFFFFFFF", "an index that overflows")]
    [InlineData(Head + "050000", "half an item's head")]
    [InlineData(Head + "05000012 0000000000000000 0000000000000000 00", "an item that is longer than the batch")]
    [InlineData(Head + "F0000001", "an unknown item without its body")]
    [InlineData(Head + "0500000F 0000000000000000 00000000000000", "half a place")]
    [InlineData(Head + "05000011 7000000000000000 0000000000000000 00", "a position that overflows")]
    [InlineData(Head + "05000011 0000000000000000 8000000000000000 00", "a time that overflows")]
    [InlineData(Head + "05000010 0000000000000000 0000000000000000", "an end without a reason")]
    [InlineData(Head + "0100001C 0000000000000000 0000000000000000 0000000000000000 00000001", "a packet without its marker")]
    [InlineData(Head + "0100001D 0000000000000000 0000000000000000 8000000000000000 00000001 00", "a negative number")]
    [InlineData(Head + "0100001D 0000000000000000 0000000000000000 0000000000000000 7FFFFFFF 00", "a packet of hours")]
    [InlineData(Head + "02000011 0000000000000000 0000000000000000 00", "half a length of a title")]
    [InlineData(Head + "02000013 0000000000000000 0000000000000000 0002 41", "half a title")]
    [InlineData(Head + "03000013 0000000000000000 0000000000000000 000000", "half a length of a header")]
    [InlineData(Head + "03000015 0000000000000000 0000000000000000 FFFFFFFF 41", "a header of 4 GB")]
    [InlineData(Head + "04000017 0000000000000000 0000000000000000 00000000000000", "half a map")]
    [InlineData(Head + "04000018 0000000000000000 0000000000000000 7FFFFFFFFFFFFFFF", "a map that overflows")]
    public void A_malformed_batch_is_refused(string message, string why) =>
        Assert.False(Batch.TryRead(Convert.FromHexString(Hex(message)), out _), why);

    [Fact]
    public void More_headers_than_any_format_has_are_refused()
    {
        string place = "0000000000000000 0000000000000000";
        string Headers(int count) => Head + $"0300{16 + (4 * count):X4}" + place + string.Concat(Enumerable.Repeat("00000000", count));

        Assert.True(Batch.TryRead(Convert.FromHexString(Hex(Headers(16))), out _));
        Assert.False(Batch.TryRead(Convert.FromHexString(Hex(Headers(17))), out _));
    }

    [Fact]
    public void Whatever_arrives_is_refused_or_can_be_put_into_a_ring()
    {
        var noise = new Noise(4222);
        BroadcastRing near = Rings.Bare();
        byte[][] samples =
        [
            .. Send(near,
            [
                new DiscontinuityItem(0, 5, new MediaTimeline(6, 48_000, TicksPerSecond)),
                new FormatItem(0, 5, [new byte[] { 1, 2 }]), new TitleItem(0, 5, new TrackInfo("So What", "Miles Davis")),
                new PacketItem(null, 0, 0, 960, marker: true, 5, [1, 2, 3]), new EndItem(0, 5),
            ]),
            .. Send(Rings.Bare(), [new PacketItem(null, 0, 0, 960, marker: true, 5, [1, 2, 3])]),
        ];
        int read = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] message = noise.Mutation(samples);
            if (Batch.TryRead(message, out Batch batch))
            {
                read++;
                BroadcastRing far = Rings.Create(seconds: 1);
                foreach (BatchItem item in batch)
                {
                    if (item.ToRingItem(far, new OriginClock(OriginClock.MaxTime, 10_000_000)) is { } made)
                    {
                        far.Publish(made);
                    }
                }
            }
        }

        Assert.InRange(read, 3_000, 27_000);
    }

    [Fact]
    public void A_batch_is_complete_with_enough_sound_or_the_end()
    {
        BroadcastRing ring = Rings.Bare();
        Rings.Publish(ring, 6);
        ring.Publish(new EndItem(0, 120));
        var writer = new BatchWriter(1, ring.Info, new OriginClock(0, 1000), BatchWriter.DefaultDuration);
        Assert.Equal(long.MaxValue, writer.LeaveAt);

        var complete = new List<bool>();
        for (int i = 0; i < 7; i++)
        {
            Assert.True(ring.TryGet(i, out RingItem? item));
            Assert.True(writer.TryAdd(item));
            complete.Add(writer.IsComplete);
            if (writer.IsComplete)
            {
                Assert.Equal(i < 5 ? 100 : 200, writer.LeaveAt);
                writer.Take(0, 0);
            }
        }

        // Five packets of 20 ms, then one and the end.
        Assert.Equal([false, false, false, false, true, false, true], complete);
    }

    [Fact]
    public void With_no_delay_each_packet_is_a_batch()
    {
        BroadcastRing ring = Rings.Bare();
        ring.Publish(new TitleItem(0, 0, new TrackInfo("So What")));
        Rings.Publish(ring, 1);
        var writer = new BatchWriter(1, ring.Info, Origin, TimeSpan.Zero);

        Assert.True(ring.TryGet(0, out RingItem? title) && writer.TryAdd(title) && !writer.IsComplete);
        Assert.True(ring.TryGet(1, out RingItem? packet) && writer.TryAdd(packet) && writer.IsComplete);
    }

    [Fact]
    public void An_item_after_a_gap_and_one_without_room_begin_the_next_batch()
    {
        BroadcastRing ring = Rings.Bare();
        for (int i = 0; i < 3; i++)
        {
            ring.Publish(new PacketItem(null, i, i, 960, marker: false, i, new byte[i == 1 ? 40_000 : 30_000]));
        }

        var writer = new BatchWriter(1, ring.Info, Origin, TimeSpan.FromSeconds(1));
        RingItem[] items = [.. Enumerable.Range(0, 3).Select(i => ring.TryGet(i, out RingItem? item) ? item : null!)];
        Assert.True(writer.TryAdd(items[0]));
        Assert.False(writer.TryAdd(items[1]));
        Assert.False(writer.TryAdd(items[2]));
        Assert.Equal(1, writer.Count);
        writer.Take(0, 0);
        Assert.True(writer.TryAdd(items[2]));
    }

    [Fact]
    public void A_packet_that_no_message_holds_is_left_out_and_uses_up_its_index()
    {
        byte[] longest = new byte[Batch.MaxLength - BatchHeader.Length - BatchItem.HeadLength - BatchItem.PacketHeadLength];
        List<byte[]> messages = Send(
            Rings.Bare(),
            [
                new PacketItem(null, 0, 0, 960, marker: false, 0, longest),
                new PacketItem(null, 1, 0, 960, marker: false, 0, [.. longest, 0]),
                new EndItem(0, 0),
            ]);

        Assert.Equal(2, messages.Count);
        Assert.Equal(Batch.MaxLength, messages[0].Length);
        Assert.True(Batch.TryRead(messages[1], out Batch batch));
        Assert.Equal((1L, 2), (batch.Header.FirstIndex, batch.Count));
        List<ItemKind> kinds = [];
        foreach (BatchItem item in batch)
        {
            kinds.Add(item.Kind);
        }

        Assert.Equal([ItemKind.Omitted, ItemKind.End], kinds);
    }

    [Fact]
    public void A_packet_that_RTP_cannot_carry_is_not_put_into_a_ring_for_RTP()
    {
        byte[] payload = new byte[InterleavedFraming.MaxPayload + 1];
        byte[] message = Send(Rings.Bare(), [new PacketItem(null, 0, 0, 960, marker: false, 0, payload)])[0];
        BroadcastRing rtp = Rings.Create();
        BroadcastRing other = new(rtp.Info with { IsRtp = false }, TimeSpan.FromSeconds(1), static (_, _) => null);

        Assert.True(Batch.TryRead(message, out Batch batch));
        foreach (BatchItem item in batch)
        {
            Assert.Null(item.ToRingItem(rtp, Origin));
            Assert.NotNull(item.ToRingItem(other, Origin));
        }
    }

    [Fact]
    public void Texts_of_titles_are_cleaned_on_both_sides()
    {
        byte[] clean = Send(Rings.Bare(), [new TitleItem(0, 0, new TrackInfo("a\r\nb" + new string('x', 9000)))])[0];
        string dirty = Hex(Head) + "02000016" + new string('0', 32) + "0002" + Convert.ToHexString(Encoding.UTF8.GetBytes("a\nb\u001b"));

        Assert.Equal(
            ["title at 0, due 0: a b" + new string('x', 253) + " by ", "title at 0, due 0: a by b"],
            ((byte[][])[clean, Convert.FromHexString(dirty)]).Select(static message =>
            {
                Assert.True(Batch.TryRead(message, out Batch batch));
                Batch.Enumerator items = batch.GetEnumerator();
                Assert.True(items.MoveNext());
                return TextOf(items.Current.ToRingItem(Rings.Bare(), Origin));
            }));
    }

    private const string Head = "4C4E4201 0102030405060708 00000000 0000000000000000 0000000000000000";

    private static string Hex(string text) => text.Replace(" ", "", StringComparison.Ordinal);

    private static byte[] Rtp(BroadcastRing ring, RingItem item) => RtpFraming.Of(ring).Frame((PacketItem)item).ToArray();

    private static List<byte[]> Send(BroadcastRing ring, IReadOnlyList<RingItem> items)
    {
        var writer = new BatchWriter(Incarnation, ring.Info, Origin, TimeSpan.FromSeconds(1));
        List<byte[]> messages = [];
        foreach (RingItem item in items)
        {
            ring.Publish(item);
            if (!writer.TryAdd(item))
            {
                messages.Add(writer.Take(3, messages.Count));
                Assert.True(writer.TryAdd(item));
            }
        }

        if (writer.Count > 0)
        {
            messages.Add(writer.Take(3, messages.Count));
        }

        return messages;
    }

    private static string TextOf(RingItem? item)
    {
        string place = item is null ? "" : $"at {item.Position}, due {item.DueAt}";
        return item switch
        {
            PacketItem p => $"packet {p.Number} {place}: {p.Frames} {p.Marker} {Convert.ToHexString(p.Payload.Span)}",
            TitleItem t => $"title {place}: {t.Track.Title} by {t.Track.Artist}",
            FormatItem f => $"format {place}: {string.Join(',', f.Headers.Select(static h => Convert.ToHexString(h.Span)))}",
            DiscontinuityItem d => $"map {place}: {d.Timeline}",
            EndItem e => $"end {place}: {e.Reason}",
            _ => "none",
        };
    }
}
