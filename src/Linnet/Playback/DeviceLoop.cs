using Linnet.Audio;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>
/// Plays on a device for as long as there is audio. When the device is unplugged or its sound server restarts, it opens the device again,
/// or the one that replaced it; playback continues at the live edge.
/// </summary>
/// <param name="device">The device. A device without a clock, such as a file, is not reopened.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs the loss and return of the device.</param>
internal sealed class DeviceLoop(IAudioDevice device, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>
    /// Time between two attempts to reopen a lost device: the listener misses no more than one second of available audio.
    /// </summary>
    internal static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan NameCheck = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _finishing = new();
    private bool _isLost;
    private int _reopens;

    /// <summary>Whether the device is lost at the moment.</summary>
    internal bool IsLost => Volatile.Read(ref _isLost);

    /// <summary>How often the device was reopened.</summary>
    internal int Reopens => Volatile.Read(ref _reopens);

    /// <summary>Plays on the open device until <paramref name="fill"/> reports the end, or until cancelled.</summary>
    /// <param name="fill">Supplies the audio.</param>
    /// <param name="wanted">The format to ask the next device for.</param>
    /// <param name="onReopened">Receives the format of the reopened device before it requests audio.</param>
    /// <param name="cancellationToken">Stops playback.</param>
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
                // A device that fails repeatedly counts as one loss.
                failsAgain = IsLost;
                if (!failsAgain)
                {
                    logger.DeviceLost(Sentence.Of(e.Message));
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

    /// <summary>The device has the last audio: a device that is lost now is no longer waited for.</summary>
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

    // Logs that the device is back once it has played for a moment, and that the sound server has moved playback to another device.
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
                // Already logged.
            }

            await Task.Delay(RetryInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
