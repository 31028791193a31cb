using Linnet.Audio;

namespace Linnet.Playback.Devices;

/// <summary>Gives the sound that a player receives to the program's own code.</summary>
/// <remarks>
/// <para>
/// The device has no clock: sound is given as soon as it is certain, in order and without gaps. Nothing is resampled, so a lossless station
/// arrives bit for bit. Sound that was lost on the way is concealed. At the start, a server may send up to a second of sound at once.
/// Implement <see cref="IAudioDevice"/> instead to take sound by a clock of your own.
/// </para>
/// <para>
/// The callback runs on a thread of the thread pool, one call at a time, with at most 20 ms of sound. It may allocate, lock and wait, but
/// while it does, sound is buffered: if it is slower than the sound, some is dropped, which the player's statistics show as
/// <c>Overflow</c>, or the server moves the player to current sound. No other player and no other listener is affected. If it throws,
/// <see cref="Player.RunAsync"/> ends and throws that exception; an <see cref="OperationCanceledException"/> just ends it. After a player
/// was cancelled, the call that runs is the last one, and <see cref="Player.RunAsync"/> returns after it.
/// </para>
/// </remarks>
public sealed class CallbackDevice : IAudioDevice
{
    private static readonly TimeSpan Block = TimeSpan.FromMilliseconds(20);

    private readonly PcmCallback _onSound;
    private readonly AudioFormat? _wanted;
    private readonly TimeProvider _time;
    private AudioFormat _format;

    /// <summary>Creates a device that calls <paramref name="onSound"/> while a player plays on it.</summary>
    /// <param name="onSound">Receives the sound.</param>
    /// <param name="format">The format to convert all sound to; <see langword="null"/>, the default: the station's.</param>
    /// <param name="time">The clock for waiting while there is no sound; default <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="format"/> is out of range.</exception>
    public CallbackDevice(PcmCallback onSound, AudioFormat? format = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(onSound);
        _onSound = onSound;
        _wanted = format?.ThrowIfInvalid();
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string Name => "callback";

    /// <summary>Always <see langword="false"/>: the callback follows the sender's clock.</summary>
    public bool HasClock => false;

    /// <summary>Tells when the first of some frames that were just supplied was due at the sender.</summary>
    internal Func<TimeSpan, DateTimeOffset?>? SentAt { get; set; }

    /// <inheritdoc/>
    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_format = _wanted ?? wanted);

    /// <inheritdoc/>
    public async Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        AudioFormat format = _format.IsValid
            ? _format : throw new InvalidOperationException($"The callback device is not open: call {nameof(OpenAsync)}.");
        float[] pcm = new float[format.FramesIn(Block) * format.Channels];
        long position = 0;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await ClocklessLoop.RunAsync(callback, pcm, Give, _time, cancellationToken).ConfigureAwait(false);

        ValueTask Give(int frames)
        {
            _onSound(
                pcm.AsSpan(0, frames * format.Channels), new PcmBlock(format, position, SentAt?.Invoke(format.DurationOf(frames))));
            position += frames;
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Nothing to release.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
