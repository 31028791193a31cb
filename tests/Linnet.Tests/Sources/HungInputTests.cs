using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Capture;
using Linnet.Stations;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Sources;

/// <summary>A sound input that can still be opened, but gives no sound any more. Simulated time.</summary>
public sealed class HungInputTests
{
    private static readonly AudioFormat Format = new(8000, 1);
    private static readonly TimeSpan Block = TimeSpan.FromMilliseconds(10);

    private readonly RecordingLogger _log = new();
    private readonly WaitedTime _time = new();

    [Fact]
    public void It_stalls_the_station_once_and_then_gives_silence_in_real_time_until_sound_returns()
    {
        bool hangs = false;
        int opened = 0;
        RetriedSource source = RetriedSource.Open(
            "The sound input",
            _ =>
            {
                Interlocked.Increment(ref opened);
                return new RampSource(Format) { IsLive = true, MaxRead = 80, OnRead = _ => Wait() };
            },
            atEnd: "It ended.",
            _time,
            _log,
            TestContext.Current.CancellationToken);
        using var engine = new Station(new StationOptions { Name = "radio" }, source, _time, _log);
        StepUntil(() => engine.GetSnapshot().Position.TotalSeconds >= 1);
        for (int outage = 1; outage <= 2; outage++)
        {
            long hungAt = _time.GetTimestamp();
            Volatile.Write(ref hangs, true);
            StepUntil(() => source.Outage is not null);
            Assert.Equal(CaptureSource.LongestWait.TotalSeconds, _time.GetElapsedTime(hungAt).TotalSeconds, 0.1);
            TimeSpan silentFrom = engine.GetSnapshot().Position;
            long start = _time.GetTimestamp();

            int wanted = Volatile.Read(ref opened) + 2;
            StepUntil(() => Volatile.Read(ref opened) >= wanted);

            double silence = _time.GetElapsedTime(start).TotalSeconds;
            Assert.True(silence > 3);
            Assert.Equal(silence, (engine.GetSnapshot().Position - silentFrom).TotalSeconds, 0.1);
            Volatile.Write(ref hangs, false);
            StepUntil(() => source.Outage is null);
        }

        Assert.Equal(0, engine.GetSnapshot().Reanchored);
        string[] said = [.. _log.Lines.Select(static line => line[..3]).Where(static id => id is "203" or "711" or "712")];
        Assert.Equal(["711", "712", "711", "712"], said);

        // Like a device: gives nothing for this long, then fails.
        void Wait()
        {
            CancellationToken stop = TestContext.Current.CancellationToken;
            Task.Delay(Volatile.Read(ref hangs) ? CaptureSource.LongestWait : Block, _time, stop).Wait(stop);
            if (Volatile.Read(ref hangs))
            {
                throw new IOException("The device has sent no audio for 3 s.");
            }
        }

        void StepUntil(Func<bool> condition)
        {
            // The station never lacks CPU time: time passes only while it waits.
            _time.Thread = Environment.CurrentManagedThreadId;
            long begun = _time.GetTimestamp();
            for (int steps = 0; !condition(); steps++)
            {
                Assert.True(steps < 100 + (2 * (_time.GetElapsedTime(begun) / Block)), "It does not wait for the clock.");
                engine.Step(TestContext.Current.CancellationToken);
                Thread.Yield();
            }
        }
    }
}
