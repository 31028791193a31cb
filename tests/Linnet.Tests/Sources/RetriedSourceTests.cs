using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Sources;

/// <summary>Sources that fail, go away and come back. Files and folders are real; time is simulated.</summary>
public sealed class RetriedSourceTests : IDisposable
{
    private static readonly AudioFormat Format = new(8000, 1);

    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly long _start = new FakeTimeProvider().GetTimestamp();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_fails_is_silent_until_it_can_be_opened_again_and_both_are_logged_once()
    {
        int opened = 0;
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ => ++opened switch
            {
                1 => new RampSource(Format) { OnRead = static p => ThrowFrom(p, 4000) },
                < 5 => throw new IOException("still away."),
                _ => new RampSource(Format),
            },
            atEnd: "It has ended.",
            _time,
            _log,
            TestContext.Current.CancellationToken);

        Assert.Equal(4000, Read(source, 4000).Count(static sample => sample != 0) + 1);
        Assert.Null(source.Outage);
        Assert.All(Read(source, 100), static sample => Assert.Equal(0, sample));
        Assert.Equal("It is waited for: broken.", source.Outage);
        await PlayUntilAsync(source, () => opened == 4);
        Assert.Equal("It is waited for: still away.", source.Outage);
        await PlayUntilAsync(source, () => source.Outage is null);

        Assert.Equal(5, opened);
        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal("711 It has failed; there is silence until it can be opened again. broken.", _log.Lines[0]);
        Assert.StartsWith("712 It is heard again, ", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_again_and_again_is_opened_ever_less_often_and_was_never_back()
    {
        var openedAt = new List<long>();
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                openedAt.Add(_time.GetTimestamp());
                return new RampSource(Format) { OnRead = static p => ThrowFrom(p, 400) };
            },
            atEnd: "It has ended.",
            _time,
            _log,
            TestContext.Current.CancellationToken);

        await PlayUntilAsync(source, () => openedAt.Count == 12);

