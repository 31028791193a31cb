using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Tests.Fakes;
using Linnet.Tests.Wire.Tags;
using Linnet.Wire.Aiff;

namespace Linnet.Tests.Sources.Files;

/// <summary>AIFFs as real programs write them, as a file, from a pipe and pushed: the sound is the same each time.</summary>
public sealed class AiffKindsTests : IDisposable
{
    private static readonly float[] Half = [0.5f, -0.25f];
    private static readonly byte[] HalfBytes = [0x40, 0, 0xE0, 0];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, byte[], float[], int> Encodings() => new()
    {
        { "", 16, HalfBytes, Half, 16 },
        { "", 8, [0x40, 0xE0], Half, 8 },
        { "", 12, [0x40, 0x10, 0xE0, 0], [0.5f + (1 / 2048f), -0.25f], 12 },
        { "", 24, [0x40, 0, 1, 0xE0, 0, 0], [0.5f + (1 / 8388608f), -0.25f], 24 },
        { "", 32, [0x40, 0, 1, 0, 0xE0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF], [0.5f + (1 / 8388608f), -0.25f, 1], 32 },
        { "NONE", 16, HalfBytes, Half, 16 },
        { "twos", 16, HalfBytes, Half, 16 },
        { "twos", 8, [0x40, 0xE0], Half, 8 },
        { "sowt", 16, [0, 0x40, 0, 0xE0], Half, 16 },
        { "sowt", 24, [1, 0, 0x40, 0, 0, 0xE0], [0.5f + (1 / 8388608f), -0.25f], 24 },
        { "sowt", 32, [0, 0, 0, 0x40, 0, 0, 0, 0xE0], Half, 32 },
        { "in24", 24, [0x40, 0, 0, 0xE0, 0, 0], Half, 24 },
        { "in32", 32, [0x40, 0, 0, 0, 0xE0, 0, 0, 0], Half, 32 },
        { "raw ", 8, [192, 96], Half, 8 },
        { "fl32", 32, [0x3F, 0, 0, 0, 0xBE, 0x80, 0, 0], Half, 0 },
        { "FL32", 32, [0x3F, 0, 0, 0, 0xBE, 0x80, 0, 0], Half, 0 },
        { "fl64", 64, [0x3F, 0xE0, 0, 0, 0, 0, 0, 0, 0xBF, 0xD0, 0, 0, 0, 0, 0, 0], Half, 0 },
        { "FL64", 64, [0x3F, 0xE0, 0, 0, 0, 0, 0, 0, 0xBF, 0xD0, 0, 0, 0, 0, 0, 0], Half, 0 },
        { "ulaw", 16, [0x00, 0x80, 0xFF], [-32124 / 32768f, 32124 / 32768f, 0], 16 },
        { "ALAW", 8, [0x2A, 0xAA, 0xD5], [-32256 / 32768f, 32256 / 32768f, 8 / 32768f], 16 },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_encoding_is_read(string encoding, int bits, byte[] bytes, float[] expected, int depth)
    {
        byte[] aiff = Aiff(encoding, Common(encoding, bits, expected.Length), Samples(bytes));

        AssertPlays(encoding, aiff, expected, depth);
        using SndFileSource? other = SndFileSource.TryOpen(_folder.Write("aiff", aiff), null);
        Assert.Equal(expected, other is null || bits == 12 ? expected : other.ReadAll());
    }

    [Fact]
    public void Samples_may_begin_later_and_chunks_may_be_of_any_kind_and_size()
    {
        byte[] offset = [.. "SSND"u8, 0, 0, 0, 15, 0, 0, 0, 3, 0, 0, 0, 0, 1, 2, 3, .. HalfBytes, 0];
        byte[] big = [.. "APPL"u8, 0, 0x30, 0, 1, .. new byte[0x30_0002]];
        byte[] marks = [.. "MARK"u8, 0, 0, 0, 3, 1, 2, 3, 0];
        byte[] oddOffset = Aiff("", Common("", 16, 2), [.. "SSND"u8, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 0, 9, .. HalfBytes, 0]);

        AssertPlays("odd offset", [.. oddOffset, .. oddOffset], [.. Half, .. Half], 16);
        AssertPlays("offset", Aiff("", Common("", 16, 2), offset), Half, 16);
        AssertPlays("chunks", Aiff("", big, Common("", 16, 2), marks, Samples(HalfBytes), marks), Half, 16);
    }

    public static TheoryData<string, byte[], int> Lengths() => new()
    {
        { "as ffmpeg writes to a pipe", [0, 0, 0, 0], 0 },
        { "as sox writes to a pipe", [0x7F, 0, 0, 8], 0x3F80_0000 },
        { "all ones", [0xFF, 0xFF, 0xFF, 0xFF], -1 },
        { "without room for the head", [0, 0, 0, 3], 0 },
        { "longer than the file", [0, 1, 0, 0], 99 },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_length_that_is_not_true_means_the_end_of_the_bytes(string what, byte[] length, int frames)
    {
        byte[] aiff = Aiff("", Common("", 16, frames), [.. "SSND"u8, .. length, 0, 0, 0, 0, 0, 0, 0, 0, .. HalfBytes]);

        AssertPlays(what, aiff, Half, 16);
        using FileSource file = FileSource.Open(_folder.Write("aiff", aiff));
        Assert.Equal(file.Format.DurationOf(2), file.Duration);
    }

    [Fact]
    public void The_number_of_frames_replaces_a_missing_length()
    {
        byte[] aiff = Aiff("", Common("", 16, 2), [.. "SSND"u8, .. new byte[12], .. HalfBytes], Text("ANNO", "not audio"));

        AssertPlays("counted", aiff, Half, 16);
    }

    [Fact]
    public void A_file_may_describe_its_samples_after_them()
    {
        byte[] aiff = Aiff("AIFC", Samples([.. HalfBytes, .. HalfBytes]), Common("twos", 16, 2, channels: 2), Text("NAME", "Late"));
        var tracks = new List<(long, TrackInfo Track)>();
        using DecodedFile? file = DecodedFile.TryOpen(
            _folder.Write("aiff", aiff), null, cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotNull(file);
        Assert.Equal([.. Half, .. Half], file.ReadAll(tracks: tracks));
        Assert.Equal((2, file.Format.DurationOf(2), "Late"), (file.Format.Channels, file.Duration, Assert.Single(tracks).Track.Title));
        string problem = Assert.Throws<IOException>(
            () => PipeSource.Open(new MemoryStream(aiff), raw: null, "pipe", TestContext.Current.CancellationToken)).Message;
        Assert.Contains("samples before its format chunk", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_title_is_found_before_the_samples_and_in_a_file_after_them()
    {
        byte[] common = Common("", 16, 2);
        byte[] id3 = TagBytes.Id3(4, 0, TagBytes.Frame(4, "TIT2", [3, .. "Tagged"u8]));
        byte[] id3Chunk = [.. "ID3 "u8, 0, 0, 0, (byte)id3.Length, .. id3, .. new byte[id3.Length & 1]];

        Assert.Equal("Me – Song", TitleOf(Text("NAME", "Song"), Text("AUTH", "Me"), common, Samples(HalfBytes)));
        Assert.Equal("Me – Song", TitleOf(common, Samples(HalfBytes), Text("AUTH", "Me"), Text("NAME", "Song")));
        Assert.Equal("Tagged", TitleOf(id3Chunk, common, Samples(HalfBytes)));
        Assert.Equal("Tagged", TitleOf(common, Samples(HalfBytes), id3Chunk));
        Assert.Equal("aiff", TitleOf(common, Samples(HalfBytes)));

        string TitleOf(params byte[][] chunks)
        {
            var tracks = new List<(long, TrackInfo Track)>();
            using FileSource source = FileSource.Open(_folder.Write("aiff", Aiff("", chunks)));
            source.ReadAll(tracks: tracks);
            return Assert.Single(tracks).Track.ToString();
        }
    }

    [Fact]
    public void Another_AIFF_may_follow()
    {
        byte[] aiff = Aiff("", Common("", 16, 2), Samples(HalfBytes), Text("ANNO", "between"));

        AssertPlays("two", [.. aiff, .. aiff], [.. Half, .. Half], 16);
    }

    [Theory]
    [InlineData(20, 60_000, "has no samples within its first 1024 KiB")]
    [InlineData(70, 10, "has more than 64 chunks before its samples")]
    public void Many_chunks_that_are_kept_before_the_samples_are_refused(int count, int length, string problem)
    {
        byte[] name = Text("NAME", new string('x', length));
        byte[] aiff = Aiff("", [.. Enumerable.Repeat(name, count), Common("", 16, 2), Samples(HalfBytes)]);
        using var decoder = new AiffStreamDecoder();

        decoder.Write(aiff, new HeardSound());

        Assert.Equal($"The stream {problem}.", decoder.Problem?.Text);
    }

    [Fact]
    public void Channels_go_to_their_speakers()
    {
        // C L R Ls Rs LFE, by number, by mask (in the usual order) and by description.
        float[] stored = [.. Enumerable.Range(1, 6).Select(static i => i / 8f)];
        byte[] samples = Samples([.. stored.SelectMany(static s => (byte[])[(byte)(s * 128), 0])]);
        float[] placed = [stored[1], stored[2], stored[0], stored[5], stored[3], stored[4]];
        byte[] byNumber = [.. "CHAN"u8, 0, 0, 0, 12, 0, 124, 0, 6, .. new byte[8]];
        byte[] byMask = [.. "CHAN"u8, 0, 0, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0x3F, 0, 0, 0, 0];
        byte[] byDescription = [.. "CHAN"u8, 0, 0, 0, 132, .. new byte[11], 6,
            .. ((byte[])[3, 1, 2, 5, 6, 4]).SelectMany(static label => (byte[])[0, 0, 0, label, .. new byte[16]])];

        Assert.Equal(placed, Play(byNumber));
        Assert.Equal(stored, Play(byMask));
        Assert.Equal(placed, Play(byDescription));
        Assert.Equal(stored, Play([.. "CHAN"u8, 0, 0, 0, 4, 0, 124, 0, 6]));

        float[] Play(byte[] layout)
        {
            using FileSource source = FileSource.Open(_folder.Write("aiff", Aiff("", Common("", 16, 1, channels: 6), layout, samples)));
            return source.ReadAll();
        }
    }

    [Theory]
    [InlineData("ima4", 16, "is compressed (AIFF-C with IMA ADPCM)")]
    [InlineData("\r\n\r\n", 16, "is compressed (AIFF-C with an encoding that Linnet does not know)")]
    [InlineData("NONE", 0, "has samples of 0 bits")]
    [InlineData("NONE", 40, "has samples of 40 bits")]
    public void A_pushed_AIFF_that_is_compressed_or_impossible_is_refused_with_a_reason(string encoding, int bits, string problem)
    {
        Assert.True(StreamDecoders.TryCreate("audio/x-aiff", out IStreamDecoder? decoder, out _));
        using (decoder)
        {
            decoder.Write(Aiff(encoding, Common(encoding, bits, 2), Samples(HalfBytes)), new HeardSound());
            Assert.StartsWith($"The stream {problem}", decoder.Problem!.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("400EAC44000000000000", 44_100)]
    [InlineData("400DADDD100000000000", 22_255)]
    [InlineData("400BFA00000000000000", 8_000)]
    [InlineData("401E80000000000000 00", 0)]
    [InlineData("C00EAC44000000000000", 0)]
    [InlineData("3FFE8000000000000000", 0)]
    [InlineData("3FFFC000000000000000", 2)]
    [InlineData("00000000000000000000", 0)]
    [InlineData("FFFFFFFFFFFFFFFFFFFF", 0)]
    [InlineData("401DFFFFFFFFFFFFFFFF", int.MaxValue)]
    public void A_rate_is_rounded_to_whole_hertz(string bytes, int rate) =>
        Assert.Equal(rate, AiffRate.Read(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void Any_input_is_read_the_same_in_one_piece_and_in_many()
    {
        byte[][] samples =
        [
            Aiff("", Text("NAME", "Song"), Common("", 16, 2), Samples(HalfBytes), Text("ANNO", "odd")),
            Aiff("sowt", Common("sowt", 24, 1), [.. "SSND"u8, .. new byte[12], 1, 2, 3, 4, 5, 6, 7]),
        ];
        var noise = new Wire.Noise(11);
        int played = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] stream = noise.Mutation(samples);
            (string? problem, float[] pcm) = Decode(stream, static () => int.MaxValue);
            Assert.Equal((problem, pcm.Length), Count(Decode(stream, () => 1 + noise.Next(20))));
            played += pcm.Length > 0 ? 1 : 0;
        }

        Assert.InRange(played, 1_000, 5_000);

        static (string?, int) Count((string? Problem, float[] Pcm) decoded) => (decoded.Problem, decoded.Pcm.Length);
    }

    private void AssertPlays(string what, byte[] aiff, float[] expected, int depth)
    {
        using DecodedFile? file = DecodedFile.TryOpen(
            _folder.Write("aiff", aiff), null, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotNull(file);
        Assert.Equal((what, new AudioFormat(44_100, 1), depth), (what, file.Format, file.BitDepth));
        Assert.Equal(expected, file.ReadAll());

        using PipeSource pipe = PipeSource.Open(new MemoryStream(aiff), raw: null, "pipe", TestContext.Current.CancellationToken);
        Assert.Equal((what, file.Format, depth), (what, pipe.Format, pipe.BitDepth));
        Assert.Equal(expected, pipe.ReadAll());
        (string? problem, float[] pcm) = Decode(aiff, () => aiff.Length < 100_000 ? 1 : 7777);
        Assert.Equal((what, null), (what, problem));
        Assert.Equal(expected, pcm);
    }

    private static (string? Problem, float[] Pcm) Decode(byte[] aiff, Func<int> next)
    {
        var sound = new HeardSound();
        using var decoder = new AiffStreamDecoder();
        for (int at = 0; at < aiff.Length;)
        {
            int length = Math.Min(next(), aiff.Length - at);
            decoder.Write(aiff.AsSpan(at, length), sound);
            at += length;
        }

        decoder.Complete(sound);
        return (decoder.Problem?.Text, [.. sound.Pcm]);
    }

    private static byte[] Aiff(string encoding, params byte[][] chunks)
    {
        byte[] body = [.. encoding.Length > 0 ? "AIFC"u8 : "AIFF"u8, .. chunks.SelectMany(static chunk => chunk)];
        return [.. "FORM"u8, .. Number(body.Length), .. body];
    }

    private static byte[] Common(string encoding, int bits, int frames, int channels = 1)
    {
        byte[] body = [0, (byte)channels, .. Number(frames), 0, (byte)bits, 0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0,
            .. encoding.Select(static letter => (byte)letter), .. encoding.Length > 0 ? (byte[])[0, 0] : []];
        return [.. "COMM"u8, .. Number(body.Length), .. body];
    }

    private static byte[] Samples(byte[] bytes) =>
        [.. "SSND"u8, .. Number(bytes.Length + 8), .. new byte[8], .. bytes, .. new byte[bytes.Length & 1]];

    private static byte[] Text(string id, string text) =>
        [.. System.Text.Encoding.ASCII.GetBytes(id), .. Number(text.Length), .. System.Text.Encoding.ASCII.GetBytes(text),
            .. new byte[text.Length & 1]];

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
