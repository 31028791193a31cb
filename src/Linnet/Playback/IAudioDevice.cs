using Linnet.Audio;

namespace Linnet.Playback;

/// <summary>Gives a device the sound it is about to play.</summary>
/// <param name="pcm">Whole frames of the device's format, to be filled from the front. Lent for the call.</param>
/// <param name="heardAt">
/// When the first of these frames will be heard, in ticks of <see cref="TimeProvider.GetTimestamp"/>.
/// For a device without a clock: now.
/// </param>
/// <returns>
/// Frames written. A device with a clock gets all it asks for until the end; then fewer, and then <see cref="AudioDevice.End"/>.
/// One without a clock also gets 0 when nothing can be told yet, and asks again.
/// </returns>
public delegate int AudioCallback(Span<float> pcm, long heardAt);

/// <summary>Where sound goes: a sound card, a file, a pipe, nowhere.</summary>
public interface IAudioDevice : IAsyncDisposable
{
    /// <summary>For people: the device's or the file's name.</summary>
    string Name { get; }

    /// <summary>Whether the device has a clock that pulls the sound. A file has none: it follows the sender's.</summary>
    bool HasClock { get; }

    /// <summary>
    /// Significant bits of the integer PCM that will come; 0: the sound was never integer. Set before <see cref="OpenAsync"/>, for those
    /// that store sound: it says how little is enough to lose nothing. Others need not keep it.
    /// </summary>
    int BitDepth
    {
        get => 0;
        set { }
    }

    /// <summary>
    /// Opens the device for <paramref name="wanted"/> and says in what format it will really ask for sound. One with a clock may be opened
    /// again after <see cref="RunAsync"/> has failed.
    /// </summary>
    /// <exception cref="IOException">There is no such device, or it cannot be opened; the message says what to do.</exception>
    ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken);

    /// <summary>
    /// Plays until the callback says <see cref="AudioDevice.End"/> and the last frame was heard, or until cancelled.
    /// The callback comes from one thread at a time and does not allocate, lock, log or wait.
    /// </summary>
    /// <exception cref="IOException">The device is gone.</exception>
    Task RunAsync(AudioCallback callback, CancellationToken cancellationToken);
}

/// <summary>Constants that devices and those who feed them share.</summary>
public static class AudioDevice
{
    /// <summary>What the callback returns when there will be no more sound.</summary>
    public const int End = -1;
}
