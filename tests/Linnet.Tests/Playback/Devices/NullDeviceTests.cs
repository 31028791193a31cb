using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Playback.Devices;

public class NullDeviceTests
{

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(11_025)] // 10 ms is not a whole number of frames
    public async Task An_hour_is_requested_on_time_and_without_drift(int rate)
    {
        var time = new JumpingTime();
        long start = time.GetTimestamp();
        var asked = new List<(TimeSpan At, TimeSpan HeardAt, int Frames)>();
        long left = 3600L * rate;

        await Play(time, new AudioFormat(rate, 2), (pcm, heardAt) =>
        {
            int frames = (int)Math.Min(pcm.Length / 2, left);
            asked.Add((time.GetElapsedTime(start), time.GetElapsedTime(start, heardAt), frames));
            left -= frames;
            return frames == 0 ? AudioDevice.End : frames;
        }, TestContext.Current.CancellationToken);

        long position = 0;
        foreach ((TimeSpan at, TimeSpan heardAt, int frames) in asked)
        {
            double dueMs = 10 + (1000.0 * position / rate);
            Assert.InRange(heardAt.TotalMilliseconds, dueMs - 0.001, dueMs + 0.001);
            Assert.InRange((heardAt - at).TotalMilliseconds, 8.999, 10.001);
            position += frames;
        }

        // The last frame has been played when it returns.
        Assert.Equal(3600L * rate, position);
        Assert.InRange(time.GetElapsedTime(start).TotalMilliseconds, 3_600_010, 3_600_011);
    }

    [Fact]
    public async Task After_a_long_interruption_playback_continues_from_now_instead_of_catching_up()
    {
        var time = new JumpingTime();
        long start = time.GetTimestamp();
        var heard = new List<double>();
        var asked = new List<double>();

        await Play(time, new AudioFormat(48_000, 1), (pcm, heardAt) =>
        {
            asked.Add(time.GetElapsedTime(start).TotalMilliseconds);
            heard.Add(time.GetElapsedTime(start, heardAt).TotalMilliseconds);
            time.Lateness = asked.Count == 5 ? TimeSpan.FromSeconds(60) : TimeSpan.Zero;
            return asked.Count == 8 ? AudioDevice.End : pcm.Length;
        }, TestContext.Current.CancellationToken);

        Assert.Equal([0.0, 10, 20, 30, 40, 60_050, 60_060, 60_070], asked);
        Assert.Equal([10.0, 20, 30, 40, 50, 60_060, 60_070, 60_080], heard);
    }

    [Fact]
    public async Task A_short_interruption_is_caught_up()
    {
        var time = new JumpingTime();
        long start = time.GetTimestamp();
        var heard = new List<double>();

        await Play(time, new AudioFormat(48_000, 1), (pcm, heardAt) =>
        {
            heard.Add(time.GetElapsedTime(start, heardAt).TotalMilliseconds);
            time.Lateness = heard.Count == 2 ? TimeSpan.FromMilliseconds(50) : TimeSpan.Zero;
            return heard.Count == 8 ? AudioDevice.End : pcm.Length;
        }, TestContext.Current.CancellationToken);

        Assert.Equal([10.0, 20, 30, 40, 50, 60, 70, 80], heard);
    }

    [Fact]
    public async Task Cancelling_ends_playback()
    {
        var time = new JumpingTime();
        using var stop = new CancellationTokenSource();
        int calls = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Play(
            time,
            new AudioFormat(48_000, 2),
            (pcm, _) =>
            {
                if (++calls == 3)
                {
                    stop.Cancel();
                }

                return pcm.Length / 2;
            },
            stop.Token));

        Assert.Equal(3, calls);
    }

    private static async Task Play(JumpingTime time, AudioFormat format, AudioCallback callback, CancellationToken cancellationToken)
    {
        await using var device = new NullDevice(time);
        Assert.True(device.HasClock);
        Assert.Equal(format, await device.OpenAsync(format, cancellationToken));
        await device.RunAsync(callback, cancellationToken);
    }
}
