using Linnet.Audio;
using Linnet.Playback;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli;

/// <summary>An audio device with a silent replacement if it cannot be opened: a silent demonstration is better than none.</summary>
/// <param name="wanted">The preferred device. Owned.</param>
/// <param name="nowhere">The replacement. Owned.</param>
/// <param name="logger">Logs why the replacement is used.</param>
internal sealed partial class DeviceOrNowhere(IAudioDevice wanted, IAudioDevice nowhere, ILogger logger) : IAudioDevice
{
    private bool _wasOpen;
    private bool _isNowhere;

    public string Name => _isNowhere ? "null (no audio device)" : wanted.Name;

    public bool HasClock => Chosen.HasClock;

    private IAudioDevice Chosen => _isNowhere ? nowhere : wanted;

    public async ValueTask<AudioFormat> OpenAsync(AudioFormat format, CancellationToken cancellationToken)
    {
        try
        {
            AudioFormat opened = await wanted.OpenAsync(format, cancellationToken);
            _wasOpen = true;
            return opened;
        }
        catch (Exception e) when (e is IOException or DllNotFoundException && !_wasOpen)
        {
            LogNoDevice(logger, e.Message);
            _isNowhere = true;
            return await nowhere.OpenAsync(format, cancellationToken);
        }
    }

    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken) => Chosen.RunAsync(callback, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await wanted.DisposeAsync();
        await nowhere.DisposeAsync();
    }

    [LoggerMessage(1000, LogLevel.Warning, "No audio device: playing silently. {Reason}")]
    private static partial void LogNoDevice(ILogger logger, string reason);
}
