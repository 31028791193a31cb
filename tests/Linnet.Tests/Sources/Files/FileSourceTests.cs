using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Wire.Wav;

namespace Linnet.Tests.Sources.Files;

public sealed class FileSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("u8", 8, 1, 8_000)]
    [InlineData("s16le", 16, 1, 8_000)]
    [InlineData("s16le", 16, 2, 44_100)]
    [InlineData("s24le", 24, 2, 48_000)]
    [InlineData("s24le", 24, 6, 96_000)]
    [InlineData("s16le", 16, 8, 384_000)]
    public void Every_stored_integer_is_exact(string name, int bits, int channels, int rate)
    {
        Assert.True(SampleEncoding.TryParse(name, out SampleEncoding? encoding));
        int max = (1 << (bits - 1)) - 1;
        var random = new Random(bits);
        int[] samples = [-max - 1, max, 0, -1, 1, .. Enumerable.Range(0, 20_000 * channels - 5).Select(_ => random.Next(-max - 1, max))];
        string path = _folder.Write("song.wav", Wavs.Of(encoding, rate, channels, samples));

        using FileSource source = FileSource.Open(path);

        Assert.Equal(new AudioFormat(rate, channels), source.Format);
        Assert.Equal(bits, source.BitDepth);
        Assert.False(source.IsLive);
        Assert.Equal(source.Format.DurationOf(20_000), source.Duration);
        Assert.Equal(samples, Wavs.Integers(source.ReadAll(), bits));
        Assert.Equal(SourceRead.End, source.Read(new float[channels], CancellationToken.None));
    }

    [Fact]
    public void Floats_are_exact_and_always_finite()
    {
        float[] stored = [0.1f, -1, 1, 1.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, 1e-40f];
        float[] expected = [0.1f, -1, 1, 1.5f, 0, 0, 0, 16, 1e-40f];
        var pcm = new RawPcmFormat(SampleEncoding.F32LE, new AudioFormat(48_000, 1));
        string path = _folder.Write("float.wav", Wavs.Of(pcm, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(stored)));

        using FileSource source = FileSource.Open(path);

        Assert.Equal(0, source.BitDepth);
        Assert.Equal(expected, source.ReadAll());
    }

    [Fact]
    public void The_track_starts_at_the_first_frame_with_the_file_name_as_title()
    {
        string path = _folder.Write("Übung – 夜.take 2.wav", Wavs.Counting(0, 1000));
        var tracks = new List<(long, TrackInfo)>();

        using FileSource source = FileSource.Open(path);
        source.ReadAll(tracks: tracks);

        Assert.Equal([(0, new TrackInfo("Übung – 夜.take 2"))], tracks);
    }

    [Fact]
    public void Tags_of_the_file_override_the_title_of_the_caller()
    {
        byte[] wav = Wavs.Counting(0, 100);
        byte[] tags =
            [.. "LIST"u8, 26, 0, 0, 0, .. "INFO"u8, .. "INAM"u8, 5, 0, 0, 0, .. "Caf\xE9"u8[..3], 0xE9, 0, 0, .. "IART"u8, 0, 0, 0, 0];
        string path = _folder.Write("tagged.wav", [.. wav, .. tags]);
        var tracks = new List<(long, TrackInfo Track)>();

        using FileSource source = FileSource.Open(path, new TrackInfo("from the playlist", "someone"));
        source.ReadAll(tracks: tracks);

        Assert.Equal("Café", Assert.Single(tracks).Track.Title);
    }

    [Fact]
    public void Without_libsndfile_its_formats_are_left_to_the_next_reader_and_the_error_says_what_would_add_them()
    {
        // Two frames of AU, 16 bits, mono.
        string path = _folder.Write(
            "song.au", [.. ".snd"u8, 0, 0, 0, 24, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0x1F, 0x40, 0, 0, 0, 1, 0x40, 0, 0, 1]);

        Assert.Null(SndFileSource.TryOpen(path, null, isUsed: false));
        using SndFileSource? source = SndFileSource.TryOpen(path, null, isUsed: true);
        Assert.Equal([0.5f, 1 / 32768f], source!.ReadAll());
        Assert.Equal(
            $"{path} is not an audio file that Linnet can read without libsndfile. libsndfile is not installed.",
            FileSource.Refusal(path, "libsndfile is not installed."));
    }

    [Fact]
    public void Open_errors_are_sentences()
    {
        Directory.CreateDirectory(_folder["folder"]);
        AssertRefused("does not exist", _folder["nothing.wav"]);
        AssertRefused("does not exist", Path.Combine(_folder["nowhere"], "song.wav"));
        AssertRefused("is a folder", _folder["folder"]);
        AssertRefused("is empty", _folder.Write("empty.wav", ""));
        AssertRefused("not a regular file", "/dev/zero");
        AssertRefused("not an audio file", _folder.Write("text.wav", "This is no sound at all, whatever its name says."));
        AssertRefused("zero character", "a\0b");

        static void AssertRefused(string part, string path)
        {
            string message = Assert.ThrowsAny<IOException>(() => FileSource.Open(path)).Message;
            Assert.Contains(part, message, StringComparison.Ordinal);
            Assert.EndsWith(".", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_denied_file_is_refused_with_a_sentence()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root may read everything.");
        string path = _folder.Write("secret.wav", Wavs.Counting(0, 10));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        Assert.Equal($"{path} cannot be read: permission denied.", Assert.Throws<IOException>(() => FileSource.Open(path)).Message);
    }

    [Theory]
    [InlineData(1999, 2)]
    [InlineData(384_001, 2)]
    [InlineData(48_000, 9)]
    public void Formats_beyond_the_limits_are_refused(int rate, int channels)
    {
        byte[] wav = Wavs.Of(SampleEncoding.S16LE, 48_000, Math.Min(channels, 2), new int[180]);
        PatchFormat(wav, rate, channels);
        string path = _folder.Write("odd.wav", wav);

        Assert.Contains("Linnet carries", Assert.Throws<IOException>(() => FileSource.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_shorter_than_declared_plays_to_its_end()
    {
        byte[] wav = Wavs.Counting(0, 5000);
        string path = _folder.Write("cut.wav", wav.AsSpan(0, wav.Length - 2000));

        using FileSource source = FileSource.Open(path);

        Assert.Equal(4000, source.ReadAll().Length);
    }

    [Fact]
    public void A_cancelled_read_throws()
    {
        using FileSource source = FileSource.Open(_folder.Write("song.wav", Wavs.Counting(0, 100)));

        Assert.Throws<OperationCanceledException>(() => source.Read(new float[10], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Damaged_headers_are_refused_or_played_without_a_crash()
    {
        byte[] wav = Wavs.Counting(0, 400, channels: 2);
        var random = new Random(42);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. wav];
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                damaged[random.Next(96)] = (byte)random.Next(256);
            }

            string path = _folder.Write("damaged.wav", damaged.AsSpan(0, random.Next(12, damaged.Length)));
            try
            {
                using FileSource source = FileSource.Open(path);
                Assert.True(source.Format.IsValid);
                source.ReadAll(maxFrames: 20_000);
            }
            catch (IOException)
            {
            }
        }
    }

    private static void PatchFormat(byte[] wav, int rate, int channels)
    {
        int format = wav.AsSpan().IndexOf("fmt "u8) + 8;
        BitConverter.TryWriteBytes(wav.AsSpan(format + 2), (ushort)channels);
        BitConverter.TryWriteBytes(wav.AsSpan(format + 4), rate);
        BitConverter.TryWriteBytes(wav.AsSpan(format + 8), rate * channels * 2);
        BitConverter.TryWriteBytes(wav.AsSpan(format + 12), (ushort)(channels * 2));
    }
}
