using Linnet.Audio;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Sources;

/// <summary>A program that writes sound; the test reads it in place of the station.</summary>
public sealed class PcmSourceTests
{
    private static readonly AudioFormat Stereo = new(8000, 2);
    private static readonly AudioFormat Mono = new(8000, 1);

    private readonly StandingTime _time = new();
    private readonly float[] _room = new float[8000];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task With_back_pressure_all_sound_arrives_in_order_however_it_is_written(bool isAsync, bool isInteger)
    {
        using var source = new PcmSource(Stereo, new PcmSourceOptions { Buffer = TimeSpan.FromMilliseconds(20), BitDepth = 16 }, _time);
        short[] sent = [.. Enumerable.Range(0, 40_000).Select(static i => (short)(i * 7))];
        Task writing = Task.Run(WriteAsync, Cancelled);

        var read = new List<short>();
        var random = new Random(3);
        while (source.Read(_room.AsSpan(0, 2 * random.Next(1, 300)), Cancelled) is { Frames: > 0 } part)
        {
            Assert.False(part.Discontinuity);
            read.AddRange(_room.Take(2 * part.Frames).Select(static s => (short)(s * 32768)));
        }

        await writing;
        Assert.Equal(sent, read);
        Assert.Equal((0, 0), (source.Overflows, source.Underruns));

        async Task WriteAsync()
        {
            var sizes = new Random(7);
            for (int at = 0, length; at < sent.Length; at += length)
            {
                length = Math.Min(2 * sizes.Next(0, 2000), sent.Length - at);
                short[] block = sent[at..(at + length)];
                float[] floats = [.. block.Select(static s => s / 32768f)];
                switch (isAsync, isInteger)
                {
                    case (true, true):
                        await source.WriteAsync(block, Cancelled);
                        break;
                    case (true, false):
                        await source.WriteAsync(floats, Cancelled);
                        break;
                    case (false, true):
                        source.Write(block, Cancelled);
                        break;
                    default:
                        source.Write(floats, Cancelled);
                        break;
                }

                // The caller may use its array for something else.
                Array.Fill(block, short.MaxValue);
                Array.Fill(floats, float.NaN);
            }

            source.Complete();
        }
    }

    [Fact]
    public void A_write_waits_while_the_buffer_is_full_and_resumes_when_the_station_has_read()
    {
        using var source = new PcmSource(Mono);

        Task writing = source.WriteAsync(new float[1600], Cancelled).AsTask();
        Assert.True(writing.IsCompletedSuccessfully);
        Task waiting = source.WriteAsync(new float[160], Cancelled).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(TimeSpan.FromMilliseconds(200), source.Buffered);

        Assert.Equal(80, source.Read(_room.AsSpan(0, 80), Cancelled).Frames);
        Assert.True(SpinWait.SpinUntil(() => source.Buffered == TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)));
        Assert.False(waiting.IsCompleted);
        Assert.Equal(80, source.Read(_room.AsSpan(0, 80), Cancelled).Frames);

