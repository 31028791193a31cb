using System.Buffers;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Wire.Ogg;

public class OggPagesTests
{
    /// <summary>RFC 3533 gives no example. This is the first page of a file made by ffmpeg 5.1 (libopus).</summary>
    private const string FirstPage = "4F67675300020000000000000000";

    private static readonly int[] Lengths = [0, 1, 254, 255, 256, 510, 65_024, 65_025, 65_026, 130_050, 140_000, 3];

    [Fact]
    public void Written_pages_are_read_back_from_pieces_of_any_size()
    {
        byte[][] packets = [OpusFirst, .. Lengths.Select(Packet)];
        byte[] stream = Write(packets, serial: 7);
        var noise = new Noise(3533);
        foreach (int piece in new[] { 1, 27, 1000, int.MaxValue })
        {
            List<Read> read = ReadAll(stream, () => piece == 1000 ? noise.Next(1000) : piece);
            Assert.Equal(packets, read.Select(packet => packet.Data));
            Assert.Equal([true, .. Enumerable.Repeat(false, packets.Length - 1)], read.Select(packet => packet.IsFirst));
            Assert.Equal([.. Enumerable.Repeat(false, packets.Length - 1), true], read.Select(packet => packet.IsLast));
            Assert.DoesNotContain(read, packet => packet.FollowsHole);
            Assert.Equal(960 * (packets.Length - 1), read[^1].Granule);
        }
    }

    [Fact]
    public void The_first_page_holds_only_the_first_packet()
    {
        byte[] stream = Write([OpusFirst, [1], [2]], serial: 1);

        Assert.Equal(OggReadResult.Done, OggPage.TryParse(stream, out OggPage page));
        Assert.Equal(OpusFirst, page.Body.ToArray());
        Assert.Equal(OggPageKinds.First, page.Kinds);
        Assert.StartsWith(FirstPage, Convert.ToHexString(stream), StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_before_and_between_pages_is_skipped()
    {
        byte[][] packets = [OpusFirst, Packet(300), Packet(40)];
        List<byte[]> pages = Pages(packets, serial: 3);
        byte[] stream =
            [.. "Og OggSx OggS\0\u0007 O"u8, .. pages[0], .. "OggOgg"u8, .. pages[1], .. new byte[70_000], .. pages[2], .. "Ogg"u8];

        var reader = new OggPacketReader();
        Assert.Equal(packets, ReadAll(stream, () => 11, reader).Select(packet => packet.Data));
        Assert.Equal(stream.Length - pages.Sum(page => page.Length) - 3, reader.Skipped);
    }

    [Fact]
    public void A_damaged_page_loses_only_its_own_packets_and_the_next_packet_reports_the_gap()
    {
        byte[][] packets = [OpusFirst, Packet(300), Packet(40), Packet(50)];
        List<byte[]> pages = Pages(packets, serial: 3);
        pages[2][^1] ^= 1;

        var reader = new OggPacketReader();
        List<Read> read = ReadAll([.. pages.SelectMany(page => page)], () => 100, reader);

        Assert.Equal([packets[0], packets[1], packets[3]], read.Select(packet => packet.Data));
        Assert.Equal([false, false, true], read.Select(packet => packet.FollowsHole));
        Assert.Equal((1, 1), (reader.Damaged, reader.Holes));
    }

    [Fact]
    public void A_packet_on_three_pages_is_lost_if_one_page_is_lost()
    {
        byte[][] packets = [OpusFirst, Packet(150_000), Packet(40)];
        List<byte[]> pages = Pages(packets, serial: 3);
        Assert.Equal(5, pages.Count);
        foreach (int lost in new[] { 1, 2, 3 })
        {
            List<Read> read = ReadAll([.. pages.Where((_, i) => i != lost).SelectMany(page => page)], () => 5000);
            Assert.Equal([packets[0], packets[2]], read.Select(packet => packet.Data));
            Assert.True(read[^1].FollowsHole);
        }
    }

    [Fact]
    public void Of_parallel_streams_the_first_known_one_is_read()
    {
        List<byte[]> video = Pages(["\u0080theora"u8.ToArray(), Packet(10), Packet(20)], serial: 1);
        List<byte[]> sound = Pages([OpusFirst, Packet(30), Packet(40)], serial: 2);
        List<byte[]> other = Pages([OpusFirst, Packet(50), Packet(60)], serial: 3);
        byte[] stream =
            [.. video[0], .. sound[0], .. other[0], .. video[1], .. other[1], .. sound[1], .. sound[2], .. other[2], .. video[2]];

        var reader = new OggPacketReader();
        Assert.Equal([OpusFirst, Packet(30), Packet(40)], ReadAll(stream, () => 64, reader).Select(packet => packet.Data));
        Assert.True(reader.SawUnknownCodec);
        Assert.Equal(OggCodec.Opus, reader.Codec);
    }

    [Fact]
    public void A_chain_is_read_even_if_a_link_has_no_end()
    {
        byte[] first = [.. Pages([OpusFirst, Packet(30)], serial: 2).SelectMany(page => page)];
        List<byte[]> cut = Pages([OpusFirst, Packet(31), Packet(32)], serial: 3);
        byte[] last = Write(["\u0001vorbis"u8.ToArray(), Packet(33)], serial: 4);

        List<Read> read = ReadAll([.. first, .. cut[0], .. cut[1], .. last], () => 64);

        Assert.Equal(
            [OpusFirst, Packet(30), OpusFirst, Packet(31), "\u0001vorbis"u8.ToArray(), Packet(33)], read.Select(packet => packet.Data));
        Assert.Equal([true, false, true, false, true, false], read.Select(packet => packet.IsFirst));
    }

    [Fact]
    public void A_packet_that_is_too_long_is_cut_and_marked()
    {
        byte[] huge = Packet(OggPacketReader.MaxPacket + 100_000);
        List<Read> read = ReadAll(Write([OpusFirst, huge, Packet(5)], serial: 9), () => 60_000);

        Assert.Equal([false, true, false], read.Select(packet => packet.IsCut));
        Assert.Equal(huge[..OggPacketReader.MaxPacket], read[1].Data);
        Assert.Equal(Packet(5), read[2].Data);
    }

    [Fact]
    public void Input_that_looks_like_a_page_at_every_byte_is_summed_only_a_few_times()
    {
        // Each claims 255 segments of 255 bytes, and the next one begins right after it.
        byte[] head = [.. "OggS\0\0"u8, .. new byte[20], 255];
        byte[] stream = new byte[4 << 20];
        for (int at = 0; at + head.Length <= stream.Length; at += head.Length)
        {
            head.CopyTo(stream, at);
        }

        var reader = new OggPageReader();
        ReadOnlySpan<byte> rest = stream;
        while (reader.TryRead(ref rest, out _))
        {
        }

        Assert.InRange(reader.Damaged, 1, 100_000);
        Assert.True(reader.Work <= (1 << 20) + (9L * stream.Length), $"{reader.Work} bytes were summed");
    }

    [Fact]
    public void Any_input_is_read_the_same_in_one_piece_and_in_many()
    {
        byte[][] samples = [Write([OpusFirst, Packet(30), Packet(600), Packet(0)], 5), Write(["\u007FFLAC"u8.ToArray(), Packet(2_000)], 6)];
        var noise = new Noise(6);
        int packets = 0;
        for (int i = 0; i < 4_000; i++)
        {
            byte[] stream = noise.Mutation(samples);
            List<Read> whole = ReadAll(stream, () => int.MaxValue);
            List<Read> pieces = ReadAll(stream, () => noise.Next(300));
            Assert.Equal(whole.Select(packet => packet.Data), pieces.Select(packet => packet.Data));
            packets += whole.Count;
        }

        Assert.InRange(packets, 4_000, 16_000);
    }

    internal static byte[] OpusFirst { get; } = [.. "OpusHead"u8, 1, 2, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0];

    internal static byte[] Packet(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + length))];

