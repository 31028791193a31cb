using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Sources.Ingest;

public sealed class FallbackSourceTests : IDisposable
{
    private static readonly AudioFormat Format = new(8000, 2);
    private static readonly StreamFormat Mp3 = new(Format, 0, StreamCodec.Mp3, 128_000, []);

    private readonly IngestBuffer _buffer = new("live", new IngestOptions(), Format);
    private readonly FallbackSource _source;

    public FallbackSourceTests() => _source = new FallbackSource(_buffer, new Level(0.25f), 16, NullLogger.Instance);

    [Fact]
    public void Both_switches_are_equal_power_cross_fades_without_a_gap()
    {
        IngestWriter writer = Begin();
        Write(writer, 0.5f, seconds: 2);
        List<float> heard = Read(seconds: 1);
        Write(writer, 0.5f, seconds: 1);
        writer.Dispose();
        heard.AddRange(Read(seconds: 3));
        Assert.Equal(heard.Where((_, i) => i % 2 == 0), heard.Where((_, i) => i % 2 == 1));
        heard = [.. heard.Where((_, i) => i % 2 == 0)];

        int fade = 4000;
        int primary = 3 * 8000;
        Assert.All(Enumerable.Range(0, fade), i => Assert.Equal(Mixed(i), heard[i], 1e-5f));
        Assert.All(heard[fade..(primary - fade)], sample => Assert.Equal(0.5f, sample));
        Assert.All(Enumerable.Range(0, fade), i => Assert.Equal(Mixed(fade - 1 - i), heard[primary - fade + i], 1e-5f));
        Assert.All(heard[primary..], sample => Assert.Equal(0.25f, sample));

        static float Mixed(int i)
        {
            (float rising, float falling) = MathF.SinCos((i + 0.5f) / 4000 * (MathF.PI / 2));
            return (0.5f * rising) + (0.25f * falling);
        }
    }

    [Fact]
    public void A_failed_fallback_is_silent_for_a_while_and_then_plays_again()
    {
        var log = new RecordingLogger();
        int tries = 0;
        var fallback =
            new RampSource(Format) { OnRead = _ => _ = ++tries is > 1 and < 4 ? throw new InvalidOperationException("away.") : 0 };
        using var source = new FallbackSource(_buffer, fallback, 16, log);
        float[] pcm = new float[160];
        source.Read(pcm, CancellationToken.None);
        source.Read(pcm, CancellationToken.None);
        Assert.All(pcm, static sample => Assert.Equal(0, sample));
        Assert.Equal("away.", source.Outage);

        for (int block = 0; block < 200; block++)
        {
            source.Read(pcm, CancellationToken.None);
        }

        Assert.Contains(pcm, static sample => sample != 0);
        Assert.Null(source.Outage);

        Assert.Equal("710 Station live: its fallback failed; playing silence. away.", Assert.Single(log.Lines));
        Assert.InRange(tries, 5, 200);
    }

    [Theory]
    [InlineData(true, "the fallback")]
    [InlineData(false, "silence")]
    public void The_log_says_what_plays_after_the_sender_has_left(bool hasFallback, string heard)
    {
        var log = new RecordingLogger();
        using var source = new FallbackSource(_buffer, hasFallback ? new Level(0.25f) : null, 16, log);
        using (IngestWriter writer = Begin())
        {
            Write(writer, 0.5f, seconds: 2);
        }

        float[] pcm = new float[1600];
        for (int i = 0; i < 50; i++)
        {
            source.Read(pcm, CancellationToken.None);
        }

        Assert.Equal($"709 Station live: the sender of its audio has disconnected; playing {heard}", log.Lines[^1]);
    }

    [Fact]
    public void Titles_are_at_their_frames_and_follow_what_plays()
    {
        using IngestWriter writer = Begin();
        writer.OnTrack(new TrackInfo("First"));
        Write(writer, 0.5f, seconds: 2.0 + (7 / 8000.0));
        writer.OnTrack(new TrackInfo("Second"));
        Write(writer, 0.5f, seconds: 1);

        List<(int At, string Title)> titles = [];
        Read(seconds: 4, titles: titles);

        Assert.Equal([(0, "Fallback"), (2000, "First"), (16_007, "Second"), (24_007 - 2000, "Fallback")], titles);
    }

    [Fact]
    public void Silence_after_a_sender_has_the_name_of_the_station_as_title()
    {
        using var source = new FallbackSource(_buffer, null, 16, NullLogger.Instance);
        using (IngestWriter writer = Begin())
        {
            writer.OnTrack(new TrackInfo("First"));
            Write(writer, 0.5f, seconds: 2);
        }

        List<(int At, string Title)> titles = [];
        Read(seconds: 4, titles: titles, source: source);

        // At the middle of each cross-fade.
        Assert.Equal([(2000, "First"), (14_000, "live")], titles);
    }

