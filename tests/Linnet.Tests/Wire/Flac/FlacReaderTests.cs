using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Wire.Flac;

public class FlacReaderTests
{
    private static readonly FlacStreamInfo Cd = new(new AudioFormat(44_100, 2), 16, 4096, 4096);

    [Fact]
    public void Stream_info_is_written_byte_for_byte_and_read_back()
    {
        var info = new FlacStreamInfo(new AudioFormat(96_000, 6), 24, 192, 4608, 14, 70_000, 0xF_1234_5678);

        byte[] block = info.ToBlock(isLast: true);

        Assert.Equal(
            "80000022" + "00C0" + "1200" + "00000E" + "011170" + "17700B7F12345678" + new string('0', 32), Convert.ToHexString(block));
        Assert.True(FlacStreamInfo.TryParse(block.AsSpan(4), out FlacStreamInfo? read));
        Assert.Equal(info, read);
    }

    [Theory]
    [InlineData("FFF8C91800C2", false, 0, 4096, 44_100, 2, 16)]
    [InlineData("FFF8C0000017", false, 0, 4096, 44_100, 1, 16)]
    [InlineData("FFF869980A0F0F", false, 10, 16, 44_100, 2, 16)]
    public void A_frame_header_is_parsed(string hex, bool isVariable, long number, int frames, int rate, int channels, int depth)
    {
        byte[] bytes = Convert.FromHexString(hex);
        bytes[^1] = FlacSums.Header(bytes.AsSpan(0, bytes.Length - 1));

        Assert.True(FlacFrameHeader.TryParse(bytes, Cd, out FlacFrameHeader header));
        Assert.Equal(new FlacFrameHeader(isVariable, number, frames, new AudioFormat(rate, channels), depth, bytes.Length), header);
        for (int i = 0; i < 8 * bytes.Length; i++)
        {
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            Assert.False(FlacFrameHeader.TryParse(bytes, Cd, out _), $"bit {i}");
            bytes[i / 8] ^= (byte)(1 << (i % 8));
        }
    }

    [Fact]
    public void Checksums_match_the_standard()
    {
        // "123456789" is the usual test input: CRC-8/SMBUS and CRC-16/UMTS.
        Assert.Equal(0xF4, FlacSums.Header("123456789"u8));
        Assert.Equal(0xFEE8, FlacSums.Append(0, "123456789"u8));
    }

    [Fact]
    public void Frames_are_read_unchanged_from_pieces_of_any_size()
    {
        byte[][] frames = [.. Enumerable.Range(0, 300).Select(i => Frame(i, 30 + (i * 7 % 900)))];
        byte[] stream = [.. Start(), .. frames.SelectMany(frame => frame)];
        foreach (int piece in new[] { 1, 13, 4000, int.MaxValue })
        {
            List<string> items = ReadAll(stream, () => piece);
            Assert.Equal(["info 44100 Hz, 2 ch 16", "comment Song", .. frames.Select(Convert.ToHexString)], items);
        }
    }

    [Fact]
    public void Only_a_damaged_frame_is_lost()
    {
        byte[][] frames = [.. Enumerable.Range(0, 6).Select(i => Frame(i, 500))];
        frames[2][100] ^= 4;
        byte[] stream = [.. Start(), .. frames.SelectMany(frame => frame)];

        var reader = new FlacReader();
        List<string> items = ReadAll(stream, () => 333, reader);

        Assert.Equal(
            [Convert.ToHexString(frames[0]), Convert.ToHexString(frames[1]), "gap", .. frames[3..].Select(Convert.ToHexString)],
            items[2..]);
        Assert.Equal(1, reader.Damaged);
    }

    [Fact]
    public void Reading_recovers_from_lost_bytes_and_garbage()
    {
        // A gap inside a frame and in the numbers: only the longest possible length shows where frame 1 should have ended.
        byte[] stream = [.. Start(), .. Frame(0, 400), .. Frame(1, 400)[..200], .. Enumerable.Range(5, 300).SelectMany(i => Frame(i, 400))];

        List<string> items = ReadAll(stream, () => 333);

        Assert.Equal(Convert.ToHexString(Frame(0, 400)), items[2]);
        Assert.Equal("gap", items[3]);
        Assert.Equal(Convert.ToHexString(Frame(304, 400)), items[^1]);
        Assert.InRange(items.Count, 240, 305);
    }

    [Fact]
    public void Streams_can_follow_each_other_with_other_tags_around_them()
    {
        byte[] id3 = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 20, .. new byte[20]];
        byte[] id3v1 = [.. "TAG"u8, .. new byte[125]];
        byte[] stream = [.. id3, .. Start(), .. Frame(0, 100), .. Frame(1, 100), .. id3v1, .. id3, .. Start(), .. Frame(0, 90),
            .. Frame(1, 80)[..40], .. Start(), .. Frame(0, 70)];
        string[] start = ["info 44100 Hz, 2 ch 16", "comment Song"];
        foreach (int piece in new[] { 1, 60, int.MaxValue })
        {
            Assert.Equal(
                [.. start, Hex(0, 100), Hex(1, 100), .. start, Hex(0, 90), .. start, Hex(0, 70)], ReadAll(stream, () => piece));
        }

