using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Playlists;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;

namespace Linnet.Tests.Sources.Playlists;

public sealed class PlaylistSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_follow_each_other_without_a_gap_or_a_repeat()
    {
        _folder.Write("1.wav", Wavs.Counting(0, 4001));
        _folder.Write("2.wav", Wavs.Counting(4001, 1));
        _folder.Write("10.wav", Wavs.Counting(4002, 7000));
        var tracks = new List<(long Position, TrackInfo Track)>();

        using IAudioSource source = Open(loop: false);
        float[] pcm = source.ReadAll(tracks: tracks);

        Assert.Equal(Enumerable.Range(0, 11_002), Wavs.Integers(pcm));
        Assert.Equal([(0, "1"), (4001, "2"), (4002, "10")], tracks.Select(t => (t.Position, t.Track.Title)));
        Assert.Equal((new AudioFormat(8000, 1), 16), (source.Format, source.BitDepth));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Rounds_follow_each_other_without_a_gap()
    {
        string path = _folder.Write("song.wav", Wavs.Counting(0, 1000));
        var tracks = new List<(long Position, TrackInfo)>();

        using IAudioSource source = OpenFile(path, loop: true);
        float[] pcm = source.ReadAll(maxFrames: 3500, tracks: tracks);

        Assert.Equal(Enumerable.Range(0, 3500).Select(i => i % 1000), Wavs.Integers(pcm));
        Assert.Equal(0, Assert.Single(tracks).Position);
        Assert.Null(source.Duration);
    }

    [Fact]
    public void A_conversion_is_logged_once_and_not_in_every_round()
    {
        _folder.Write("1.wav", Wavs.Counting(0, 1000));
        _folder.Write("2.wav", Wavs.Counting(0, 1000, rate: 16_000));

        using IAudioSource source = Open(loop: true);
        source.ReadAll(maxFrames: 6000);

        Assert.EndsWith(
            $"converting {_folder["2.wav"]} from 16000 Hz, 1 ch to 8000 Hz, 1 ch", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_conversion_is_logged_for_each_file_that_needs_it()
    {
        _folder.Write("1.wav", Wavs.Counting(0, 1000));
        _folder.Write("2.wav", Wavs.Counting(0, 1000, rate: 16_000));
        _folder.Write("3.wav", Wavs.Counting(0, 1000, rate: 16_000));

        using IAudioSource source = Open(loop: true);
        source.ReadAll(maxFrames: 6000);

        Assert.Equal(["2.wav", "3.wav"], _log.Lines.Select(static line => Path.GetFileName(line.Split(" from ")[0])));
    }

    [Fact]
    public void A_problem_that_returns_is_logged_again()
    {
        int opened = 0;
        using PlaylistSource source = PlaylistSource.Open(
            "list",
            () => [new PlaylistEntry("a"), new PlaylistEntry("b")],
            (entry, _) =>
                entry.Path == "a" || ++opened == 3 ? new RampSource(new AudioFormat(8000, 1), 2000) : throw new IOException("b is away."),
            loop: true,
            shuffle: null,
            _log,
            TestContext.Current.CancellationToken);

        // Away in two rounds, there in the third, and away again.
        source.ReadAll(maxFrames: 14_000);

        Assert.Equal(2, _log.Lines.Count(static line => line.Contains("b is away.", StringComparison.Ordinal)));
        Assert.InRange(opened, 5, 20);
    }

    [Fact]
    public void A_single_file_played_once_has_a_duration()
    {
        string path = _folder.Write("song.wav", Wavs.Counting(0, 8000));

        using IAudioSource source = OpenFile(path, loop: false);

        Assert.Equal(TimeSpan.FromSeconds(1), source.Duration);
        Assert.Equal(8000, source.ReadAll().Length);
    }

    [Fact]
    public void Damaged_and_missing_files_are_skipped_with_one_line_each()
    {
        _folder.Write("1.wav", Wavs.Counting(0, 4000));
        _folder.Write("2 broken.wav", "RIFFxxxxWAVE but no more");
        _folder.Write("3 empty.wav", Wavs.Counting(0, 0));
        string vanishing = _folder.Write("4 vanishing.wav", Wavs.Counting(0, 100));
        _folder.Write("5.wav", Wavs.Counting(4000, 4000));

        // The first file is opened now, and the list is read; this file disappears before its turn.
        using IAudioSource source = Open(loop: false);
        File.Delete(vanishing);
        float[] pcm = source.ReadAll();

        Assert.Equal(Enumerable.Range(0, 8000), Wavs.Integers(pcm));
        Assert.Equal(3, _log.Lines.Count);
        Assert.All(_log.Lines, line => Assert.StartsWith("700 ", line, StringComparison.Ordinal));
        Assert.Contains("2 broken.wav", _log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("has no audio", _log.Lines[1], StringComparison.Ordinal);
        Assert.Contains("4 vanishing.wav does not exist", _log.Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_stays_damaged_is_logged_once()
    {
        using PlaylistSource source = PlaylistSource.Open(
            "list",
            () => [new PlaylistEntry("1.wav"), new PlaylistEntry("2 broken.wav"), new PlaylistEntry("3.wav")],
            (entry, _) => entry.Path == "2 broken.wav"
                ? throw new IOException("2 broken.wav is damaged.") : new RampSource(new AudioFormat(8000, 1), 1000),
            loop: true,
            shuffle: null,
            _log,
            TestContext.Current.CancellationToken);
        source.ReadAll(maxFrames: 9000);

        Assert.Contains("2 broken.wav", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_track_that_fails_in_every_round_is_logged_once()
    {
        using PlaylistSource source = PlaylistSource.Open(
            "list",
            () => [new PlaylistEntry("a"), new PlaylistEntry("b")],
            (entry, _) => new RampSource(new AudioFormat(8000, 1), 2000)
            {
                OnRead = position =>
                {
                    if (entry.Path == "a" && position >= 1000)
                    {
                        throw new IOException("a is damaged.");
                    }
                },
            },
            loop: true,
            shuffle: null,
            _log,
            TestContext.Current.CancellationToken);

        source.ReadAll(maxFrames: 12_000);

        Assert.Contains("a is damaged.", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_track_fails_the_next_one_plays()
    {
        using PlaylistSource source = PlaylistSource.Open(
            "list",
            () => [new PlaylistEntry("a"), new PlaylistEntry("b")],
            (entry, _) => new RampSource(new AudioFormat(8000, 1), 2000)
            {
                OnRead = position =>
                {
                    if (entry.Path == "a" && position >= 1000)
                    {
                        throw new IOException("a is damaged.");
                    }
                },
            },
            loop: false,
            shuffle: null,
            _log,
            TestContext.Current.CancellationToken);

        Assert.InRange(source.ReadAll().Length, 3000, 3999);
        Assert.Contains("a is damaged.", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_to_play_is_an_error_not_a_loop(bool loop)
    {
        _folder.Write("1.wav", "no sound");
        _folder.Write("2.wav", "no sound either");

        string message = Assert.Throws<IOException>(() => Open(loop)).Message;

        Assert.StartsWith("None of the 2 files of", message, StringComparison.Ordinal);
        Assert.Contains("2.wav", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_single_file_gives_its_own_error()
    {
        string path = _folder["gone.wav"];

        Assert.Equal($"{path} does not exist.", Assert.Throws<IOException>(() => OpenFile(path, loop: true)).Message);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_station_whose_last_file_disappears_plays_silence_and_says_why()
    {
        string path = _folder.Write("song.wav", Wavs.Counting(1, 1000));
        using IAudioSource source = OpenFile(path, loop: true);
        File.Delete(path);

        Assert.Equal(1000, source.ReadAll(maxFrames: 10_000).Count(static sample => sample != 0));
        Assert.Contains("does not exist", source.Outage, StringComparison.Ordinal);
    }

    [Fact]
    public void Almost_no_sound_is_not_repeated_forever()
    {
        string path = _folder.Write("tick.wav", Wavs.Counting(1, 5));
        using IAudioSource source = OpenFile(path, loop: true);

        Assert.Equal(5, source.ReadAll(maxFrames: 10_000).Count(static sample => sample != 0));
        Assert.Contains("too short", source.Outage, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_rates_and_channels_are_converted_to_those_of_the_first_file()
    {
        _folder.Write("1.wav", Wavs.Counting(0, 16_000, rate: 16_000, channels: 2));
        _folder.Write("2.wav", Sine(rate: 8000, channels: 1, frames: 8000));
        _folder.Write("3.wav", Wavs.Counting(0, 1600, rate: 16_000, channels: 2));
        var tracks = new List<(long Position, TrackInfo)>();

        using IAudioSource source = Open(loop: false);
        float[] pcm = source.ReadAll(tracks: tracks);

        // A second is a second at any rate, to the frame.
        Assert.Equal([0L, 16_000, 32_000], tracks.Select(t => t.Position));
        Assert.Equal(2 * 33_600, pcm.Length);
        for (int i = 400; i < 15_600; i++)
        {
            double expected = 0.5 * Math.Sin(Math.Tau * 440 * i / 16_000);
            Assert.Equal(expected, pcm[2 * (16_000 + i)], 1e-3);
            Assert.Equal(pcm[2 * (16_000 + i)], pcm[(2 * (16_000 + i)) + 1]);
        }

        Assert.StartsWith("706 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_round_has_a_new_order_and_no_track_plays_twice_in_a_row()
    {
        string[] order = [.. Play(["a", "b", "c", "d"], new Random(5), rounds: 50)];

        Assert.All(order.Chunk(4), round => Assert.Equal(["a", "b", "c", "d"], round.Order(StringComparer.Ordinal)));
        Assert.All(order.Zip(order.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.True(order.Chunk(4).Select(round => string.Concat(round)).Distinct().Count() > 10);
        Assert.Equal(order, Play(["a", "b", "c", "d"], new Random(5), rounds: 50));
    }

    [Fact]
    public void New_files_in_the_folder_play_in_the_next_round()
    {
        _folder.Write("1.wav", Wavs.Counting(0, 1000));
        _folder.Write("2.wav", Wavs.Counting(1000, 1000));
        using IAudioSource source = Open(loop: true);
        source.ReadAll(maxFrames: 500);
        _folder.Write("3.wav", Wavs.Counting(2000, 1000));

        Assert.Contains(2000, Wavs.Integers(source.ReadAll(maxFrames: 6000)));
    }

    [Fact]
    public void The_next_file_is_opened_while_one_plays()
    {
        using var opened = new SemaphoreSlim(0);
        using PlaylistSource source = PlaylistSource.Open(
            "list",
            () => [new PlaylistEntry("a"), new PlaylistEntry("b")],
            (entry, _) =>
            {
                opened.Release();
                return new RampSource(new AudioFormat(8000, 1), 80_000);
            },
            loop: false,
            shuffle: null,
            _log,
            TestContext.Current.CancellationToken);
        Assert.True(opened.Wait(0, TestContext.Current.CancellationToken));

        source.Read(new float[1], TestContext.Current.CancellationToken);

        // Waits as long as needed; without the read-ahead, the timeout of the test run ends it.
        opened.Wait(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Disposing_closes_the_current_and_the_next_track()
    {
        var sources = new List<RampSource>();
        PlaylistSource playlist = PlaylistSource.Open(
            "list",
            () => [new PlaylistEntry("a"), new PlaylistEntry("b")],
            (_, _) =>
            {
                var source = new RampSource(new AudioFormat(8000, 1), 80_000);
                sources.Add(source);
                return source;
            },
            loop: true,
            shuffle: null,
            _log,
            TestContext.Current.CancellationToken);
        playlist.Read(new float[1], TestContext.Current.CancellationToken);

        playlist.Dispose();

        Assert.All(sources, source => Assert.True(source.IsDisposed));
    }

    [Theory]
    [InlineData("a b c", 3, "a")]
    [InlineData("a jingle b jingle c", 2, "b")]
    [InlineData("a jingle b jingle c", 4, "c")]
    [InlineData("a jingle b jingle c", 5, "a")]
    public void A_list_that_returns_continues_after_the_last_file_played_even_if_it_is_named_twice(
        string list, int heard, string next)
    {
        var order = new PlayOrder(
            "list", () => [.. list.Split(' ').Select(static name => new PlaylistEntry(name))], loop: true, shuffle: null, _log);
        PlaylistEntry entry;
        for (int i = 0; i < heard; i++)
        {
            Assert.True(order.TryNext(out entry));
            order.Heard();
        }

        // The next two cannot be played.
        Assert.True(order.TryNext(out _));
        Assert.True(order.TryNext(out _));
        order.Resume();

        Assert.True(order.TryNext(out entry));
        Assert.Equal(next, entry.Path);
    }

    [Fact]
    public void A_list_that_returns_with_other_files_continues_after_the_last_file_played()
    {
        string[] names = ["a", "b", "c"];
        var order = new PlayOrder("list", () => [.. names.Select(static name => new PlaylistEntry(name))], loop: true, shuffle: null, _log);
        Assert.True(order.TryNext(out _));
        Assert.True(order.TryNext(out _));
        order.Heard();
        order.Resume();
        names = ["1", "2", "a", "b", "c"];

        Assert.True(order.TryNext(out PlaylistEntry entry));
        Assert.Equal("c", entry.Path);
    }

    private static byte[] Sine(int rate, int channels, int frames)
    {
        int[] samples =
            [.. Enumerable.Range(0, frames * channels)
                .Select(i => (int)Math.Round(16_384 * Math.Sin(Math.Tau * 440 * (i / channels) / rate)))];
        return Wavs.Of(SampleEncoding.S16LE, rate, channels, samples);
    }

    private IAudioSource Open(bool loop) => OpenFile(_folder.Path, loop);

    private IAudioSource OpenFile(string path, bool loop) =>
        AudioSources.OpenPath(path, new SourceOptions { Loop = loop }, _log, TestContext.Current.CancellationToken);

    private IEnumerable<string> Play(string[] names, Random shuffle, int rounds)
    {
        var order = new PlayOrder("list", () => [.. names.Select(name => new PlaylistEntry(name))], loop: true, shuffle, _log);
        for (int i = 0; i < rounds * names.Length; i++)
        {
            Assert.True(order.TryNext(out PlaylistEntry entry));
            yield return entry.Path;
        }
    }
}
