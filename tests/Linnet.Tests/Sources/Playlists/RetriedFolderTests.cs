using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Sources.Playlists;

/// <summary>Files and folders that disappear and return. The files are real; time is simulated.</summary>
public sealed class RetriedFolderTests : IDisposable
{
    /// <summary>
    /// In simulated time, and far longer than needed: the thread that opens a source does not control how fast time passes.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly long _start = new FakeTimeProvider().GetTimestamp();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_that_returns_continues_after_the_last_song_and_is_logged_once()
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
            // Half a minute without the folder.
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
    public async Task A_file_that_is_deleted_and_rewritten_plays_again()
    {
        string path = _folder.Write("song.wav", Wavs.Counting(1, 8000));
        using IAudioSource source = Open(path);
        File.Delete(path);
        await PlayUntilAsync(source, () => source.Outage is not null);
        Assert.Equal($"{path} is unavailable: {path} does not exist.", source.Outage);

        _folder.Write("song.wav", Wavs.Counting(20_000, 8000));
        await PlayUntilAsync(source, () => source.Outage is null);

        Assert.Contains(Read(source, 8000), static sample => sample >= 20_000 / 32768f);
        Assert.Equal(["711", "712"], _log.Lines.Select(static line => line[..3]));
    }

    [Fact]
    public async Task A_playlist_whose_files_are_all_missing_is_retried_without_a_log_line_per_file()
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
    public async Task A_folder_that_returns_is_played_to_its_end_without_loop()
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
    public void A_missing_path_at_the_start_is_an_error()
    {
        Assert.Throws<IOException>(() => Open(_folder["nothing.wav"]));
        Assert.Throws<IOException>(() => Open(_folder["nothing.m3u"]));
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Throws<IOException>(() => Open(_folder["empty"]));
    }

    [Fact]
    public async Task The_time_of_a_station_continues_while_its_folder_is_missing()
    {
        _folder.Write("songs/1.wav", Wavs.Counting(1, 8000));
        IAudioSource source = Open(_folder["songs"]);
        using var engine = new Station(new StationOptions { Name = "radio", StartAtOnce = true }, source, _time, _log);
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
            long start = _time.GetTimestamp();
            while (!condition())
            {
                Assert.True(_time.GetElapsedTime(start) < Patience, "The condition never became true.");
                engine.Step(TestContext.Current.CancellationToken);
                _time.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }
        }
    }

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

    /// <summary>Plays while time passes, until the condition is true.</summary>
    private async Task PlayUntilAsync(IAudioSource source, Func<bool> condition, List<string>? tracks = null)
    {
        float[] pcm = new float[80];
        long start = _time.GetTimestamp();
        while (!condition())
        {
            Assert.True(_time.GetElapsedTime(start) < Patience, "The condition never became true.");
            if (source.Read(pcm, TestContext.Current.CancellationToken).Track is { } track)
            {
                tracks?.Add(track.Title);
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    /// <summary>Plays frame by frame until the given sample, which is the last one returned.</summary>
    private async Task<List<float>> PlayUntilHeardAsync(IAudioSource source, float sample)
    {
        var heard = new List<float>();
        long start = _time.GetTimestamp();
        do
        {
            Assert.True(_time.GetElapsedTime(start) < Patience, "The sample was never played.");
            heard.AddRange(Read(source, 1));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }
        while (heard[^1] != sample);
        return heard;
    }
}
