namespace Linnet.Serving;

/// <summary>One protocol of a server: a way in which its stations are heard, or fed.</summary>
/// <remarks>
/// It opens its ports when it is made (by a <see cref="ProtocolFactory"/>), so that a port that is taken is reported before anything runs.
/// The server runs it, reads its state, and disposes of it. Metrics, pages, statistics and panels know protocols by this alone.
/// </remarks>
public interface IServedProtocol : IDisposable
{
    /// <summary>Its name in metrics, statistics and logs: one word in lower case.</summary>
    string Name { get; }

    /// <summary>Where it listens now. Empty: it shares another protocol's port, or its port is closed.</summary>
    IReadOnlyList<ServedEndPoint> EndPoints { get; }

    /// <summary>The most listeners that it allows and that take a socket each; 0: it has none.</summary>
    int MaxListeners { get; }

    /// <summary>
    /// Serves until it is cancelled; then ends its listeners and returns. If it throws, the server logs that and goes on with its other
    /// protocols.
    /// </summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Its listeners now, paused ones included. Any thread may ask.</summary>
    IReadOnlyList<ListenerSnapshot> GetListeners();

    /// <summary>Its figures now. Any thread may ask, several times a second.</summary>
    ProtocolSnapshot GetSnapshot();
}
