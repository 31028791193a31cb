using System.Runtime.Versioning;
using NAudio.CoreAudioApi;

namespace Linnet.Native;

/// <summary>Notices when the user chooses another default output or input.</summary>
[SupportedOSPlatform("windows")]
internal sealed class DefaultEndpoint : IDisposable
{
    private readonly bool _isInput;
    private readonly EventWaitHandle _wake;
    private readonly MMDeviceEnumerator? _enumerator;
    private readonly MMDeviceNotificationClient? _notifications;
    private volatile bool _hasChanged;

    /// <summary>Starts watching. Without Windows' notifications it notices nothing.</summary>
    /// <param name="isInput">Which default to watch.</param>
    /// <param name="wake">Signalled after a change.</param>
    internal DefaultEndpoint(bool isInput, EventWaitHandle wake)
    {
        (_isInput, _wake) = (isInput, wake);
        try
        {
            _enumerator = new MMDeviceEnumerator();
            _notifications = _enumerator.CreateNotificationClient(useSynchronizationContext: false);
            _notifications.DefaultDeviceChanged += OnChanged;
        }
        catch (Exception e) when (WasapiEndpoints.IsFailure(e))
        {
            // The device that is the default now stays in use until it is gone.
        }
    }

    /// <summary>Whether the default has changed since the last call.</summary>
    internal bool TakeChange()
    {
        if (!_hasChanged)
        {
            return false;
        }

        _hasChanged = false;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _notifications?.Dispose();
        _enumerator?.Dispose();
    }

    // On a thread of Windows Audio, which must not be held up.
    private void OnChanged(object? sender, DefaultDeviceChangedEventArgs change)
    {
        if (change.Role == Role.Multimedia && change.Flow == (_isInput ? DataFlow.Capture : DataFlow.Render))
        {
            _hasChanged = true;
            _ = _wake.Set();
        }
    }
}