        Assert.True(SpinWait.SpinUntil(() => waiting.IsCompletedSuccessfully, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_live_write_never_waits_and_on_overflow_the_oldest_sound_is_dropped()
    {
        using PcmSource source = Live();
        source.Write(Ramp(0, 1600), Cancelled);
        Task writing = source.WriteAsync(Ramp(1600, 400), Cancelled).AsTask();
        Assert.True(writing.IsCompletedSuccessfully);

        SourceRead read = source.Read(_room, Cancelled);

        Assert.Equal((1600, true), (read.Frames, read.Discontinuity));
        Assert.Equal(Ramp(400, 1600), _room[..1600]);
        Assert.Equal((1, 0), (source.Overflows, source.Underruns));
    }

    [Fact]
    public void A_live_block_that_is_longer_than_the_buffer_keeps_its_end()
    {
        using PcmSource source = Live();
        short[] block = [.. Enumerable.Range(0, 5000).Select(static i => (short)i)];
        source.Write(block, Cancelled);

        Assert.Equal(1600, source.Read(_room, Cancelled).Frames);
        Assert.Equal(block[3400..], _room[..1600].Select(static s => (short)(s * 32768)));
    }

    [Fact]
    public void A_live_station_begins_with_current_sound()
    {
        using var source = new PcmSource(Mono, new PcmSourceOptions { IsLive = true }, _time);
        source.Write(Ramp(0, 5000), Cancelled);
        Start(source);
        source.Write(Ramp(5000, 80), Cancelled);

        SourceRead read = source.Read(_room, Cancelled);

        Assert.Equal((80, false, 0), (read.Frames, read.Discontinuity, source.Overflows));
        Assert.Equal(5000 / 8000f, _room[0]);
    }

    [Fact]
    public void On_a_live_underrun_silence_is_given_in_real_time_until_the_next_write()
    {
        using PcmSource source = Live();
        source.Write(Ramp(1, 80), Cancelled);
        source.Read(_room, Cancelled);
        Assert.Null(source.Outage);

        _time.Advance(TimeSpan.FromMilliseconds(200));
        Array.Fill(_room, 1);
        Assert.Equal(new SourceRead(1600), source.Read(_room, Cancelled));
        Assert.All(_room[..1600], static sample => Assert.Equal(0, sample));
        Assert.Equal((1, "The program writes no sound."), (source.Underruns, source.Outage));

        for (int i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(25));
            Assert.Equal(new SourceRead(120), source.Read(_room.AsSpan(0, 120), Cancelled));
            Assert.Equal(new SourceRead(80), source.Read(_room, Cancelled));
        }

        source.Write(Ramp(81, 80), Cancelled);
        Assert.Equal(new SourceRead(80), source.Read(_room, Cancelled));
        Assert.Equal(Ramp(81, 80), _room[..80]);
        Assert.Equal((1, null), (source.Underruns, source.Outage));
    }

    [Fact]
    public async Task With_back_pressure_the_station_waits_on_an_underrun_and_counts_it()
    {
        using var source = new PcmSource(Mono, null, _time);
        Start(source);
        _time.Advance(TimeSpan.FromSeconds(5));
        Start(source);
        Assert.Equal(0, source.Underruns);

        source.Write(Ramp(0, 80), Cancelled);
        source.Read(_room, Cancelled);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        using var stop = new CancellationTokenSource();
        Task reading = Task.Run(() => source.Read(_room, stop.Token), Cancelled);

        Assert.True(SpinWait.SpinUntil(() => source.Underruns == 1, TimeSpan.FromSeconds(30)));
        Assert.False(reading.IsCompleted);
        Assert.Null(source.Outage);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
    }

    [Fact]
    public async Task Cancelling_ends_a_waiting_write_and_a_waiting_read()
    {
        using var full = new PcmSource(Mono);
        full.Write(new float[1600], Cancelled);
        using var empty = new PcmSource(Mono);
        using var stop = new CancellationTokenSource();
        Task[] waiting =
        [
            full.WriteAsync(new float[80], stop.Token).AsTask(),
            Task.Run(() => empty.Read(_room, stop.Token), Cancelled),
        ];
        Assert.DoesNotContain(waiting, static task => task.IsCompleted);

        await stop.CancelAsync();

        foreach (Task task in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        }

        Assert.ThrowsAny<OperationCanceledException>(() => full.Write(new float[80], stop.Token));
        full.Read(_room, Cancelled);
        full.Write(new float[80], Cancelled);
    }

    [Fact]
    public void Cancelling_ends_a_write_that_blocks_its_thread()
    {
        using var full = new PcmSource(Mono);
        full.Write(new float[1600], Cancelled);
        using var stop = new CancellationTokenSource();
        Exception? end = null;
        var writer = new Thread(() => end = Record.Exception(() => full.Write(new float[80], stop.Token)));
        writer.Start();
        Assert.True(SpinWait.SpinUntil(() => writer.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30)));

        stop.Cancel();

        Assert.True(writer.Join(TimeSpan.FromSeconds(30)));
        Assert.IsAssignableFrom<OperationCanceledException>(end);
    }

    [Fact]
    public void A_second_thread_that_writes_gets_a_clear_error_and_the_first_is_not_disturbed()
    {
        using var source = new PcmSource(Mono);
        Task first = source.WriteAsync(new float[1680], Cancelled).AsTask();

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => source.Write(new float[80], Cancelled));

        Assert.Equal("Another thread is writing to this source. Only one may write at a time.", e.Message);
        Assert.Equal(1600, source.Read(_room, Cancelled).Frames);
        Assert.Equal(80, source.Read(_room, Cancelled).Frames);
        Assert.True(SpinWait.SpinUntil(() => first.IsCompletedSuccessfully, TimeSpan.FromSeconds(30)));
        source.Write(new float[80], Cancelled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Once_complete_the_sound_ends_after_everything_written(bool isLive)
    {
        using PcmSource source = isLive ? Live() : new PcmSource(Mono);
        source.Write(new float[80], Cancelled);
        source.Complete();
        source.Complete(new IOException("too late"));

        Assert.Equal(80, source.Read(_room, Cancelled).Frames);
        Assert.Equal(SourceRead.End, source.Read(_room, Cancelled));
        Assert.Equal(
            "The sound has ended: Complete was called.",
            Assert.Throws<InvalidOperationException>(() => source.Write(new float[80], Cancelled)).Message);
    }

    [Fact]
    public async Task A_source_that_completes_with_an_error_fails_its_station_after_everything_written()
    {
        var source = new PcmSource(Mono);
        source.Write(new float[80], Cancelled);
        source.Complete(new InvalidDataException("The synthesiser broke."));
        await using var station = new Station(new StationOptions { Name = "radio", StartAtOnce = true }, source);

        await station.RunAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);

        StationSnapshot snapshot = station.GetSnapshot();
        Assert.Equal((StationState.Failed, "The synthesiser broke."), (snapshot.State, snapshot.Problem));
    }

