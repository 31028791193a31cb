using Linnet.Audio;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Tests.Audio;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Sources.Files;

/// <summary>Files of several parts are played to the end of the last; each part sounds the same as alone.</summary>
public sealed class EverythingInAFileTests : IDisposable
{
    private static readonly AudioFormat Stereo = new(44_100, 2);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flac")]
    [InlineData("ogg-flac")]
    [InlineData("wav")]
    public void Lossless_parts_are_the_sound_that_went_into_them(string kind)
    {
        float[][] parts = [SoundFiles.Noise(60_000, 2, 1), SoundFiles.Noise(44_101, 2, 2), SoundFiles.Noise(70_007, 2, 3)];

        Playing played = Play(kind, [.. parts.Select((pcm, i) => File(kind, Stereo, pcm, $"part {i}", (uint)i))]);

        Assert.Equal(parts.SelectMany(static pcm => pcm), played.Pcm);
        Assert.Equal(kind == "wav" ? [(0, kind)] : [(0, "part 0"), (60_000, "part 1"), (104_101, "part 2")], played.Tracks);
        Assert.Equal((Stereo, 16, Stereo.DurationOf(174_108)), (played.Format, played.BitDepth, played.Duration));
    }

    [Theory]
    [InlineData("mp3", 44_100, 2)]
    [InlineData("mp3", 22_050, 1)]
    [InlineData("opus", 48_000, 2)]
    [InlineData("vorbis", 44_100, 2)]
    public void Lossy_parts_have_exactly_their_frames(string kind, int rate, int channels)
    {
        var format = new AudioFormat(rate, channels);
        float[] one = SoundFiles.Sweep(rate, rate + 331, channels);
        float[] two = SoundFiles.Sweep(rate, (2 * rate) - 77, channels);
        byte[] first = File(kind, format, one, "one", 7);
        byte[] second = File(kind, format, two, "two", 8);

        Playing alone = Play(kind, first);
        Playing other = Play(kind, second);
        Playing both = Play(kind, first, second);

        Assert.Equal((one.Length, two.Length), (alone.Pcm.Length, other.Pcm.Length));
        Assert.True(Signals.Correlation(one, alone.Pcm) > 0.99);
        Assert.True(Signals.Correlation(two, other.Pcm) > 0.99);
        Assert.Equal([.. alone.Pcm, .. other.Pcm], both.Pcm);
        Assert.Equal([(0, "one"), (one.Length / channels, "two")], both.Tracks);
        Assert.InRange((both.Duration!.Value - format.DurationOf(both.Pcm.Length / channels)).TotalMilliseconds, -0.01, 0.01);
    }

    [Theory]
    [InlineData("right")]
    [InlineData("small")]
    [InlineData("large")]
    [InlineData("zero")]
    [InlineData("none")]
    [InlineData("no encoder")]
    public void The_declared_length_of_an_MP3_does_not_end_it(string said)
    {
        float[] sound = SoundFiles.Sweep(44_100, 100_000, 2);
        Func<int, int>? count = said switch
        {
            "right" => static n => n,
            "small" => static n => n / 3,
            "large" => static n => n * 5,
            "zero" => static _ => 0,
            _ => null,
        };

        byte[] mp3 = SoundFiles.Mp3(Stereo, sound, "x", count);
        if (said == "no encoder")
        {
            // Xing's own table, which does not declare the encoder's padding.
            mp3 = SoundFiles.Mp3(Stereo, sound, "x", static n => n);
            mp3.AsSpan(mp3.AsSpan().IndexOf("LAME3.100"u8), 24).Clear();
        }

        Playing played = Play("mp3", mp3);

        // Without a table the padding is unknown. If the table's count is wrong, the end may be sound, and is played.
        using var encoder = new Mp3Encoder(Stereo);
        int frames = played.Pcm.Length / 2;
        int start = said is "none" or "no encoder" ? encoder.Delay : 0;
        Assert.InRange(frames, start + 100_000, said is "right" or "zero" ? 100_000 : 100_000 + (3 * 1152));
        Assert.True(Signals.Correlation(sound, played.Pcm.AsSpan(start * 2, sound.Length)) > 0.99);
        Assert.InRange((played.Duration!.Value - Stereo.DurationOf(frames)).TotalMilliseconds, -0.01, 0.01);
    }

