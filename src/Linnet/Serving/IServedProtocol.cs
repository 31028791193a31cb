using Linnet.Broadcast;

namespace Linnet.Serving;

/// <summary>One protocol of a server, by which clients hear its stations or send to them.</summary>
/// <remarks>
/// It opens its ports when it is made (by a <see cref="ProtocolFactory"/>), so that a port in use is reported before anything runs.
/// The server runs it, reads its state, and disposes of it. Metrics, pages, statistics and panels know protocols only by this interface.
/// </remarks>
internal interface IServedProtocol : IDisposable
{
    /// <summary>Its name in metrics, statistics and logs: one word in lower case, and no other protocol's of the server.</summary>
    string Name { get; }

    /// <summary>The ports that it listens on now. Empty: it shares another protocol's port, or its port is closed.</summary>
    IReadOnlyList<ServedEndPoint> EndPoints { get; }

    /// <summary>
    /// Whether it cannot serve by itself now: its connections come over another protocol's port, or from another host that does not listen.
    /// Such a protocol does not keep a server running whose other protocols have all failed. Default: no.
    /// </summary>
    bool OnlyWaits => false;

    /// <summary>Whether it works without a port: it connects to others. Default: no.</summary>
    bool NeedsNoPort => false;

    /// <summary>The most listeners that it allows, if each takes a socket; 0: none do.</summary>
    int MaxListeners { get; }

    /// <summary>Its listeners and their limit, both as they are now. Any thread may ask, several times a second. Default: none.</summary>
    Places Places => default;

    /// <summary>
    /// Takes the limits from other options while it runs. Those who are listening or pushing stay. Default: it has none that can change.
    /// </summary>
    void Limit(StationServerOptions options)
    {
    }

    /// <summary>
    /// Serves until it is cancelled; then ends its listeners and returns. If it throws, or returns before, the server logs that and
    /// continues with its other protocols.
    /// </summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Its listeners now, paused ones included. Any thread may ask.</summary>
    IReadOnlyList<ListenerSnapshot> GetListeners();

    /// <summary>Its figures now. Any thread may ask, several times a second.</summary>
    ProtocolSnapshot GetSnapshot();
}