    [Fact]
    public void A_senders_title_ends_with_its_sound()
    {
        List<(int At, string Title)> titles = [];
        using (IngestWriter alice = Begin())
        {
            alice.OnTrack(new TrackInfo("Alice"));
            Write(alice, 0.5f, seconds: 2);
        }

        Read(seconds: 4, titles: titles);
        using (IngestWriter bob = Begin())
        {
            Write(bob, 0.5f, seconds: 3);
            bob.OnTrack(new TrackInfo("Bob's second"));
            Write(bob, 0.5f, seconds: 1);
        }

        Read(seconds: 5, titles: titles);

        Assert.Equal(["Fallback", "Alice", "Fallback", "live", "Bob's second", "Fallback"], titles.Select(static t => t.Title));
    }

    [Theory]
    [InlineData(0.0, "live")]
    [InlineData(0.5, "Second")]
    [InlineData(2.0, "live,Second")]
    public void A_sender_that_takes_over_begins_with_the_name_of_the_station_unless_its_title_comes_at_once(
        double untilTitle, string titles)
    {
        IngestWriter first = Begin();
        first.OnTrack(new TrackInfo("First"));
        Write(first, 0.5f, seconds: 2);
        Assert.True(_buffer.TryBegin("second", takesOver: true, out IngestWriter? second));
        second.OnFormat(Mp3);
        Write(second, 0.5f, untilTitle > 0 ? untilTitle : 3);
        if (untilTitle > 0)
        {
            second.OnTrack(new TrackInfo("Second"));
            Write(second, 0.5f, seconds: 3 - untilTitle);
        }

        List<(int At, string Title)> heard = [];
        Read(seconds: 5 - 0.6, titles: heard);

        Assert.Equal(["Fallback", "First", .. titles.Split(',')], heard.Select(static t => t.Title));
        Assert.Equal(16_000, heard[2].At);
        second.Dispose();
    }

    [Fact]
    public void Titles_that_are_not_heard_yet_keep_their_order_when_another_sender_takes_over()
    {
        IngestWriter first = Begin();
        Write(first, 0.5f, seconds: 1.5);
        first.OnTrack(new TrackInfo("First"));
        Write(first, 0.5f, seconds: 0.5);
        Assert.True(_buffer.TryBegin("second", takesOver: true, out IngestWriter? second));
        second.OnFormat(Mp3);
        Write(second, 0.5f, seconds: 3);

        List<(int At, string Title)> heard = [];
        Read(seconds: 4, titles: heard);

        Assert.Equal([(0, "Fallback"), (2000, "live"), (12_000, "First"), (16_000, "live")], heard);
        second.Dispose();
    }

    [Fact]
    public void A_title_for_which_no_sound_came_belongs_to_no_other_sender()
    {
        IngestWriter first = Begin();
        Write(first, 0.5f, seconds: 2);
        first.OnTrack(new TrackInfo("First"));
        Assert.True(_buffer.TryBegin("second", takesOver: true, out IngestWriter? second));
        second.OnFormat(Mp3);
        Write(second, 0.5f, seconds: 3);

        List<(int At, string Title)> heard = [];
        Read(seconds: 4, titles: heard);

        Assert.Equal(["Fallback", "live"], heard.Select(static t => t.Title));
        second.Dispose();
    }

    [Fact]
    public void A_sender_that_was_too_slow_has_its_title_again()
    {
        using IngestWriter writer = Begin();
        writer.OnTrack(new TrackInfo("First"));
        Write(writer, 0.5f, seconds: 2);
        List<(int At, string Title)> heard = [];
        Read(seconds: 3, titles: heard);
        Write(writer, 0.5f, seconds: 3);
        Read(seconds: 2, titles: heard);

        Assert.Equal(["Fallback", "First", "Fallback", "First"], heard.Select(static t => t.Title));
    }

    [Fact]
    public void Packets_come_with_their_sound_and_none_in_a_fade()
    {
        using IngestWriter writer = Begin();
        for (int i = 0; i < 200; i++)
        {
            writer.OnPacket([(byte)i], new float[160]);
        }

        List<(long Position, byte Packet)> packets = [];
        Read(seconds: 2, packets: packets);

        Assert.Equal(Enumerable.Range(50, 150 - 50).Select(i => (80L * i, (byte)i)), packets);
    }