    [Theory]
    [InlineData("mp3", 32_000, 1)]
    [InlineData("mp3", 22_050, 2)]
    [InlineData("flac", 48_000, 1)]
    [InlineData("flac", 96_000, 6)]
    [InlineData("vorbis", 32_000, 1)]
    [InlineData("wav", 8_000, 1)]
    public void Parts_of_another_rate_or_other_channels_are_converted_to_the_first(string kind, int rate, int channels)
    {
        var other = new AudioFormat(rate, channels);
        float[] sound = SoundFiles.Sweep(rate, rate, channels);

        var third = new AudioFormat(24_000, 2);
        float[] last = SoundFiles.Sweep(24_000, 24_000, 2);

        Playing played = Play(
            kind, File(kind, Stereo, SoundFiles.Sweep(44_100, 44_100, 2), "one", 1), File(kind, other, sound, "two", 2),
            File(kind, third, last, "three", 3));

        Assert.Equal(Stereo, played.Format);
        Assert.InRange(played.Pcm.Length / 2, (3 * 44_100) - 2, (3 * 44_100) + 2);
        Assert.Equal(kind == "wav" ? ["wav"] : ["one", "two", "three"], played.Tracks.Select(static t => t.Title));
        float[] again = SoundFiles.Sweep(44_100, 40_000, 2);
        Assert.True(Signals.Correlation(again, played.Pcm.AsSpan(88_200, again.Length)) > 0.98);
        Assert.True(Signals.Correlation(again, played.Pcm.AsSpan(2 * 88_200, again.Length)) > 0.98);
        Assert.InRange((played.Duration!.Value - TimeSpan.FromSeconds(3)).TotalMilliseconds, -1, 1);
    }

    [Fact]
    public void A_repeating_file_of_several_tracks_announces_each_one_in_each_round()
    {
        byte[] flac = [.. SoundFiles.Flac(Stereo, SoundFiles.Noise(50_000, 2), "one"),
            .. SoundFiles.Flac(Stereo, SoundFiles.Noise(40_000, 2), "two")];
        using IAudioSource source = AudioSources.OpenPath(
            _folder.Write("x.flac", flac), new SourceOptions(), NullLogger.Instance, TestContext.Current.CancellationToken);
        var tracks = new List<(long, TrackInfo Track)>();

        source.ReadAll(maxFrames: 180_000, tracks: tracks);

        Assert.Equal(
            [(0, "one"), (50_000, "two"), (90_000, "one"), (140_000, "two")], tracks.Select(static t => ((int)t.Item1, t.Track.Title)));
    }

    [Fact]
    public void Codecs_may_change_within_an_Ogg_chain()
    {
        var format = new AudioFormat(48_000, 2);
        float[] sound = SoundFiles.Sweep(48_000, 48_000, 2);

        Playing played = Play(
            "ogg", SoundFiles.Opus(2, sound, "o", 1), SoundFiles.Vorbis(format, sound, "v", 2), SoundFiles.OggFlac(format, sound, "f", 3));

        Assert.Equal(3 * sound.Length, played.Pcm.Length);
        Assert.Equal([(0, "o"), (48_000, "v"), (96_000, "f")], played.Tracks);
        Assert.Equal(TimeSpan.FromSeconds(3), played.Duration);
    }

    [Fact]
    public void An_Ogg_stream_ends_at_the_position_of_its_last_page()
    {
        long none = Linnet.Wire.Ogg.OggPage.NoGranule;

        // Packets of 960 frames, 312 of which are skipped: on one page; on several; and recorded in the middle, where the count continues.
        var one = new OggTrim { Skip = 312 };
        Assert.Equal([312..960, 0..340], [one.Take(960, none, false), one.Take(960, 1300, true)]);
        var several = new OggTrim { Skip = 312 };
        Assert.Equal(
            [312..960, 0..960, 0..5], [several.Take(960, none, false), several.Take(960, 1920, false), several.Take(960, 1925, true)]);
        var middle = new OggTrim { Skip = 312 };
        Assert.Equal(
            [312..960, 0..960, 0..5], [middle.Take(960, none, false), middle.Take(960, 901_920, false), middle.Take(960, 901_925, true)]);
    }

    [Fact]
    public void A_part_without_a_title_keeps_the_previous_one()
    {
        float[] pcm = SoundFiles.Noise(50_000, 2);

        Playing played =
            Play("flac", SoundFiles.Flac(Stereo, pcm, "one"), SoundFiles.Flac(Stereo, pcm, null), SoundFiles.Flac(Stereo, pcm, "three"));

        Assert.Equal([(0, "one"), (100_000, "three")], played.Tracks);
    }

