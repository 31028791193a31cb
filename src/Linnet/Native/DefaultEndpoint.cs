using System.Runtime.Versioning;
using NAudio.CoreAudioApi;

namespace Linnet.Native;

/// <summary>Notices when the user chooses another default output or input, and says when to move there.</summary>
[SupportedOSPlatform("windows")]
internal sealed class DefaultEndpoint : IDisposable
{
    private readonly bool _isInput;
    private readonly EventWaitHandle _wake;
    private readonly MMDeviceEnumerator? _enumerator;
    private readonly MMDeviceNotificationClient? _notifications;
    private readonly MoveAttempts _attempts;

    /// <summary>Starts watching. Without Windows' notifications it notices nothing.</summary>
    /// <param name="isInput">Which default to watch.</param>
    /// <param name="wake">Signalled after a change.</param>
    /// <param name="time">The clock between two attempts to move.</param>
    internal DefaultEndpoint(bool isInput, EventWaitHandle wake, TimeProvider time)
    {
        (_isInput, _wake, _attempts) = (isInput, wake, new MoveAttempts(time));
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

    /// <summary>Whether to move to the default device now. Then call <see cref="OnMoved"/>.</summary>
    internal bool IsMoveDue => _attempts.IsDue;

    /// <summary>Tells whether the move has succeeded; if not, it is due again a little later, a few times.</summary>
    internal void OnMoved(bool hasSucceeded) => _attempts.OnMoved(hasSucceeded);

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
            _attempts.OnChanged();
            try
            {
                _ = _wake.Set();
            }
            catch (ObjectDisposedException)
            {
                // The owner has ended meanwhile.
            }
        }
    }
}
