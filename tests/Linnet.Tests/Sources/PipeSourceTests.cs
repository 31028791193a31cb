using System.IO.Pipelines;
using Linnet.Audio;
using Linnet.Sources;
using Linnet.Tests.Sources.Files;

namespace Linnet.Tests.Sources;

public class PipeSourceTests
{
    private static readonly RawPcmFormat Mono16 = new(SampleEncoding.S16LE, new AudioFormat(8000, 1));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void A_WAV_is_exact_whatever_the_block_size(int piece)
    {
        byte[] wav = Wavs.Counting(-3000, 6000, rate: 44_100, channels: 2);
        var tracks = new List<(long, TrackInfo)>();

        using PipeSource source =
            PipeSource.Open(new Dripping(wav, piece), raw: null, "Standard input", TestContext.Current.CancellationToken);

        Assert.Equal((new AudioFormat(44_100, 2), 16, false), (source.Format, source.BitDepth, source.IsLive));
        Assert.Equal(source.Format.DurationOf(6000), source.Duration);
        Assert.Equal(Enumerable.Range(-3000, 12_000), Wavs.Integers(source.ReadAll(tracks: tracks)));
        Assert.Equal([(0, new TrackInfo("Standard input"))], tracks);
    }

    [Fact]
    public void Bare_PCM_has_the_given_format_and_a_partial_last_frame_is_dropped()
    {
        byte[] bytes = [0, 0x80, 0xFF, 0x7F, 1];

        using PipeSource source = PipeSource.Open(new Dripping(bytes, 1), Mono16, "pipe", TestContext.Current.CancellationToken);

        Assert.Equal([-32768, 32767], Wavs.Integers(source.ReadAll()));
        Assert.Null(source.Duration);
    }

    [Fact]
    public void A_WAV_plays_to_its_declared_length_or_else_to_the_end()
    {
        byte[] wav = Wavs.Counting(0, 100);
        byte[] tail = [.. wav, .. "LIST\u0004\0\0\0INFO"u8];

        Assert.Equal(100, Frames(tail));

        wav.AsSpan(wav.Length - 204, 4).Fill(0xFF);
        Assert.Equal(100, Frames(wav));
        Assert.Equal(106, Frames([.. wav, .. tail[^12..]]));

        static int Frames(byte[] bytes)
        {
            using PipeSource source = PipeSource.Open(new Dripping(bytes, 50), raw: null, "pipe", TestContext.Current.CancellationToken);
            return source.ReadAll().Length;
        }
    }

    [Theory]
    [InlineData("flac")]
    [InlineData("ogg")]
    [InlineData("opus")]
    [InlineData("vorbis")]
    [InlineData("mp3")]
    public void The_format_is_detected_from_the_first_bytes(string kind)
    {
        var format = new AudioFormat(48_000, 2);
        float[] pcm = SoundFiles.Noise(60_000, 2);
        byte[] file = kind switch
        {
            "flac" => SoundFiles.Flac(format, pcm, "Song"),
            "ogg" => SoundFiles.OggFlac(format, pcm, "Song"),
            "opus" => SoundFiles.Opus(2, pcm, "Song"),
            "vorbis" => SoundFiles.Vorbis(format, pcm, "Song"),
            _ => SoundFiles.Mp3(format, pcm, "Song", static n => n),
        };
        var tracks = new List<(long, TrackInfo)>();

        using PipeSource source = PipeSource.Open(new Dripping(file, 700), raw: null, "pipe", TestContext.Current.CancellationToken);
        float[] played = source.ReadAll(tracks: tracks);

        Assert.Equal((format, kind is "flac" or "ogg" ? 16 : 0), (source.Format, source.BitDepth));
        Assert.Equal(pcm.Length, played.Length);
        Assert.Equal([(0, new TrackInfo("Song"))], tracks);
        if (source.BitDepth > 0)
        {
            Assert.Equal(pcm, played);
        }
    }

    [Theory]
    [InlineData(700)]
    [InlineData(100_000)]
    public void Opus_tags_after_the_format_count(int piece)
    {
        byte[] file = SoundFiles.Opus(2, SoundFiles.Noise(60_000, 2), "Song", vendor: new string('v', 5000));
        var tracks = new List<(long, TrackInfo)>();

        using PipeSource source = PipeSource.Open(new Dripping(file, piece), raw: null, "pipe", TestContext.Current.CancellationToken);
        source.ReadAll(tracks: tracks);

        Assert.Equal([(0, new TrackInfo("Song"))], tracks);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("RIFF\u0001\u0001\u0001\u0001WAVE", "ended before")]
    [InlineData("ID3 and so on", "ended before")]
    [InlineData("RIFF", "does not begin with a format")]
    [InlineData("Dear diary, today there was no sound at all.", "does not begin with a format")]
    [InlineData("#EXTM3U\nsong.mp3\n", "is a playlist")]
    public void Data_that_is_not_audio_is_refused_with_a_sentence(string text, string part)
    {
        var stream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text));

        string message =
            Assert.Throws<IOException>(
                () => PipeSource.Open(stream, raw: null, "Standard input", TestContext.Current.CancellationToken)).Message;

        Assert.StartsWith("Standard input", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_waits_during_a_pause_and_can_be_cancelled()
    {
        var pipe = new Pipe();
        using PipeSource source = PipeSource.Open(pipe.Reader.AsStream(), Mono16, "pipe", TestContext.Current.CancellationToken);
        var pcm = new float[10];

        Task<SourceRead> waiting =
            Task.Run(() => source.Read(pcm, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await pipe.Writer.WriteAsync(new byte[3], TestContext.Current.CancellationToken);
        Assert.Equal(1, (await waiting).Frames);

        using var cancel = new CancellationTokenSource();
        waiting = Task.Run(() => source.Read(pcm, cancel.Token), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        // The partial frame that had arrived was kept.
        await pipe.Writer.WriteAsync(new byte[] { 0x40 }, TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(1, source.Read(pcm, TestContext.Current.CancellationToken).Frames);
        Assert.Equal(0.5f, pcm[0]);
        Assert.Equal(SourceRead.End, source.Read(pcm, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_broken_pipe_gives_the_reason()
    {
        using PipeSource source = PipeSource.Open(
            new Dripping([0, 0], 2) { Failure = new IOException("Broken pipe.") }, Mono16, "pipe", TestContext.Current.CancellationToken);

        Assert.Equal("Broken pipe.", Assert.Throws<IOException>(() => source.ReadAll()).Message);
    }

    [Fact]
    public void A_writer_that_is_faster_than_the_station_waits()
    {
        var endless = new Dripping(new byte[1 << 22], 1 << 12);
        using PipeSource source = PipeSource.Open(endless, Mono16, "pipe", TestContext.Current.CancellationToken);

        source.Read(new float[100], TestContext.Current.CancellationToken);

        Assert.InRange(endless.Position, 1, 1 << 19);
    }

    /// <summary>A pipe that gives a few bytes at a time.</summary>
    private sealed class Dripping(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public Exception? Failure { get; init; }

        public override int Read(Span<byte> buffer)
        {
            int read = base.Read(buffer[..Math.Min(buffer.Length, piece)]);
            return read > 0 || Failure is null ? read : throw Failure;
        }
    }
}