    [Fact]
    public void Fast_changing_titles_are_announced_once_per_second()
    {
        float[] pcm = SoundFiles.Noise(4_410, 2);

        Playing played = Play("flac", [.. Enumerable.Range(0, 30).Select(i => SoundFiles.Flac(Stereo, pcm, $"t{i}"))]);

        Assert.Equal(
            [.. Enumerable.Range(0, 10).Select(static i => (i * 4_410, $"t{i}")), (44_100, "t10"), (88_200, "t20")], played.Tracks);
        Assert.Equal(30 * pcm.Length, played.Pcm.Length);
    }

    [Fact]
    public void Data_between_the_parts_is_skipped()
    {
        float[] pcm = SoundFiles.Sweep(44_100, 50_000, 2);
        byte[] mp3 = SoundFiles.Mp3(Stereo, pcm, null, static n => n);
        byte[] old = [.. "TAG"u8, .. new byte[125]];
        byte[] picture = Wire.Tags.TagBytes.Id3(
            3, 0, Wire.Tags.TagBytes.Frame(3, "APIC", new byte[3 << 20]), Wire.Tags.TagBytes.Frame(3, "TIT2", [0, .. "behind"u8]));

        Playing played = Play("mp3", picture, mp3, old, picture, mp3, old);

        Assert.Equal(2 * pcm.Length, played.Pcm.Length);
        Assert.Equal([(0, "behind")], played.Tracks);
    }

    [Fact]
    public void A_file_that_is_truncated_while_playing_ends_there_and_a_growing_one_continues()
    {
        float[] pcm = SoundFiles.Noise(200_000, 2);
        byte[] flac = SoundFiles.Flac(Stereo, pcm, "x");
        string path = _folder.Write("song.flac", flac);
        using (FileSource source = FileSource.Open(path))
        {
            float[] start = source.ReadAll(maxFrames: 1000);
            System.IO.File.WriteAllBytes(path, flac.AsSpan(0, flac.Length / 2));
            float[] rest = source.ReadAll();
            Assert.InRange(start.Length + rest.Length, pcm.Length / 3, pcm.Length * 2 / 3);
            Assert.Equal(pcm[..(start.Length + rest.Length)], start.Concat(rest));
        }

        using (FileSource source = FileSource.Open(path))
        {
            float[] start = source.ReadAll(maxFrames: 1000);
            System.IO.File.WriteAllBytes(path, flac);
            Assert.Equal(pcm, start.Concat(source.ReadAll()));
        }
    }

    [Fact]
    public void Very_many_empty_parts_take_bounded_work()
    {
        byte[] table = SoundFiles.Table([0xFF, 0xFB, 0x90, 0x04, .. new byte[413]], 3, 100, 100);
        byte[] sound = SoundFiles.Mp3(Stereo, SoundFiles.Sweep(44_100, 44_100, 2), null, static n => n);
        byte[] links = [.. Enumerable.Range(0, 20_000).SelectMany(_ => table)];

        Assert.InRange(Play("mp3", sound, links, sound).Pcm.Length, 2 * 88_200, 2 * 88_200 + 12_000);
    }

    private static byte[] File(string kind, AudioFormat format, float[] pcm, string title, uint serial) => kind switch
    {
        "flac" => SoundFiles.Flac(format, pcm, title),
        "ogg-flac" => SoundFiles.OggFlac(format, pcm, title, serial),
        "vorbis" => SoundFiles.Vorbis(format, pcm, title, serial),
        "opus" => SoundFiles.Opus(format.Channels, pcm, title, serial),
        "mp3" => SoundFiles.Mp3(format, pcm, title, static n => n),
        _ => Wavs.Of(SampleEncoding.S16LE, format.SampleRate, format.Channels, [.. pcm.Select(static sample => (int)(sample * 32768))]),
    };

    private Playing Play(string kind, params byte[][] parts)
    {
        string path = _folder.Write(kind, [.. parts.SelectMany(static part => part)]);
        using FileSource source = FileSource.Open(path);
        var tracks = new List<(long, TrackInfo Track)>();
        float[] pcm = source.ReadAll(tracks: tracks);
        return new Playing(
            pcm, [.. tracks.Select(static t => ((int)t.Item1, t.Track.Title))], source.Format, source.BitDepth, source.Duration);
    }

    private sealed record Playing(float[] Pcm, (int Position, string Title)[] Tracks, AudioFormat Format, int BitDepth, TimeSpan? Duration);
}