        static string Hex(int number, int length) => Convert.ToHexString(Frame(number, length));
    }

    [Fact]
    public void A_picture_is_skipped_and_uses_no_memory()
    {
        byte[] picture = FlacBlockHeader.Wrap(FlacBlockType.Picture, isLast: false, new byte[5 << 20]);
        byte[] stream = [.. "fLaC"u8, .. Cd.ToBlock(isLast: false), .. picture, .. Comment(isLast: true), .. Frame(0, 100)];

        long before = GC.GetAllocatedBytesForCurrentThread();
        List<string> items = ReadAll(stream, () => 1 << 16);

        Assert.Equal(3, items.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData("4F676753", "does not begin with fLaC")]
    [InlineData("664C6143 04000000", "malformed metadata")]
    [InlineData("664C6143 FF000000", "malformed metadata")]
    [InlineData("664C6143 00000005 0000000000", "description")]
    public void Input_that_is_not_flac_is_refused_with_a_reason(string hex, string problem)
    {
        var reader = new FlacReader();
        ReadAll(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), () => 1, reader);

        Assert.Contains(problem, reader.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_input_is_read_the_same_in_one_piece_and_in_many()
    {
        byte[][] samples =
            [[.. Start(), .. Frame(0, 100), .. Frame(1, 60), .. Frame(2, 40)], [.. Start(), .. Frame(3, 30), .. Start(), .. Frame(0, 200)]];
        var noise = new Noise(9639);
        int frames = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stream = noise.Mutation(samples);
            List<string> whole = ReadAll(stream, () => int.MaxValue);
            List<string> pieces = ReadAll(stream, () => noise.Next(100));
            Assert.True(whole.SequenceEqual(pieces), Convert.ToHexString(stream));
            frames += whole.Count - 2;
        }

        Assert.InRange(frames, 20_000, 60_000);
    }

    [Fact]
    public void Endless_headers_use_no_more_memory_than_the_longest_frame()
    {
        byte[] header = [0xFF, 0xF9, 0x79, 0x18, 0, 0xFF, 0xFE, 0];
        byte[] stream = [.. "fLaC"u8, .. (Cd with { MaxBlock = 65_535 }).ToBlock(isLast: true), .. new byte[8 << 20]];
        for (int at = 42; at + header.Length <= stream.Length; at += header.Length)
        {
            header[4] = (byte)(at % 127);
            header[7] = FlacSums.Header(header.AsSpan(0, 7));
            header.CopyTo(stream, at);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new FlacReader();
        ReadAll(stream, () => 4096, reader);

        Assert.InRange(reader.Damaged, 1, 1_000_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    internal static byte[] Start() => [.. "fLaC"u8, .. Cd.ToBlock(isLast: false), .. Comment(isLast: true)];

    /// <summary>A frame with a valid header and valid checksums, but no audio inside.</summary>
    internal static byte[] Frame(int number, int length)
    {
        byte[] coded = number < 128 ? [(byte)number] : [(byte)(0xC0 | (number >> 6)), (byte)(0x80 | (number & 0x3F))];
        byte[] header = [0xFF, 0xF8, 0xC9, 0x18, .. coded];
        byte[] frame = [.. header, FlacSums.Header(header), .. new byte[length], 0, 0];
        new Random(number).NextBytes(frame.AsSpan(header.Length + 1, length));
        ushort sum = FlacSums.Append(0, frame.AsSpan(0, frame.Length - 2));
        (frame[^2], frame[^1]) = ((byte)(sum >> 8), (byte)sum);
        return frame;
    }

    private static byte[] Comment(bool isLast) =>
        FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast, VorbisComment.Of("test", new TrackInfo("Song")).ToArray());

    private static List<string> ReadAll(ReadOnlySpan<byte> stream, Func<int> next, FlacReader? reader = null)
    {
        reader ??= new FlacReader();
        var items = new List<string>();
        while (!stream.IsEmpty)
        {
            ReadOnlySpan<byte> piece = stream[..Math.Clamp(next(), 1, stream.Length)];
            stream = stream[piece.Length..];
            while (reader.TryRead(ref piece, out FlacItem item))
            {
                Describe(item, items);
            }
        }

        while (reader.TryReadLast(out FlacItem item))
        {
            Describe(item, items);
        }

        return items;
    }

    private static void Describe(FlacItem item, List<string> items)
    {
        if (item.FollowsGap)
        {
            items.Add("gap");
        }

        items.Add(item.Kind switch
        {
            FlacItemKind.StreamInfo => $"info {item.Info!.Format} {item.Info.BitDepth}",
            FlacItemKind.Comment => $"comment {item.Comment!.Tags.Track}",
            _ => Convert.ToHexString(item.Data),
        });
    }
}