    [Fact]
    public async Task A_live_station_goes_on_in_real_time_while_the_program_writes_nothing_and_says_so()
    {
        var source = new PcmSource(Mono, new PcmSourceOptions { IsLive = true }, _time);
        using var station = new Station(new StationOptions { Name = "radio" }, source, _time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        Task stepping = Task.Run(
            () =>
            {
                while (true)
                {
                    station.Step(stop.Token);
                }
            },
            Cancelled);
        Until(() => station.GetSnapshot().State == StationState.Playing);
        Until(() =>
        {
            // What is written before the station reads is dropped.
            source.Write(new float[80], Cancelled);
            Until(() => source.Buffered == TimeSpan.Zero);
            return station.GetSnapshot().Position > TimeSpan.Zero;
        });
        TimeSpan start = station.GetSnapshot().Position;
        Assert.Null(station.GetSnapshot().Awaits);

        _time.Advance(TimeSpan.FromMilliseconds(200));
        Until(() => station.GetSnapshot().Position - start >= TimeSpan.FromMilliseconds(190));
        for (int i = 1; i <= 50; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            Until(() => station.GetSnapshot().Position - start >= TimeSpan.FromMilliseconds(190 + (20 * i)));
        }

        StationSnapshot snapshot = station.GetSnapshot();
        Assert.Equal(("The program writes no sound.", 1, 0), (snapshot.Awaits, snapshot.Underruns, snapshot.Reanchored));
        Assert.Equal(1.2, (snapshot.Position - start).TotalSeconds, 0.02);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stepping.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));

        static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_station_that_is_disposed_ends_a_write_that_waits()
    {
        var source = new PcmSource(Mono);
        var station = new Station(new StationOptions { Name = "radio" }, source);
        Task writing = source.WriteAsync(new float[4000], Cancelled).AsTask();

        await station.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => writing.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        Assert.Throws<ObjectDisposedException>(() => source.Write(new float[80], Cancelled));
        Assert.Throws<ObjectDisposedException>(() => source.Read(_room, Cancelled));
    }

    [Fact]
    public void A_track_begins_with_the_next_frame_written()
    {
        using var source = new PcmSource(Mono, new PcmSourceOptions { Buffer = TimeSpan.FromSeconds(2) });
        source.Write(new float[8000], Cancelled);
        source.SetTrack(new TrackInfo("song", "singer"));
        source.Write(new float[80], Cancelled);

        Assert.Equal(new SourceRead(8000), source.Read(_room, Cancelled));
        Assert.Equal(new SourceRead(80, new TrackInfo("song", "singer")), source.Read(_room, Cancelled));
    }

    [Fact]
    public void A_live_write_allocates_nothing()
    {
        using PcmSource source = Live();
        float[] floats = new float[80];
        short[] integers = new short[80];

        Assert.Equal(0, Allocations.Of(() =>
        {
            source.Write(floats, Cancelled);
            source.Write(integers, Cancelled);
        }));
    }

    [Fact]
    public void Options_formats_and_blocks_out_of_range_are_refused_in_a_sentence()
    {
        Assert.Equal(
            "The format is 1000 Hz, 9 ch; it must have 2000 to 384000 Hz and 1 to 8 channels.",
            Assert.Throws<ArgumentException>(() => new PcmSource(new AudioFormat(1000, 9))).Message);
        Assert.Equal(
            "Buffer is 00:00:11; it must be between 20 ms and 10 s. "
                + "BitDepth is 7; it must be between 8 and 32, or 0 for sound that is not integer PCM. (Parameter 'options')",
            Assert.Throws<ArgumentException>(
                () => new PcmSource(Mono, new PcmSourceOptions { Buffer = TimeSpan.FromSeconds(11), BitDepth = 7 })).Message);
        using var source = new PcmSource(Stereo);
        Assert.Equal(
            "3 samples are not whole frames of 2 channels.",
            Assert.Throws<ArgumentException>(() => source.Write(new float[3], Cancelled)).Message);
        source.Write(new float[4], Cancelled);
    }

    /// <summary>A live source that a station has begun to read.</summary>
    private PcmSource Live()
    {
        var source = new PcmSource(Mono, new PcmSourceOptions { IsLive = true }, _time);
        Start(source);
        return source;
    }

    /// <summary>Begins to read, and gives up at once.</summary>
    private void Start(PcmSource source)
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => source.Read(_room, stop.Token));
    }

    private static float[] Ramp(int from, int frames) => [.. Enumerable.Range(from, frames).Select(static i => i / 8000f)];
}
