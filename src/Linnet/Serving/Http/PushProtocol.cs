using Linnet.Transports;
using Linnet.Transports.Http.Push;

namespace Linnet.Serving.Http;

/// <summary>Pushes: clients send sound to stations, over the port of <see cref="HttpProtocol"/>, which passes their requests on.</summary>
internal sealed class PushProtocol(PushServer server) : IServedProtocol
{
    /// <inheritdoc/>
    public string Name => "push";

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints => [];

    /// <inheritdoc/>
    public bool OnlyWaits => true;

    /// <inheritdoc/>
    public int MaxListeners => 0;

    /// <inheritdoc/>
    public void Limit(StationServerOptions options) => server.Change(options.Push);

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => UntilCancelled.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() => [];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot() =>
        new(Name, []) { Totals = [server.Total], Refused = ProtocolSnapshot.Words(server.Refused) };

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