    internal static byte[] Write(byte[][] packets, uint serial) => [.. Pages(packets, serial).SelectMany(page => page)];

    /// <summary>Writes each packet to pages of its own.</summary>
    internal static List<byte[]> Pages(byte[][] packets, uint serial)
    {
        var writer = new OggPageWriter(serial);
        var output = new ArrayBufferWriter<byte>();
        for (int i = 0; i < packets.Length; i++)
        {
            writer.Add(packets[i], 960 * i, output);
            writer.Flush(output, isLast: i == packets.Length - 1);
        }

        var pages = new List<byte[]>();
        ReadOnlySpan<byte> rest = output.WrittenSpan;
        while (OggPage.TryParse(rest, out OggPage page) is OggReadResult.Done)
        {
            pages.Add(rest[..page.Length].ToArray());
            rest = rest[page.Length..];
        }

        Assert.True(rest.IsEmpty);
        return pages;
    }

    internal static List<Read> ReadAll(ReadOnlySpan<byte> stream, Func<int> next, OggPacketReader? reader = null)
    {
        reader ??= new OggPacketReader();
        var packets = new List<Read>();
        while (!stream.IsEmpty)
        {
            ReadOnlySpan<byte> piece = stream[..Math.Clamp(next(), 1, stream.Length)];
            stream = stream[piece.Length..];
            while (reader.TryRead(ref piece, out OggPacket packet))
            {
                packets.Add(new(packet.Data.ToArray(), packet.Granule, packet.IsFirst, packet.IsLast, packet.FollowsHole, packet.IsCut));
            }
        }

        return packets;
    }

    internal sealed record Read(byte[] Data, long Granule, bool IsFirst, bool IsLast, bool FollowsHole, bool IsCut);

}
