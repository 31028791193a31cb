namespace Linnet.Playback.Devices;

/// <summary>The loop of a device without a clock: it takes audio as soon as there is some.</summary>
internal static class ClocklessLoop
{
    // Short beside the delay of any receiver.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs until the callback reports the end, or until cancelled.</summary>
    /// <param name="callback">Supplies the audio.</param>
    /// <param name="pcm">Receives it.</param>
    /// <param name="take">Takes the first frames of <paramref name="pcm"/>: their number is the argument.</param>
    /// <param name="time">The clock for waiting while there is no audio.</param>
    /// <param name="cancellationToken">Checked before each block.</param>
    internal static async Task RunAsync(
        AudioCallback callback, float[] pcm, Func<int, ValueTask> take, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int frames = callback(pcm, time.GetTimestamp());
            if (frames == AudioDevice.End)
            {
                return;
            }

            if (frames == 0)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await take(frames).ConfigureAwait(false);
        }
    }
}
