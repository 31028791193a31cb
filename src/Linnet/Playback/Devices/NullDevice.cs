using Linnet.Audio;
using Linnet.Clock;

namespace Linnet.Playback.Devices;

/// <summary>Discards audio at the pace of a sound card. For machines without one.</summary>
/// <param name="time">The clock for playback. With the system clock, the device waits on a dedicated thread, as for a sound card: a
/// timer and a pool thread would cost three times as much.</param>
public sealed class NullDevice(TimeProvider time) : IAudioDevice
{
    // After a longer interruption, such as a suspended machine, continue from now instead of playing faster to catch up.
    private static readonly TimeSpan MaxLateness = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private AudioFormat _format;
    private float[] _pcm = [];

    /// <inheritdoc/>
    public string Name => "null";

    /// <inheritdoc/>
    public bool HasClock => true;

    /// <inheritdoc/>
    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        _format = wanted;
        _pcm = new float[wanted.FramesIn(Period) * wanted.Channels];
        return ValueTask.FromResult(wanted);
    }

    /// <summary>Requests 10 ms at a time, each 10 ms before its first frame is due, until the callback reports the end.</summary>
    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        if (_pcm.Length == 0)
        {
            throw new InvalidOperationException($"The null device is not open: call {nameof(OpenAsync)}.");
        }

        return time == TimeProvider.System
            ? AudioThread.RunAsync("linnet-null", () => PlayOnThread(callback, cancellationToken))
            : PlayAsync(callback, WaitUntilAsync, cancellationToken);
    }

    /// <summary>Nothing to release.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void PlayOnThread(AudioCallback callback, CancellationToken cancellationToken)
    {
        using var waiter = new DeadlineWaiter(time);
        using CancellationTokenRegistration waking = cancellationToken.UnsafeRegister(static w => ((DeadlineWaiter)w!).Wake(), waiter);

        // This completes synchronously on this thread: the wait blocks, so every task has finished when awaited.
        PlayAsync(callback, WaitUntil, cancellationToken).GetAwaiter().GetResult();

        ValueTask WaitUntil(long instant, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            while (time.GetTimestamp() < instant)
            {
                waiter.WaitUntil(instant);
                stop.ThrowIfCancellationRequested();
            }

            return ValueTask.CompletedTask;
        }
    }

    private async Task PlayAsync(
        AudioCallback callback, Func<long, CancellationToken, ValueTask> waitUntil, CancellationToken cancellationToken)
    {
        long period = Period.InTicks(time);
        var heard = new MediaTimeline(time.GetTimestamp() + period, _format.SampleRate, time.TimestampFrequency);
        long position = 0;
        while (true)
        {
            long wakeAt = heard.DueAt(position) - period;
            await waitUntil(wakeAt, cancellationToken).ConfigureAwait(false);
            long late = time.GetTimestamp() - wakeAt;
            if (late > MaxLateness.InTicks(time))
            {
                heard = heard with { Epoch = heard.Epoch + late };
            }

            int frames = callback(_pcm, heard.DueAt(position));
            if (frames == AudioDevice.End)
            {
                await waitUntil(heard.DueAt(position), cancellationToken).ConfigureAwait(false);
                return;
            }

            // Without audio it plays silence: this clock does not wait.
            position += frames == 0 ? _pcm.Length / _format.Channels : frames;
        }
    }

    private async ValueTask WaitUntilAsync(long instant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (long now = time.GetTimestamp(); now < instant; now = time.GetTimestamp())
        {
            // Delays are truncated to whole milliseconds, so round up here.
            double milliseconds = Math.Ceiling((instant - now) * 1000.0 / time.TimestampFrequency);
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
