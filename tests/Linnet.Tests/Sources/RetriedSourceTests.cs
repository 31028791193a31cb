using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Playlists;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Sources;

/// <summary>Sources that fail, end and return, in simulated time.</summary>
public sealed class RetriedSourceTests
{
    private static readonly AudioFormat Format = new(8000, 1);

    /// <summary>
    /// In simulated time, and far longer than needed: the thread that opens a source does not control how fast time passes.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    private readonly RecordingLogger _log = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_failed_source_is_silent_until_reopened_and_both_are_logged_once()
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
            atEnd: "It ended.",
            _time,
            _log,
            TestContext.Current.CancellationToken);

        Assert.Equal(4000, Read(source, 4000).Count(static sample => sample != 0) + 1);
        Assert.Null(source.Outage);
        Assert.All(Read(source, 100), static sample => Assert.Equal(0, sample));
        Assert.Equal("It is unavailable: broken.", source.Outage);
        await PlayUntilAsync(source, () => opened == 4);
        Assert.Equal("It is unavailable: still away.", source.Outage);
        await PlayUntilAsync(source, () => source.Outage is null);

        Assert.Equal(5, opened);
        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal("711 It failed; playing silence until it can be opened again. broken.", _log.Lines[0]);
        Assert.StartsWith("712 It is back after ", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_keeps_failing_is_retried_ever_less_often_and_never_counts_as_back()
    {
        int opened = 0;
        var time = new WaitedTime();
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                opened++;
                return new RampSource(Format) { OnRead = static p => ThrowFrom(p, 400) };
            },
            atEnd: "It ended.",
            time,
            _log,
            TestContext.Current.CancellationToken);

        await PlayUntilAsync(source, () => opened == 12, time);

        Assert.Equal(RetriedSource.MinWait, time.Waits.First());
        Assert.All(time.Waits.Skip(5), static wait => Assert.InRange(wait, RetriedSource.MaxWait / 2, RetriedSource.MaxWait));
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task A_source_that_fails_after_playing_long_is_reopened_soon_each_time()
    {
        int opened = 0;
        var time = new WaitedTime();
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                opened++;
                return new RampSource(Format) { OnRead = static p => ThrowFrom(p, (long)RetriedSource.Healthy.TotalSeconds * 8000) };
            },
            atEnd: null,
            time,
            _log,
            TestContext.Current.CancellationToken);

        await PlayUntilAsync(source, () => opened == 5, time);

        Assert.All(time.Waits, static wait => Assert.Equal(RetriedSource.MinWait, wait));
    }

    [Fact]
    public async Task A_source_that_ends_after_playing_is_reopened_soon_each_time_and_is_not_a_failure()
    {
        int opened = 0;
        var time = new WaitedTime();
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                opened++;
                return new RampSource(Format, 2 * 8000);
            },
            atEnd: "Its writer closed it.",
            time,
            _log,
            TestContext.Current.CancellationToken);

        await PlayUntilAsync(source, () => opened == 8 && source.Outage is not null, time);

        Assert.InRange(time.Waits.Count, 7, 8);
        Assert.All(time.Waits, static wait => Assert.Equal(RetriedSource.MinWait, wait));
        Assert.Equal("725 It: Its writer closed it. Playing silence until it is back", _log.Lines[0]);
        Assert.Equal("712", _log.Lines[1][..3]);
        Assert.DoesNotContain(_log.Lines, static line => line.Contains("fail", StringComparison.Ordinal));
        Assert.Equal("It is unavailable: Its writer closed it.", source.Outage);
    }

    [Fact]
    public async Task A_source_that_ends_before_its_first_frame_is_not_back()
    {
        int opened = 0;
        var time = new WaitedTime();
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ => new RampSource(Format, ++opened == 1 ? 8000 : 0),
            atEnd: "Its writer closed it.",
            time,
            _log,
            TestContext.Current.CancellationToken);

        await PlayUntilAsync(source, () => opened == 8, time);

        Assert.All(time.Waits.Skip(5), static wait => Assert.InRange(wait, RetriedSource.MaxWait / 2, RetriedSource.MaxWait));
        Assert.Single(_log.Lines);
        Assert.NotNull(source.Outage);
    }

    [Fact]
    public async Task A_source_that_is_back_plays_from_its_first_frame_with_its_title()
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
    public async Task A_source_that_cannot_be_converted_or_started_is_closed()
    {
        var opened = new List<RampSource>();
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                opened.Add(new RampSource(Format) { OnRead = p => ThrowFrom(p, opened.Count == 1 ? 80 : 0) });
                return opened[^1];
            },
            atEnd: null,
            _time,
            _log,
            TestContext.Current.CancellationToken);

        await PlayUntilAsync(source, () => opened.Count == 6);

        Assert.All(opened[..5], static o => Assert.True(o.IsDisposed));
    }

    [Fact]
    public void The_end_of_a_finite_source_is_final()
    {
        using RetriedSource source = RetriedSource.Open(
            "It", _ => new RampSource(Format, 100), atEnd: null, _time, _log, TestContext.Current.CancellationToken);

        Assert.Equal(100, source.ReadAll().Length);
        Assert.Equal(SourceRead.End, source.Read(new float[8], TestContext.Current.CancellationToken));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_source_that_returns_in_another_format_is_converted_to_the_first()
    {
        bool isFirst = true;
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ =>
            {
                RampSource opened = isFirst
                    ? new RampSource(Format) { MaxRead = 100, OnRead = static p => ThrowFrom(p, 400) }
                    : new RampSource(new AudioFormat(16_000, 2), 48_000) { MaxRead = 100 };
                isFirst = false;
                return opened;
            },
            atEnd: null,
            _time,
            _log,
            TestContext.Current.CancellationToken);
        Read(source, 500);

        await PlayUntilAsync(source, () => source.Outage is null);

        // It is back after one second of its sound; two of its three seconds are left then.
        Assert.Equal(Format, source.Format);
        float[] rest = source.ReadAll();
        Assert.InRange(rest.Length, 15_800, 16_000);
        Assert.Contains(rest, static sample => sample != 0);
    }

    [Fact]
    public async Task A_failed_live_source_gives_silence_in_real_time()
    {
        bool isAway = false;
        using RetriedSource source = RetriedSource.Open(
            "It",
            _ => isAway ? throw new IOException("away.") : new RampSource(
                Format)
            { IsLive = true, OnRead = _ => ThrowFrom(isAway ? 1 : 0, 1) },
            atEnd: "It ended.",
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
        float[] heard = new float[80];
        while (!heard.AsSpan().ContainsAnyExcept(0))
        {
            CancellationToken stop = TestContext.Current.CancellationToken;
            Task<SourceRead> next = Task.Run(() => source.Read(heard, stop), stop);
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                await Task.Yield();
            }

            back = await next;
        }

        Assert.Equal((80, true), (back.Frames, back.Discontinuity));
    }

    [Fact]
    public async Task Files_that_were_missing_while_another_played_are_not_skipped()
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

    private static void ThrowFrom(long position, long from) => _ = position < from ? 0 : throw new IOException("broken.");

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
    private async Task PlayUntilAsync(RetriedSource source, Func<bool> condition, FakeTimeProvider? time = null)
    {
        float[] pcm = new float[80];
        time ??= _time;
        long start = time.GetTimestamp();
        while (!condition())
        {
            Assert.True(time.GetElapsedTime(start) < Patience, "The condition never became true.");
            source.Read(pcm, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }
}
