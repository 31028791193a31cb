using Linnet.Wire.Mpeg;

namespace Linnet.Tests.Wire.Mpeg;

public class MpegFramerTests
{
    [Fact]
    public void Frames_are_read_unchanged_from_pieces_of_any_size()
    {
        byte[][] frames = [.. Enumerable.Range(0, 20).Select(Frame)];
        byte[] stream = [.. frames.SelectMany(frame => frame)];
        foreach (int piece in new[] { 1, 100, 5000 })
        {
            var framer = new MpegFramer();
            List<Found> found = ReadAll(stream, () => piece, framer);
            Assert.Equal(frames, found.Select(frame => frame.Data));
            Assert.Equal([true, .. Enumerable.Repeat(false, 19)], found.Select(frame => frame.FollowsGap));
            Assert.Equal(0, framer.Skipped);
        }
    }

    [Fact]
    public void After_two_matching_frames_each_frame_is_returned_as_soon_as_it_is_whole()
    {
        var framer = new MpegFramer();
        ReadOnlySpan<byte> first = Frame(0);
        Assert.False(framer.TryRead(ref first, out _));
        ReadOnlySpan<byte> second = Frame(1);
        Assert.True(framer.TryRead(ref second, out MpegFrame frame));
        Assert.Equal(Frame(0), frame.Data.ToArray());
        Assert.True(framer.TryRead(ref second, out frame));
        Assert.Equal(Frame(1), frame.Data.ToArray());
    }

    [Fact]
    public void Tags_are_skipped_without_a_gap()
    {
        byte[] id3 = [.. "ID3"u8, 4, 0, 0, 0, 0, 4, 0, .. Enumerable.Repeat((byte)0xFF, 512)];
        byte[] footed = [.. "ID3"u8, 4, 0, 0x10, 0, 0, 0, 1, 0xFF, .. "3DI"u8, 4, 0, 0x10, 0, 0, 0, 1];
        byte[] id3v1 = [.. "TAG"u8, .. Enumerable.Repeat((byte)0xFF, 125)];
        byte[] ape = [.. "APETAGEX"u8, 0xD0, 7, 0, 0, 41, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xA0, .. new byte[8], .. new byte[9], .. ApeFooter];
        byte[] stream = [.. id3, .. Frame(0), .. Frame(1), .. id3v1, .. footed, .. Frame(2), .. ape, .. Frame(3), .. Frame(4)];
        foreach (int piece in new[] { 1, 50, 5000 })
        {
            var framer = new MpegFramer();
            List<Found> found = ReadAll(stream, () => piece, framer);
            Assert.Equal([Frame(0), Frame(1), Frame(2), Frame(3), Frame(4)], found.Select(frame => frame.Data));
            Assert.Equal([true, false, false, false, false], found.Select(frame => frame.FollowsGap));
            Assert.Equal((0, id3.Length + footed.Length + id3v1.Length + ape.Length), (framer.Skipped, framer.Tags));
        }
    }

    [Fact]
    public void Garbage_is_skipped_and_a_single_header_is_not_a_frame()
    {
        // A different kind of header is at the place where it would end.
        byte[] lonely = [.. Frame(7), 0xFF, 0xFB, 0x94, 0x64, .. new byte[900]];
        byte[] stream = [.. "garbage ID "u8, .. lonely, .. Frame(0), .. Frame(1), .. "??"u8, .. Frame(2), .. Frame(3)];

        var framer = new MpegFramer();
        List<Found> found = ReadAll(stream, () => 77, framer);

        Assert.Equal([Frame(0), Frame(1), Frame(2), Frame(3)], found.Select(frame => frame.Data));
        Assert.Equal([true, false, true, false], found.Select(frame => frame.FollowsGap));
        Assert.Equal(11 + lonely.Length + 2, framer.Skipped);
    }

