using Linnet.Audio;

namespace Linnet.Playback;

/// <summary>Supplies a device with the audio that it plays next.</summary>
/// <param name="pcm">Whole frames in the device's format, to be filled from the front. Valid during the call only.</param>
/// <param name="heardAt">When the first of these frames will be heard, in ticks of <see cref="TimeProvider.GetTimestamp"/>. For a device
/// without a clock: now.</param>
/// <returns>Frames written. A device with a clock gets all it asks for until the end; then fewer, and then <see cref="AudioDevice.End"/>. A
/// device without a clock gets 0 if no audio is available yet, and asks again.</returns>
public delegate int AudioCallback(Span<float> pcm, long heardAt);

/// <summary>An audio output: a sound card, a file, a pipe, or a silent one.</summary>
public interface IAudioDevice : IAsyncDisposable
{
    /// <summary>Display name of the device or the file.</summary>
    string Name { get; }

    /// <summary>Whether the device has a clock and pulls the audio. A file has none: it follows the sender's clock.</summary>
    bool HasClock { get; }

    /// <summary>
    /// Significant bits of the integer PCM that follows; 0 if the audio was never integer. Set before <see cref="OpenAsync"/>, for devices
    /// that store audio: it is the bit depth that loses nothing. Other devices may ignore it.
    /// </summary>
    int BitDepth
    {
        get => 0;
        set { }
    }

    /// <summary>
    /// Opens the device for <paramref name="wanted"/> and returns the format in which it will request audio. A device with a clock may be
    /// reopened after <see cref="RunAsync"/> has failed.
    /// </summary>
    /// <exception cref="IOException">There is no such device, or it cannot be opened. The message says what to do.</exception>
    ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken);

    /// <summary>
    /// Plays until the callback returns <see cref="AudioDevice.End"/> and the last frame was heard, or until cancelled. One thread at a
    /// time calls the callback, which does not allocate, lock, log or wait.
    /// </summary>
    /// <exception cref="IOException">The device was lost.</exception>
    Task RunAsync(AudioCallback callback, CancellationToken cancellationToken);
}

/// <summary>Constants that devices and their callers share.</summary>
public static class AudioDevice
{
    /// <summary>Returned by the callback when no more audio follows.</summary>
    public const int End = -1;
}
