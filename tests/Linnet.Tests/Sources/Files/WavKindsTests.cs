using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Tests.Fakes;
using Linnet.Wire.Chunks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Sources.Files;

/// <summary>WAVs as real programs write them, as a file, from a pipe and pushed: the sound is the same each time.</summary>
public sealed class WavKindsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, byte[]> Unfinished() => new()
    {
        { "zero", Lengths(0, 0) },
        { "zero, as if the header were all", Lengths(36, 0) },
        { "all ones", Lengths(0xFFFF_FFFF, 0xFFFF_FFFF) },
        { "RF64, empty", Rf64(0, 0) },
        { "RF64, made up", Rf64(-1, -1) },
        { "RF64 without its lengths",
            [.. "RF64"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WAVE"u8, .. Format(1, 16), .. "data"u8, 0xFF, 0xFF, 0xFF, 0xFF] },
    };

    [Theory]
    [MemberData(nameof(Unfinished))]
    public void An_unknown_length_means_the_end_of_the_bytes(string what, byte[] head)
    {
        short[] samples = [.. Enumerable.Range(1, 5001).Select(static i => (short)i)];

        byte[] wav = [.. head, .. MemoryMarshal.AsBytes<short>(samples)];
        AssertPlays(what, wav, [.. samples.Select(static s => s / 32768f)], 16);
        using FileSource file = FileSource.Open(_folder.Write("wav", wav));
        using PipeSource pipe = PipeSource.Open(new MemoryStream(wav), raw: null, "pipe", TestContext.Current.CancellationToken);
        Assert.Equal((new AudioFormat(8000, 1).DurationOf(5001), null), (file.Duration, pipe.Duration));
    }

    [Fact]
    public void A_chunk_of_odd_length_may_lack_its_pad_byte()
    {
        byte[] data = [.. "data"u8, 4, 0, 0, 0, 0, 0x40, 0, 0x20];
        byte[][] chunks =
            [[.. "LIST"u8, 19, 0, 0, 0, .. "INFOINAM"u8, 7, 0, 0, 0, .. "A title"u8[..7]], [.. "junk"u8, 3, 0, 0, 0, 1, 2, 3]];
        foreach (byte[] chunk in chunks)
        {
            foreach (byte[] pad in (byte[][])[[], [0], [0xFF]])
            {
                AssertPlays("between", [.. Head(), .. Format(1, 16), .. chunk, .. pad, .. data], [0.5f, 0.25f], 16);
                AssertPlays("before", [.. Head(), .. chunk, .. pad, .. Format(1, 16), .. data], [0.5f, 0.25f], 16);
            }
        }
    }

    [Theory]
    [InlineData(3, 64, 0)]
    [InlineData(6, 8, 16)]
    [InlineData(7, 8, 16)]
    [InlineData(1, 20, 20)]
    [InlineData(1, 12, 12)]
    public void Encodings_of_files_are_accepted_everywhere(int tag, int bits, int depth)
    {
        (byte[] bytes, float[] expected) = (tag, bits) switch
        {
            (3, _) => (MemoryMarshal.AsBytes<double>([0.5, -0.25, double.NaN, 1e300, 1.0 / 3]).ToArray(),
                [0.5f, -0.25f, 0, 0, (float)(1.0 / 3)]),
            (6, _) => ([0x2A, 0xAA, 0xD5], [-32256 / 32768f, 32256 / 32768f, 8 / 32768f]),
            (7, _) => ([0x00, 0x80, 0xFF], [-32124 / 32768f, 32124 / 32768f, 0]),
            (1, 20) => ([0, 0, 0x40, 0x10, 0, 0xE0], [0.5f, (float)((-0.25 * 8388608) + 16) / 8388608]),
            _ => ((byte[])[0, 0x40, 0x10, 0xE0], (float[])[0.5f, -0.25f + (16 / 32768f)]),
        };

        AssertPlays($"{tag}/{bits}", [.. Head(), .. Format(tag, bits), .. "data"u8, (byte)bytes.Length, 0, 0, 0, .. bytes], expected,
            depth);
    }

    [Fact]
    public void Chunks_before_the_samples_may_be_of_any_size()
    {
        byte[] big = [.. "bext"u8, 0, 0, 0x30, 0, .. new byte[0x30_0000]];

        AssertPlays("big", [.. Head(), .. big, .. Format(1, 16), .. big, .. "data"u8, 2, 0, 0, 0, 0, 0x40], [0.5f], 16);
    }

    [Fact]
    public void A_title_is_found_before_the_samples_and_in_a_file_after_them()
    {
        byte[] info = [.. "LIST"u8, 18, 0, 0, 0, .. "INFOINAM"u8, 5, 0, 0, 0, .. "Song\0\0"u8];
        byte[] id3 = [.. "id3 "u8, 26, 0, 0, 0, .. Wire.Tags.TagBytes.Id3(4, 0, Wire.Tags.TagBytes.Frame(4, "TIT2", [3, .. "Later"u8]))];
        byte[] data = [.. "data"u8, 4, 0, 0, 0, 0, 0x40, 0, 0x40];

        Assert.Equal("Song", TitleOf([.. Head(), .. info, .. Format(1, 16), .. data]));
        Assert.Equal("Song", TitleOf([.. Head(), .. Format(1, 16), .. data, .. info, .. id3]));
        Assert.Equal("Later", TitleOf([.. Head(), .. Format(1, 16), .. data, .. id3]));
        Assert.Equal("wav", TitleOf([.. Head(), .. Format(1, 16), .. data]));

        string TitleOf(byte[] wav)
        {
            var tracks = new List<(long, TrackInfo Track)>();
            using FileSource source = FileSource.Open(_folder.Write("wav", wav));
            source.ReadAll(tracks: tracks);
            return Assert.Single(tracks).Track.Title;
        }
    }

    public static TheoryData<string, byte[]> Silent() => new()
    {
        { "wav", [.. Head(60), .. Format(1, 16), .. "data"u8, 0, 0, 0, 0, .. "LIST"u8, 16, 0, 0, 0, .. "INFOINAM"u8, 4, 0, 0, 0,
            .. "Song"u8] },
        { "wav", [.. Head(36), .. Format(1, 16), .. "data"u8, 0, 0, 0, 0] },
        { "flac", SoundFiles.Flac(new AudioFormat(44_100, 2), [], "x") },
        { "opus", SoundFiles.Opus(2, [], "x") },
        { "aiff", [.. "FORM\0\0\0.AIFFCOMM\0\0\0\u0012\0\u0001\0\0\0\0\0\u0010\u0040\u000e"u8, 0xAC, 0x44, 0, 0, 0, 0, 0, 0,
            .. "SSND\0\0\0\u0008\0\0\0\0\0\0\0\0"u8] },
        { "mp3", Wire.Tags.TagBytes.Id3(4, 0, Wire.Tags.TagBytes.Frame(4, "TIT2", [3, .. "x"u8])) },
    };

    [Theory]
    [MemberData(nameof(Silent))]
    public void A_file_without_sound_fails_when_opened(string kind, byte[] file)
    {
        string path = _folder.Write("silent." + kind, file);

        foreach (bool loops in (bool[])[true, false])
        {
            string message = Assert.ThrowsAny<IOException>(
                () => AudioSources.OpenPath(
                    path, new SourceOptions { Loop = loops }, NullLogger.Instance, TestContext.Current.CancellationToken)).Message;
            Assert.Contains(kind is "mp3" ? "is not an audio file" : "has no audio", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pipe_without_sound_fails()
    {
        using PipeSource source = PipeSource.Open(
            new MemoryStream([.. Head(36), .. Format(1, 16), .. "data"u8, 0, 0, 0, 0]), raw: null, "Standard input",
            TestContext.Current.CancellationToken);

        Assert.Equal("Standard input has no audio.", Assert.Throws<IOException>(() => source.ReadAll()).Message);
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    [InlineData(7, 4)]
    public void Another_WAV_may_follow_a_partial_frame(int length, int frame)
    {
        byte[] format = Format(1, 16);
        format[10] = (byte)(frame / 2);
        format[20] = (byte)frame;
        byte[] wav = [.. Head(), .. format, .. "data"u8, (byte)length, 0, 0, 0, .. Enumerable.Repeat((byte)0x40, length),
            .. new byte[length & 1]];
        using FileSource source = FileSource.Open(_folder.Write("wav", [.. wav, .. wav]));

        Assert.Equal(2 * (length / frame), source.ReadAll().Length / source.Format.Channels);
        Assert.Equal(source.Format.DurationOf(2 * (length / frame)), source.Duration);
    }

    [Fact]
    public void Other_data_after_a_WAV_takes_only_its_own_bytes()
    {
        byte[] wav = [.. Head(44), .. Format(1, 16), .. "data"u8, 4, 0, 0, 0, 0, 0x40, 0, 0x40];
        byte[] other = [.. "RIFF"u8, 24, 0, 0, 0, .. "AVI "u8, .. "junk"u8, 8, 0, 0, 0, .. "abcdefgh"u8];
        using FileSource source = FileSource.Open(_folder.Write("wav", [.. wav, .. other, .. wav]));

        Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], source.ReadAll());
    }

    [Theory]
    [InlineData(0x02, "WAV format 0x0002, Microsoft ADPCM")]
    [InlineData(0x11, "WAV format 0x0011, IMA ADPCM")]
    [InlineData(0x31, "WAV format 0x0031, GSM 6.10")]
    [InlineData(0x55, "WAV format 0x0055, MP3")]
    [InlineData(0x42, "WAV format 0x0042")]
    public void A_pushed_compressed_WAV_is_refused_with_advice(int tag, string name)
    {
        byte[] wav = [.. Head(), .. Format(tag, 4), .. "data"u8, 4, 0, 0, 0, 1, 2, 3, 4];
        string what =
            $"is compressed ({name}), which only libsndfile or ffmpeg can decode, and only from a file: convert it to a PCM WAV "
                + "(with sox or ffmpeg), or to FLAC.";
        Assert.True(StreamDecoders.TryCreate("audio/wav", out IStreamDecoder? decoder, out _));
        decoder.Write(wav, new HeardSound());
        decoder.Dispose();

        Assert.Equal($"The stream {what}", decoder.Problem!.Text);
        Assert.Equal(
            $"Standard input {what}",
            Assert.Throws<IOException>(
                () => PipeSource.Open(new MemoryStream(wav), raw: null, "Standard input", TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Very_many_chunks_are_refused()
    {
        byte[] wav = [.. Head(), .. Enumerable.Range(0, ChunkSkimmer.MaxChunks + 1).SelectMany(static _ => "junk\0\0\0\0"u8.ToArray()),
            .. Format(1, 16)];
        using var decoder = new WavStreamDecoder();

        decoder.Write(wav, new HeardSound());

        Assert.Contains("more than 1000 chunks", decoder.Problem!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_tiny_WAVs_costs_no_more_memory_than_a_few_times_its_bytes()
    {
        byte[] format = Format(1, 16);
        format[10] = 8;
        format[20] = 16;
        byte[] wav = [.. Head(44), .. format, .. "data"u8, 16, 0, 0, 0, .. new byte[16]];
        byte[] chain = [.. Enumerable.Repeat(wav, 100).SelectMany(static one => one)];
        var sink = new HeardSound();
        using var decoder = new WavStreamDecoder();

        Assert.InRange(Allocations.OfRounds(3, _ => decoder.Write(chain, sink)), 0, 20 * chain.Length);
        Assert.Equal(3 * 100 * 8, sink.Pcm.Count);
    }

    private void AssertPlays(string what, byte[] wav, float[] expected, int depth)
    {
        using FileSource file = FileSource.Open(_folder.Write("wav", wav));
        Assert.Equal((what, new AudioFormat(8000, 1), depth), (what, file.Format, file.BitDepth));
        Assert.Equal(expected, file.ReadAll());

        using PipeSource pipe = PipeSource.Open(new MemoryStream(wav), raw: null, "pipe", TestContext.Current.CancellationToken);
        Assert.Equal((what, file.Format, depth), (what, pipe.Format, pipe.BitDepth));
        Assert.Equal(expected, pipe.ReadAll());

        for (int piece = 1; piece < 3; piece++)
        {
            Assert.True(StreamDecoders.TryCreate("audio/wav", out IStreamDecoder? decoder, out _));
            var sound = new HeardSound();
            for (int at = 0; at < wav.Length; at += piece == 1 && wav.Length < 100_000 ? 1 : 7777)
            {
                decoder.Write(wav.AsSpan(at, Math.Min(piece == 1 && wav.Length < 100_000 ? 1 : 7777, wav.Length - at)), sound);
            }

            decoder.Complete(sound);
            Assert.Equal((what, null), (what, decoder.Problem));
            Assert.Equal(expected, sound.Pcm);
            decoder.Dispose();
        }
    }

    private static byte[] Head(uint length = 0xFFFF_FFFF) =>
        [.. "RIFF"u8, (byte)length, (byte)(length >> 8), (byte)(length >> 16), (byte)(length >> 24), .. "WAVE"u8];

    private static byte[] Lengths(uint riff, uint data) =>
        [.. Head(riff), .. Format(1, 16), .. "data"u8, (byte)data, (byte)(data >> 8), (byte)(data >> 16), (byte)(data >> 24)];

    private static byte[] Rf64(long riff, long data) =>
    [
        .. "RF64"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WAVEds64"u8, 28, 0, 0, 0, .. BitConverter.GetBytes(riff), .. BitConverter.GetBytes(data),
        .. new byte[12],
        .. Format(1, 16), .. "data"u8, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    private static byte[] Format(int tag, int bits)
    {
        byte[] chunk = [.. "fmt "u8, 16, 0, 0, 0, (byte)tag, 0, 1, 0, 0x40, 0x1F, 0, 0, .. new byte[8]];
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(20), (ushort)((bits + 7) / 8));
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(22), (ushort)bits);
        return chunk;
    }
}