    [Fact]
    public void A_stream_with_another_rate_follows_at_once_and_is_marked()
    {
        byte[] other = new byte[384];
        Convert.FromHexString("FFFB9464").CopyTo(other, 0);
        byte[] stream = [.. Frame(0), .. Frame(1), .. other, .. other, .. other];

        List<Found> found = ReadAll(stream, () => 1000);

        Assert.Equal([Frame(0), Frame(1), other, other, other], found.Select(frame => frame.Data));
        Assert.Equal([true, false, true, false, false], found.Select(frame => frame.FollowsGap));
    }

    [Theory]
    [InlineData("Xing", 36)]
    [InlineData("Info", 36)]
    [InlineData("VBRI", 36)]
    public void A_frame_with_a_table_is_recognised(string mark, int at)
    {
        byte[] frame = Frame(0);
        System.Text.Encoding.ASCII.GetBytes(mark).CopyTo(frame, at);
        Assert.True(MpegHeader.TryParse(frame, out MpegHeader header));

        Assert.True(Mp3Frame.IsInfo(frame, header));
        Assert.False(Mp3Frame.IsInfo(Frame(0), header));
    }

    [Fact]
    public void A_silenced_frame_keeps_its_main_data_and_its_reservoir_pointer()
    {
        foreach ((string head, int at, int end, int reservoir, int kept) in new[]
        {
            ("FFFB9064", 4, 36, 300, 300), ("FFFB9064", 4, 36, 9000, 511), ("FFFA9064", 6, 38, 5, 5), ("FFF384C4", 4, 13, 300, 255),
        })
        {
            byte[] frame = [.. Enumerable.Range(0, 500).Select(i => (byte)(i | 1))];
            Convert.FromHexString(head).CopyTo(frame, 0);
            Assert.True(MpegHeader.TryParse(frame, out MpegHeader header));
            byte[] before = [.. frame];

            Mp3Frame.Silence(frame, header, reservoir);

            Assert.Equal(kept, Mp3Frame.MainDataBegin(frame, header));
            Assert.Equal(before[end..], frame[end..]);
            Assert.Equal(before[..4], frame[..4]);
            Assert.All(frame[(at + 2)..end], value => Assert.Equal(0, value));
            Assert.Equal(header.FrameLength - end, Mp3Frame.MainDataLength(header));
        }
    }

    [Fact]
    public void Any_input_is_read_the_same_in_one_piece_and_in_many()
    {
        byte[][] samples =
        [
            [.. Frame(0), .. Frame(1), .. Frame(2)],
            [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 9, .. new byte[9], .. Frame(0), .. Frame(1), .. "TAG"u8, .. new byte[125]],
        ];
        var noise = new Noise(11172);
        int frames = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stream = noise.Mutation(samples);
            List<Found> whole = ReadAll(stream, () => int.MaxValue);
            Assert.Equal(whole.Select(frame => frame.Data), ReadAll(stream, () => noise.Next(500)).Select(frame => frame.Data));
            frames += whole.Count;
        }

        Assert.InRange(frames, 20_000, 60_000);
    }

    /// <summary>128 kb/s at 44.1 kHz: 417 bytes.</summary>
    internal static byte[] Frame(int number)
    {
        byte[] frame = new byte[417];
        Convert.FromHexString("FFFB9064").CopyTo(frame, 0);
        for (int i = 40; i < frame.Length; i++)
        {
            frame[i] = (byte)(number + (i % 100));
        }

        return frame;
    }

    private static byte[] ApeFooter => [.. "APETAGEX"u8, 0xD0, 7, 0, 0, 41, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x80, .. new byte[8]];

    private static List<Found> ReadAll(ReadOnlySpan<byte> stream, Func<int> next, MpegFramer? framer = null)
    {
        framer ??= new MpegFramer();
        var frames = new List<Found>();
        while (!stream.IsEmpty)
        {
            ReadOnlySpan<byte> piece = stream[..Math.Clamp(next(), 1, stream.Length)];
            stream = stream[piece.Length..];
            while (framer.TryRead(ref piece, out MpegFrame frame))
            {
                frames.Add(new(frame.Data.ToArray(), frame.FollowsGap));
            }
        }

        return frames;
    }

    private sealed record Found(byte[] Data, bool FollowsGap);
}