    [Fact]
    public void Nothing_is_dropped_or_changed_while_the_sender_plays()
    {
        using IngestWriter writer = Begin();
        var random = new Random(1);
        float[] sent = [.. Enumerable.Range(0, 16_000 * 8).Select(_ => random.NextSingle())];
        var heard = new List<float>();
        int at = 0;
        while (at < sent.Length)
        {
            int samples = Math.Min(sent.Length - at, 2 * random.Next(1, 3000));
            writer.OnPacket([], sent.AsSpan(at, samples));
            at += samples;
            if (at > 16_000 * 2)
            {
                heard.AddRange(Read(frames: samples / 2));
            }
        }

        Assert.Equal(sent[8000..heard.Count], heard[8000..]);
    }

    [Fact]
    public void A_pusher_with_another_format_is_converted()
    {
        using IngestWriter writer = Begin(new AudioFormat(16_000, 1));
        for (int i = 0; i < 300; i++)
        {
            writer.OnPacket([1], [.. Enumerable.Range(i * 160, 160).Select(n => 0.5f * MathF.Sin(2 * MathF.PI * 440 * n / 16_000))]);
        }

        List<float> heard = Read(seconds: 2);

        Assert.Equal(Format, writer.ConvertedTo);
        for (int n = 6000; n < 10_000; n++)
        {
            Assert.Equal(0.5f * MathF.Sin(2 * MathF.PI * 440 * n / 8000), heard[2 * n], 1e-3f);
            Assert.Equal(heard[2 * n], heard[(2 * n) + 1]);
        }
    }

    [Fact]
    public void Without_a_fallback_there_is_silence()
    {
        using var source = new FallbackSource(_buffer, null, 0, NullLogger.Instance);
        float[] pcm = [1, 1, 1, 1];

        Assert.Equal(2, source.Read(pcm, TestContext.Current.CancellationToken).Frames);
        Assert.Equal([0, 0, 0, 0], pcm);
    }

    [Fact]
    public void Only_one_writer_at_a_time_and_a_replaced_one_is_ignored()
    {
        using IngestWriter first = Begin();
        Assert.False(_buffer.TryBegin("second", takesOver: false, out _));
        Assert.True(_buffer.TryBegin("third", takesOver: true, out IngestWriter? third));

        first.OnPacket([], new float[100]);
        first.Dispose();

        Assert.Equal((0, true), (_buffer.GetState().Frames, third.IsCurrent));
    }

    [Fact]
    public void The_sound_from_a_few_bytes_is_bounded()
    {
        using IngestWriter writer = Begin();
        for (int i = 0; i <= IngestBuffer.MaxSamples / 16_000; i++)
        {
            writer.OnPacket([], new float[16_000]);
        }

        Assert.True(writer.HasOverflowed);
        Assert.InRange(_buffer.GetState().Frames, 1, IngestBuffer.MaxSamples / 2);
    }

    public void Dispose() => _source.Dispose();

    private IngestWriter Begin(AudioFormat? format = null)
    {
        Assert.True(_buffer.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(Mp3 with { Pcm = format ?? Format });
        return writer;
    }

    private static void Write(IngestWriter writer, float level, double seconds)
    {
        float[] pcm = new float[2 * (int)Math.Round(seconds * 8000)];
        Array.Fill(pcm, level);
        writer.OnPacket([], pcm);
    }

    private List<float> Read(
        double seconds = 0, int frames = 0, List<(int At, string Title)>? titles = null, List<(long Position, byte Packet)>? packets = null,
        FallbackSource? source = null)
    {
        var heard = new List<float>();
        float[] block = new float[2 * 80];
        int left = frames + (int)(seconds * 8000);
        while (left > 0)
        {
            SourceRead read =
                (source ?? _source).Read(block.AsSpan(0, Math.Min(block.Length, 2 * left)), TestContext.Current.CancellationToken);
            Assert.InRange(read.Frames, 1, 80);
            if (read.Track is { } track)
            {
                titles?.Add((heard.Count / 2, track.Title));
            }

            packets?.AddRange((read.Packets ?? []).Select(p => ((heard.Count / 2L) + p.Offset, p.Bytes.Span[0])));
            heard.AddRange(block.AsSpan(0, 2 * read.Frames));
            left -= read.Frames;
        }

        return heard;
    }

    /// <summary>A constant sample value.</summary>
    private sealed class Level(float level) : IAudioSource
    {
        private TrackInfo? _track = new("Fallback");

        public AudioFormat Format => FallbackSourceTests.Format;

        public int BitDepth => 16;

        public bool IsLive => false;

        public TimeSpan? Duration => null;

        public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
        {
            pcm.Fill(level);
            TrackInfo? track = _track;
            _track = null;
            return new SourceRead(pcm.Length / 2, track);
        }

        public void Dispose()
        {
        }
    }
}
