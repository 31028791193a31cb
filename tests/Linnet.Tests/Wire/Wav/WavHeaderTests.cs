using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Wire.Chunks;
using Linnet.Wire.Wav;

namespace Linnet.Tests.Wire.Wav;

public class WavHeaderTests
{
    public static TheoryData<string, long?> Headers()
    {
        var data = new TheoryData<string, long?>();
        foreach (string encoding in (string[])["u8", "s16le", "s24le", "s32le", "f32le", "f64le", "mulaw", "alaw"])
        {
            foreach (int channels in (int[])[1, 2, 6, 8])
            {
                data.Add($"{encoding}:48000:{channels}", null);
                data.Add($"{encoding}:44100:{channels}", 288 * 1000);
                data.Add($"{encoding}:384000:{channels}", 288L << 29);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_written_header_is_read_back(string format, long? dataLength)
    {
        Assert.True(RawPcmFormat.TryParse(format, out RawPcmFormat? pcm, out _));
        var header = new WavHeader(pcm, dataLength);
        var bytes = new byte[header.Length + 100];

        Assert.Equal(header.Length, header.Write(bytes));

        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(bytes, out WavPreamble read, out string problem));
        Assert.Equal("", problem);
        Assert.Equal(header, read.Header);
        Assert.Equal(header.Length, read.HeaderLength);
        Assert.Equal(pcm.Encoding.BitDepth, read.BitDepth);
    }

    [Theory]
    [InlineData("s16le:48000:2", 16)]
    [InlineData("f32le:48000:2", 18)]
    [InlineData("alaw:8000:1", 18)]
    [InlineData("s16le:48000:6", 40)]
    public void All_formats_but_integers_state_the_size_of_their_extension(string format, int length)
    {
        Assert.True(RawPcmFormat.TryParse(format, out RawPcmFormat? pcm, out _));
        byte[] bytes = [.. Enumerable.Repeat((byte)0xFF, 200)];
        new WavHeader(pcm, null).Write(bytes);

        int at = bytes.AsSpan().IndexOf("fmt "u8);
        Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4)));
        Assert.True(length == 16 || BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 8 + 16)) == length - 18);
    }

    [Theory]
    [InlineData(2, 0u)]
    [InlineData(3, 0x7u)]
    [InlineData(4, 0x33u)]
    [InlineData(5, 0x37u)]
    [InlineData(6, 0x3Fu)]
    [InlineData(7, 0x70Fu)]
    [InlineData(8, 0x63Fu)]
    public void More_than_two_channels_have_a_speaker_mask(int channels, uint speakers)
    {
        var header = new WavHeader(new RawPcmFormat(SampleEncoding.S16LE, new AudioFormat(48_000, channels)), null);
        byte[] bytes = new byte[header.Length];
        header.Write(bytes);

        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(bytes, out WavPreamble read, out _));
        Assert.Equal(speakers, read.Speakers);
        Assert.Null(ChannelLayout.OfMask(read.Speakers, channels));
    }

    [Fact]
    public void The_header_has_the_same_size_whether_or_not_the_length_is_known()
    {
        var open = new WavHeader(Stereo16, null);

        Assert.Equal(open.Length, new WavHeader(Stereo16, 1000).Length);
        Assert.Equal(open.Length, new WavHeader(Stereo16, 1L << 40).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => open.Write(new byte[open.Length - 1]));
        Assert.Throws<ArgumentException>(() => new WavHeader(Stereo16 with { Encoding = SampleEncoding.S16BE }, null).Write(new byte[200]));
    }

    [Fact]
    public void Each_length_counts_the_bytes_after_it()
    {
        var header = new WavHeader(new RawPcmFormat(SampleEncoding.U8, new AudioFormat(8000, 1)), 101);
        var bytes = new byte[header.Length];
        header.Write(bytes);

        // After an odd length comes one byte that only the outer length counts.
        Assert.Equal(bytes.Length - 8 + 102, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)));
        Assert.Equal(101, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 4)));
    }

    [Fact]
    public void An_incomplete_header_only_asks_for_more()
    {
        byte[] bytes = Written(new WavHeader(Stereo16, 4000));

        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ChunkProgress.NeedMore, WavPreamble.Parse(bytes.AsSpan(0, length), out _, out _));
        }

        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(bytes, out _, out _));
    }

    [Theory]
    [InlineData(0u)]             // GStreamer
    [InlineData(0x7FFF_F024u)]   // sox
    [InlineData(0x8000_0000u)]   // arecord
    [InlineData(0xFFFF_FFFFu)]   // ffmpeg
    [InlineData(0xFFFF_FFDBu)]   // lame
    public void A_placeholder_length_means_until_the_end(uint length)
    {
        byte[] bytes = Written(new WavHeader(Stereo16, 4000));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), length);

        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(bytes, out WavPreamble wav, out _));
        Assert.Null(wav.Header.DataLength);
    }

    [Theory]
    [InlineData(7u, 4)]
    [InlineData(0x7FFE_0002u, 0x7FFE_0000)]
    [InlineData(0xC000_0000u, 0xC000_0000)]
    public void A_length_is_cut_to_whole_frames(uint length, long expected)
    {
        byte[] bytes = Written(new WavHeader(Stereo16, 4000));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), length);

        WavPreamble.Parse(bytes, out WavPreamble wav, out _);
        Assert.Equal(expected, wav.Header.DataLength);
    }

    [Fact]
    public void Twenty_bits_stored_in_twenty_four_are_read_as_twenty()
    {
        byte[] bytes = Written(new WavHeader(new RawPcmFormat(SampleEncoding.S24LE, new AudioFormat(48_000, 4)), null));
        bytes[bytes.AsSpan().IndexOf("fmt "u8) + 8 + 18] = 20;

        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(bytes, out WavPreamble wav, out _));
        Assert.Equal(20, wav.BitDepth);
    }

    [Fact]
    public void Title_and_artist_are_found_among_the_tags()
    {
        byte[] bytes =
            [.. Head(), .. Chunk("LIST", [.. "INFO"u8, .. Chunk("ISFT", "x"u8), .. Chunk("INAM", "Song"u8), .. Chunk("IART", "Bird!"u8)]),
                .. Format(), .. Chunk("data", new byte[8])];

        Assert.Equal(ChunkProgress.Done, WavPreamble.Parse(bytes, out WavPreamble wav, out _));
        Assert.Equal("Song"u8, bytes.AsSpan()[wav.Title]);
        Assert.Equal("Bird!"u8, bytes.AsSpan()[wav.Artist]);
    }

    public static TheoryData<string, byte[]> Refused() => new()
    {
        { "is not a WAV", [.. "fLaC\0\0\0\0WAVE"u8] },
        { "is not a WAV", [.. "RIFF\0\0\0\0AVI "u8] },
        { "is not a WAV", [.. "x"u8] },
        { "big-endian", [.. "RIFX"u8] },
        { "samples before its format chunk", [.. Head(), .. Chunk("data", new byte[8])] },
        { "too short", [.. Head(), .. Chunk("fmt ", new byte[15])] },
        { "two format chunks", [.. Head(), .. Format(), .. Format()] },
        { "compressed", [.. Head(), .. Format(tag: 0x55)] },
        { "compressed", [.. Head(), .. Format(tag: 2)] },
        { "frames of 3 bytes", [.. Head(), .. Format(bits: 12, frame: 3)] },
        { "samples of 64 bits", [.. Head(), .. Format(bits: 64)] },
        { "samples of 0 bits", [.. Head(), .. Format(bits: 0)] },
        { "samples of 16 bits", [.. Head(), .. Format(tag: 3)] },
        { "extended format", [.. Head(), .. Format(tag: 0xFFFE)] },
        { "extended format", [.. Head(), .. Format(tag: 0xFFFE, more: 24)] },
        { "0 channels", [.. Head(), .. Format(channels: 0)] },
        { "9 channels", [.. Head(), .. Format(channels: 9)] },
        { "65535 channels", [.. Head(), .. Format(channels: 65535)] },
        { "rate of 1999 Hz", [.. Head(), .. Format(rate: 1999)] },
        { "rate of 4294967295 Hz", [.. Head(), .. Format(rate: 0xFFFF_FFFF)] },
        { "frames of 5 bytes", [.. Head(), .. Format(frame: 5)] },
        { "no samples within", [.. Head(), .. "junk"u8, 0xFF, 0xFF, 0xFF, 0x7F] },
        { "no samples within", [.. Head(), .. Chunk("junk", new byte[ChunkSkimmer.MaxKept])] },
        { "more than 64 chunks", [.. Head(), .. Enumerable.Range(0, 65).SelectMany(_ => Chunk("junk", []))] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_wav_that_cannot_be_played_is_refused(string reason, byte[] bytes)
    {
        Assert.Equal(ChunkProgress.Invalid, WavPreamble.Parse(bytes, out _, out string problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_never_throws_and_never_yields_an_invalid_format()
    {
        byte[] extended = Written(new WavHeader(new RawPcmFormat(SampleEncoding.S24LE, new AudioFormat(96_000, 6)), 1L << 36));
        byte[] tagged = [.. Head(), .. Format(), .. Chunk("LIST", [.. "INFO"u8, .. Chunk("INAM", "Song"u8), .. Chunk("IART", "Bird"u8)]),
            .. Chunk("data", new byte[64])];
        byte[][] samples = [Written(new WavHeader(Stereo16, 4000)), extended, tagged];
        var noise = new Noise(2026);
        int accepted = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = noise.Mutation(samples);
            switch (WavPreamble.Parse(bytes, out WavPreamble wav, out string problem))
            {
                case ChunkProgress.Done:
                    accepted++;
                    Assert.True(wav.Header.Pcm.Format.IsValid);
                    Assert.InRange(wav.HeaderLength, 44, bytes.Length);
                    Assert.True(wav.Header.DataLength is null or >= 0);
                    _ = bytes.AsSpan()[wav.Title].Length + bytes.AsSpan()[wav.Artist].Length;
                    break;
                case ChunkProgress.Invalid:
                    Assert.NotEqual("", problem);
                    break;
                default:
                    Assert.Equal("", problem);
                    break;
            }
        }

        Assert.InRange(accepted, 10_000, 90_000);
    }

    private static RawPcmFormat Stereo16 { get; } = new(SampleEncoding.S16LE, new AudioFormat(48_000, 2));

    private static byte[] Written(WavHeader header)
    {
        var bytes = new byte[header.Length];
        header.Write(bytes);
        return bytes;
    }

    private static byte[] Head() => [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WAVE"u8];

    private static byte[] Chunk(string id, ReadOnlySpan<byte> body)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, body.Length);
        return [.. System.Text.Encoding.ASCII.GetBytes(id), .. length, .. body, .. new byte[body.Length & 1]];
    }

    private static byte[] Format(ushort tag = 1, ushort channels = 2, uint rate = 48_000, ushort bits = 16, int? frame = null, int more = 0)
    {
        var body = new byte[16 + more];
        BinaryPrimitives.WriteUInt16LittleEndian(body, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), channels);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), rate);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(12), (ushort)(frame ?? channels * bits / 8));
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(14), bits);
        return Chunk("fmt ", body);
    }
}
