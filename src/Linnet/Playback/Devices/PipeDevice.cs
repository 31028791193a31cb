using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>
/// Writes a WAV of unknown length to a pipe, such as standard output: 16-bit or 24-bit PCM if the audio has that depth, otherwise
/// float32. The device has no clock, so a lossless stream passes bit for bit.
/// </summary>
/// <param name="name">The pipe's name in messages, such as "standard output".</param>
/// <param name="stream">The pipe. Flushed, never closed.</param>
/// <param name="time">The clock for waiting while there is no audio.</param>
/// <param name="bitDepth">The initial <see cref="BitDepth"/>.</param>
public sealed class PipeDevice(string name, Stream stream, TimeProvider time, int bitDepth = 0) : IAudioDevice
{
    private const int BrokenPipe = 32; // EPIPE, the same on all Unixes

    private WavStream? _wav;

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>Always <see langword="false"/>: a pipe follows the sender's clock.</summary>
    public bool HasClock => false;

    /// <summary>
    /// Significant bits of the integer PCM to be written: 1–16 are stored in 16, up to 24 in 24, anything else as float32. Read when
    /// the device is opened.
    /// </summary>
    public int BitDepth { get; set; } = bitDepth;

    /// <inheritdoc/>
    public ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        if (_wav is not null)
        {
            throw new InvalidOperationException($"The WAV on {name} was already started.");
        }

        _wav = new WavStream(stream, isFile: false, wanted, BitDepth, time);
        return ValueTask.FromResult(wanted);
    }

    /// <inheritdoc/>
    public async Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        WavStream wav = _wav ?? throw new InvalidOperationException($"The WAV on {name} was not started: call {nameof(OpenAsync)}.");
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            wav.Begin();
            await wav.RunAsync(callback, cancellationToken).ConfigureAwait(false);
            wav.Finish();
        }
        catch (IOException e)
        {
            bool hasNoReader = OperatingSystem.IsWindows() ? StandardPipe.HasNoReader(e) : e.HResult == BrokenPipe;
            throw new IOException(
                hasNoReader ? $"The program that reads {name} has closed it: {e.Message}" : $"Cannot write {name}: {e.Message}", e);
        }
    }

    /// <summary>Leaves the pipe open: the caller owns it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
