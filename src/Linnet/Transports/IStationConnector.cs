namespace Linnet.Transports;

/// <summary>Connects to one station, as often as needed, and may remember what it learned. Used by one task.</summary>
internal interface IStationConnector
{
    /// <summary>Connects.</summary>
    /// <returns>The receiver, which the caller disposes.</returns>
    /// <exception cref="TransportException">The station cannot be received.</exception>
    Task<IStationReceiver> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Whether the server has answered since <see cref="ConnectAsync"/> was called, though there is no sound yet.</summary>
    bool HasAnswered => false;

    /// <summary>Says that the last connection was lost, or that none came about.</summary>
    void OnLost()
    {
    }
}
