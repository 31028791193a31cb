using Linnet.Audio;
using Linnet.Playback;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli;

/// <summary>A sound device, or where there is none, one that plays to nowhere: a demonstration is better silent than not at all.</summary>
/// <param name="wanted">The device. Owned.</param>
/// <param name="nowhere">Taken when that cannot be opened. Owned.</param>
/// <param name="logger">Told why.</param>
internal sealed partial class DeviceOrNowhere(IAudioDevice wanted, IAudioDevice nowhere, ILogger logger) : IAudioDevice
{
    private bool _wasOpen;
    private bool _isNowhere;

    public string Name => _isNowhere ? "nowhere (there is no sound device)" : wanted.Name;

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

    [LoggerMessage(1000, LogLevel.Warning, "Playing to nowhere, meters and all: {Reason}")]
    private static partial void LogNoDevice(ILogger logger, string reason);
}
