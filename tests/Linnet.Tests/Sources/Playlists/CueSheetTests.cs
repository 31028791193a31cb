using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Playlists;

namespace Linnet.Tests.Sources.Playlists;

/// <summary>Playing cue sheets, and files whose names are not UTF-8.</summary>
public sealed class CueSheetTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tracks_follow_each_other_to_the_frame()
    {
        // At 8000 Hz, 1/75 s is 106.67 frames, so positions are rounded; the end of a track equals the beginning of the next.
        _folder.Write("album.wav", Wavs.Counting(0, 20_000));
        string path = _folder.Write(
            "album.cue",
            "PERFORMER \"The Band\"\nFILE \"album.wav\" WAVE\nTRACK 01 AUDIO\nTITLE \"One\"\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE "
                + "\"Two\"\nINDEX 00 00:00:70\nINDEX 01 00:01:01\n"
            + "TRACK 03 AUDIO\nTITLE \"Three\"\nPERFORMER \"A Guest\"\nINDEX 01 00:01:02\n");
        var tracks = new List<(long Position, TrackInfo Track)>();

        using IAudioSource source = Open(path);
        float[] pcm = source.ReadAll(tracks: tracks);

        Assert.Equal(Enumerable.Range(0, 20_000), Wavs.Integers(pcm));
        Assert.Equal([(0, new("One", "The Band")), (8107, new("Two", "The Band")), (8213, new TrackInfo("Three", "A Guest"))], tracks);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(44_100, 588, 1764)]
    [InlineData(48_000, 640, 1920)]
    [InlineData(32_000, 427, 1280)]
    [InlineData(22_050, 294, 882)]
    public void A_single_track_is_exactly_its_own_sound(int rate, int begin, int end)
    {
        using var track =
            new PartSource(new RampSource(new AudioFormat(rate, 2), 5000), new SoundPart(1, 3), new TrackInfo("Song"), "album");
        var tracks = new List<(long, TrackInfo)>();

        float[] pcm = track.ReadAll(tracks: tracks);

        Assert.Equal(end - begin, pcm.Length / 2);
        Assert.Equal(RampSource.SampleAt(begin, 0) / 32768f, pcm[0]);
        Assert.Equal(RampSource.SampleAt(end - 1, 1) / 32768f, pcm[^1]);
        Assert.Equal((0, new TrackInfo("Song")), Assert.Single(tracks));
        Assert.Equal(track.Format.DurationOf(end - begin), track.Duration);
    }

    [Fact]
    public void Titles_in_the_file_do_not_replace_those_of_the_tracks_but_its_loudness_counts()
    {
        var loudness = new ReplayGain();
        var all = new RampSource(new AudioFormat(7500, 1), 5000)
        {
            Tracks = { [0] = new TrackInfo("Album") { Loudness = loudness }, [150] = new TrackInfo("Part 2"),
                [450] = new TrackInfo("Part 3") },
        };
        using var track = new PartSource(all, new SoundPart(2, null), new TrackInfo("Song"), "album");
        var tracks = new List<(long, TrackInfo)>();

        track.ReadAll(tracks: tracks);

        Assert.Equal((0, new TrackInfo("Song") { Loudness = loudness }), Assert.Single(tracks));
        track.Dispose();
        Assert.True(all.IsDisposed);
    }

    [Fact]
    public void A_track_after_the_end_is_skipped_and_the_others_play()
    {
        _folder.Write("album.wav", Wavs.Counting(0, 8000));
        string path =
            _folder.Write("a.cue", "FILE album.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 159:07:00\n");

        using IAudioSource source = Open(path);

        Assert.Equal(8000, source.ReadAll().Length);
        Assert.Contains("album.wav ends before its track at 159:07 begins.", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Shuffled_tracks_each_play_once_per_round_and_are_announced()
    {
        _folder.Write("album.wav", Wavs.Counting(0, 8000));
        string path =
            _folder.Write(
                "a.cue", "FILE album.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:30\nTRACK 03 "
                    + "AUDIO\nINDEX 01 00:00:60\n");
        var tracks = new List<(long, TrackInfo Track)>();

        using IAudioSource source =
            AudioSources.OpenPath(path, new SourceOptions { Shuffle = new Random(1) }, _log, TestContext.Current.CancellationToken);
        int[] heard = Wavs.Integers(source.ReadAll(maxFrames: 80_000, tracks: tracks));

        Assert.All(heard.Chunk(8000), static round => Assert.Equal(Enumerable.Range(0, 8000), round.Order()));
        Assert.Equal(30, tracks.Count);
        Assert.All(tracks.Chunk(3),
            static round => Assert.Equal(["Track 1", "Track 2", "Track 3"], round.Select(static t => t.Track.Title).Order()));
    }

    [Fact]
    public void A_reopened_list_continues_after_the_last_track_played()
    {
        PlaylistEntry[] tracks =
            [.. Enumerable.Range(0, 3).Select(static i => new PlaylistEntry("album") { Part = new SoundPart(i, i + 1) })];
        var order = new PlayOrder("list", () => tracks, loop: true, shuffle: null, _log);
        order.TryNext(out _);
        order.TryNext(out _);
        order.Heard();
        tracks = [.. tracks.Prepend(new PlaylistEntry("new"))];

        order.Resume();

        Assert.True(order.TryNext(out PlaylistEntry next));
        Assert.Equal(2, next.Part?.Begin);
    }

    [Fact]
    public void Files_whose_names_are_not_UTF_8_play_under_their_names()
    {
        if (!RawNames.AreThere)
        {
            return;
        }

        using var raw = new RawNames();
        _folder.Write("songs/1.wav", Wavs.Counting(0, 1000));
        raw.Rename(_folder.Write("songs/2.wav", Wavs.Counting(1000, 1000)), _folder["songs/2 Caf\uDCE9.wav"]);
        raw.Rename(_folder.Write("songs/3.wav", "nothing"), _folder["songs/3 \uDCFF.wav"]);
        raw.Rename(_folder.Write("songs/4.wav", ""), _folder["songs/4 \uDCFF.wav"]);
        raw.Rename(_folder["songs"], _folder["s\uDCF6ngs"]);
        var tracks = new List<(long, TrackInfo Track)>();

        using IAudioSource source = Open(_folder["s\uFFFDngs"]);
        Assert.Equal(Enumerable.Range(0, 2000), Wavs.Integers(source.ReadAll(tracks: tracks)));
        using IAudioSource single = Open(_folder["s\uDCF6ngs/2 Caf\uDCE9.wav"]);

        Assert.Equal(["1", "2 Café"], tracks.Select(static t => t.Track.Title));
        Assert.Equal(1000, single.ReadAll().Length);
        Assert.Equal(2, _log.Lines.Count);
        Assert.Contains($"{_folder["söngs/3 ÿ.wav"]} ", _log.Lines[0], StringComparison.Ordinal);
        Assert.All(_log.Lines, static line => Assert.DoesNotContain("/proc/", line, StringComparison.Ordinal));
        Assert.Equal($"{_folder["söngs/x ÿ.wav"]} does not exist.",
            Assert.Throws<IOException>(() => Open(_folder["s\uDCF6ngs/x \uDCFF.wav"])).Message);
    }

    private IAudioSource Open(string path) =>
        AudioSources.OpenPath(path, new SourceOptions { Loop = false }, _log, TestContext.Current.CancellationToken);
}