        Assert.All(openedAt.Skip(7).Zip(openedAt.Skip(6)), pair => Assert.True(_time.GetElapsedTime(pair.Second, pair.First) >= RetriedSource.MaxWait / 2));
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task What_is_back_is_heard_from_its_first_frame_with_its_title()
    {
        bool isFirst = true;
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                var opened = new RampSource(Format) { OnRead = isFirst ? static p => ThrowFrom(p, 400) : null };
                opened.Tracks[0] = new TrackInfo("song");
                isFirst = false;
                return opened;
            },
            atEnd: null,
            _time,
            _log,
            TestContext.Current.CancellationToken);
        Read(source, 400);
        float[] pcm = new float[30];
        SourceRead read = default;
        while (read.Track is null)
        {
            read = source.Read(pcm, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        float[] heard = [.. pcm[..read.Frames], .. Read(source, 1000)];
        Assert.Equal(Enumerable.Range(0, heard.Length).Select(static i => RampSource.SampleAt(i, 0) / 32768f), heard);
    }

    [Fact]
    public void The_end_of_what_has_one_is_the_end()
    {
        using RetriedSource source = RetriedSource.Open(
            "It", _ => new RampSource(Format, 100), atEnd: null, _time, _log, TestContext.Current.CancellationToken);

        Assert.Equal(100, source.ReadAll().Length);
        Assert.Equal(SourceRead.End, source.Read(new float[8], TestContext.Current.CancellationToken));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task What_comes_back_in_another_format_is_converted_to_the_first()
    {
        bool isFirst = true;
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                var opened = new RampSource(isFirst ? Format : new AudioFormat(16_000, 2)) { MaxRead = 100, OnRead = isFirst ? static p => ThrowFrom(p, 400) : null };
                isFirst = false;
                return opened;
            },
            atEnd: "It has ended.",
            _time,
            _log,
            TestContext.Current.CancellationToken);
        Read(source, 500);

        await PlayUntilAsync(source, () => source.Outage is null);

        Assert.Equal(Format, source.Format);
        Assert.Contains(Read(source, 1000), static sample => sample != 0);
    }

    [Fact]
    public async Task A_live_source_that_is_away_is_silent_at_the_pace_of_the_clock()
    {
        bool isAway = false;
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ => isAway ? throw new IOException("away.") : new RampSource(Format) { IsLive = true, OnRead = _ => ThrowFrom(isAway ? 1 : 0, 1) },
            atEnd: "It has ended.",
            _time,
            _log,
            TestContext.Current.CancellationToken);
        Read(source, 80);
        isAway = true;
        long start = _time.GetTimestamp();

        Task reading = Task.Run(
            () =>
            {
                float[] pcm = new float[80];
                for (int frames = 0; frames < 10 * 8000;)
                {
                    frames += source.Read(pcm, TestContext.Current.CancellationToken).Frames;
                    Assert.True(frames <= _time.GetElapsedTime(start).TotalSeconds * 8000);
                }
            },
            TestContext.Current.CancellationToken);
        while (!reading.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await reading;
        isAway = false;
        SourceRead back = default;
        while (!back.Discontinuity)
        {
            Task<SourceRead> next = Task.Run(() => source.Read(new float[80], TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                await Task.Yield();
            }

            back = await next;
        }

        Assert.Equal(80, back.Frames);
    }

    [Fact]
    public async Task Files_that_were_away_while_another_plays_are_not_missed()
    {
        bool isAway = false;
        using var failed = new SemaphoreSlim(0);
        var order = new PlayOrder("list", static () => [new PlaylistEntry("a")], loop: true, shuffle: null, _log);
        var queue = new TrackQueue(
            "list",
            order,
            (_, _) =>
            {
                if (Volatile.Read(ref isAway))
                {
                    failed.Release();
                    throw new IOException("away.");
                }

                return new RampSource(Format, 80_000);
            },
            _log);
        using PlaylistSource source = PlaylistSource.Open("list", queue, _time, _log, TestContext.Current.CancellationToken);
        Volatile.Write(ref isAway, true);
        List<float> heard = Read(source, 1);

        await failed.WaitAsync(TestContext.Current.CancellationToken);
        Volatile.Write(ref isAway, false);
        while (heard.Count < 79_000)
        {
            heard.AddRange(Read(source, 10));
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        heard.AddRange(Read(source, 81_000));
        Assert.Equal(Enumerable.Range(0, heard.Count).Select(static i => RampSource.SampleAt(i % 80_000, 0) / 32768f), heard);
    }

    [Fact]
    public async Task A_folder_that_was_away_goes_on_behind_the_song_that_was_heard_last_and_says_so_once()
    {
        for (int song = 1; song <= 20; song++)
        {
            _folder.Write($"songs/{song}.wav", Wavs.Counting(1000 * song, 1000));
        }

        using IAudioSource source = Open(_folder["songs"]);
        Directory.Move(_folder["songs"], _folder["elsewhere"]);
        await PlayUntilAsync(source, () => source.Outage is not null);
        for (int i = 0; i < 3000; i++)
        {
            // Half a minute without it.
            Read(source, 80);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Contains("is not a folder", source.Outage, StringComparison.Ordinal);
        Directory.Move(_folder["elsewhere"], _folder["songs"]);
        var tracks = new List<string>();
        await PlayUntilAsync(source, () => source.Outage is null, tracks);

        Assert.Equal("2", tracks[0]);
        Assert.Equal(["711", "712"], _log.Lines.Select(static line => line[..3]));
    }

    [Fact]
    public async Task A_file_that_is_deleted_and_written_anew_is_heard_again()
    {
        string path = _folder.Write("song.wav", Wavs.Counting(1, 8000));
        using IAudioSource source = Open(path);
        File.Delete(path);
        await PlayUntilAsync(source, () => source.Outage is not null);
        Assert.Equal($"{path} is waited for: {path} does not exist.", source.Outage);

        _folder.Write("song.wav", Wavs.Counting(20_000, 8000));
        await PlayUntilAsync(source, () => source.Outage is null);

        Assert.Contains(Read(source, 8000), static sample => sample >= 20_000 / 32768f);
        Assert.Equal(["711", "712"], _log.Lines.Select(static line => line[..3]));
    }

    [Fact]
    public async Task A_playlist_whose_files_are_all_away_is_waited_for_and_not_logged_file_by_file_for_each_try()
    {
        string list = _folder.Write("list.m3u", string.Concat(Enumerable.Range(1, 30).Select(static i => $"songs/{i}.wav\n")));
        for (int song = 1; song <= 30; song++)
        {
            _folder.Write($"songs/{song}.wav", Wavs.Counting(1000 * song, 1000));
        }

        using IAudioSource source = Open(list);
        Directory.Move(_folder["songs"], _folder["elsewhere"]);
        await PlayUntilAsync(source, () => source.Outage is not null);
        int lines = _log.Lines.Count;
        for (int i = 0; i < 2000; i++)
        {
            Read(source, 80);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.Equal(lines, _log.Lines.Count);
        Assert.InRange(lines, 2, 25);
        Directory.Move(_folder["elsewhere"], _folder["songs"]);
        await PlayUntilAsync(source, () => source.Outage is null);
    }

    [Fact]
    public async Task Played_once_a_folder_that_was_away_is_played_to_its_end()
    {
        _folder.Write("songs/1.wav", Wavs.Counting(1, 4000));
        _folder.Write("songs/2.wav", Wavs.Counting(4001, 4000));
        using IAudioSource source = Open(_folder["songs"], loop: false);
        Directory.Move(_folder["songs"], _folder["elsewhere"]);
        await PlayUntilAsync(source, () => source.Outage is not null);
        Directory.Move(_folder["elsewhere"], _folder["songs"]);

        await PlayUntilHeardAsync(source, 4001 / 32768f);

        Assert.InRange(source.ReadAll().Length, 3999, 3999);
    }

    [Fact]
    public void What_is_not_there_at_the_start_is_an_error_as_ever()
    {
        Assert.Throws<IOException>(() => Open(_folder["nothing.wav"]));
        Assert.Throws<IOException>(() => Open(_folder["nothing.m3u"]));
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Throws<IOException>(() => Open(_folder["empty"]));
    }

    [Fact]
    public async Task The_time_of_a_station_goes_on_while_its_folder_is_away_for_six_seconds()
    {
        _folder.Write("songs/1.wav", Wavs.Counting(1, 8000));
        IAudioSource source = Open(_folder["songs"]);
        using var engine = new StationEngine(new StationOptions { Name = "radio", StartAtOnce = true }, source, _time, _log);
        Directory.Move(_folder["songs"], _folder["elsewhere"]);
        await StepUntilAsync(() => engine.GetSnapshot().Awaits is not null);
        long lostAt = _time.GetTimestamp();
        await StepUntilAsync(() => _time.GetElapsedTime(lostAt).TotalSeconds >= 6);
        Assert.Equal(StationState.Playing, engine.State);

        Directory.Move(_folder["elsewhere"], _folder["songs"]);
        await StepUntilAsync(() => engine.GetSnapshot().Awaits is null);

        StationSnapshot station = engine.GetSnapshot();
        Assert.Equal(0, station.Reanchored);
        Assert.Equal(_time.GetElapsedTime(_start).TotalSeconds, station.Position.TotalSeconds, 0.02);

        async Task StepUntilAsync(Func<bool> condition)
        {
            while (!condition())
            {
                engine.Step(TestContext.Current.CancellationToken);
                _time.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }
        }
    }

    private static void ThrowFrom(long position, long from) => _ = position < from ? 0 : throw new IOException("broken.");

    private IAudioSource Open(string path, bool loop = true) =>
        AudioSources.OpenPath(path, new SourceOptions { Loop = loop, Time = _time }, _log, TestContext.Current.CancellationToken);

    private static List<float> Read(IAudioSource source, int frames)
    {
        var all = new List<float>();
        float[] pcm = new float[frames * source.Format.Channels];
        while (all.Count < pcm.Length)
        {
            int read = source.Read(pcm.AsSpan(all.Count), TestContext.Current.CancellationToken).Frames;
            Assert.NotEqual(0, read);
            all.AddRange(pcm.AsSpan(all.Count, read * source.Format.Channels));
        }

        return all;
    }

    /// <summary>Plays, and lets time pass, until that is so.</summary>
    private async Task PlayUntilAsync(IAudioSource source, Func<bool> condition, List<string>? tracks = null)
    {
        float[] pcm = new float[80];
        while (!condition())
        {
            if (source.Read(pcm, TestContext.Current.CancellationToken).Track is { } track)
            {
                tracks?.Add(track.Title);
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    /// <summary>Plays frame by frame until that sample is heard, which is the last of what comes back.</summary>
    private async Task<List<float>> PlayUntilHeardAsync(IAudioSource source, float sample)
    {
        var heard = new List<float>();
        do
        {
            heard.AddRange(Read(source, 1));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }
        while (heard[^1] != sample);
        return heard;
    }
}
