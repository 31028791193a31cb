using Linnet.Audio;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>
/// Plays on a device for as long as there is sound. A device is a moving thing: one that was unplugged, or whose sound server was
/// restarted, is opened again, or what has taken its place is; play-out goes on at the live edge.
/// </summary>
/// <param name="device">The device. One without a clock, a file, is not opened twice.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what became of the device.</param>
internal sealed class DeviceLoop(IAudioDevice device, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Between two tries to open what is gone: a listener misses no more than a second of what he could hear.</summary>
    internal static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan NameCheck = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _finishing = new();
    private bool _isLost;
    private int _reopens;

    /// <summary>Whether there is no device at the moment.</summary>
    internal bool IsLost => Volatile.Read(ref _isLost);

    /// <summary>Times it was opened again.</summary>
    internal int Reopens => Volatile.Read(ref _reopens);

    /// <summary>Plays on the device, which is open, until <paramref name="fill"/> says that this was all, or until cancelled.</summary>
    /// <param name="fill">Gives the device its sound.</param>
    /// <param name="wanted">The format to ask the next device for.</param>
    /// <param name="onReopened">Told the format of the next device, before that asks for sound.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">A device without a clock failed.</exception>
    internal async Task RunAsync(
        AudioCallback fill, Func<AudioFormat> wanted, Action<AudioFormat> onReopened, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _finishing.Token);
        while (true)
        {
            bool failsAgain;
            try
            {
                await PlayAsync(fill, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (IOException e) when (device.HasClock)
            {
                // A device that fails again and again is one loss.
                failsAgain = IsLost;
                if (!failsAgain)
                {
                    logger.DeviceLost(e.Message.TrimEnd('.'));
                }

                Volatile.Write(ref _isLost, true);
            }

            try
            {
                if (failsAgain)
                {
                    await Task.Delay(RetryInterval, time, stopping.Token).ConfigureAwait(false);
                }

                onReopened(await ReopenAsync(wanted(), stopping.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (_finishing.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>The last sound is with the device: a device that is gone is not waited for any more.</summary>
    internal void Finish() => _finishing.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _finishing.Dispose();

    private async Task PlayAsync(AudioCallback fill, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task playing = device.RunAsync(fill, cancellationToken);
        Task watching = WatchAsync(playing, done.Token);
        await Task.WhenAny(playing).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await playing.ConfigureAwait(false);
    }

    // Says that the device is back once it has played for a moment, and when the sound server has moved us elsewhere.
    private async Task WatchAsync(Task playing, CancellationToken cancellationToken)
    {
        string name = device.Name;
        while (!playing.IsCompleted)
        {
            await Task.Delay(NameCheck, time, cancellationToken).ConfigureAwait(false);
            if (playing.IsCompleted)
            {
                return;
            }

            if (IsLost)
            {
                Volatile.Write(ref _isLost, false);
                Interlocked.Increment(ref _reopens);
                logger.DeviceIsBack(name = device.Name);
            }
            else if (device.Name != name)
            {
                logger.DeviceChanged(name, device.Name);
                name = device.Name;
            }
        }
    }

    private async Task<AudioFormat> ReopenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await device.OpenAsync(wanted, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or DllNotFoundException)
            {
                // Said already.
            }

            await Task.Delay(RetryInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
