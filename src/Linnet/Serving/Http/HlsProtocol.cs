using System.Text.Json.Nodes;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Radio;

namespace Linnet.Serving.Http;

/// <summary>HLS: stations as files for caches, phones and players. Its requests come over HTTP's port.</summary>
internal sealed class HlsProtocol : IServedProtocol
{
    private readonly HlsServer _server;

    /// <summary>Has a front hand over its requests.</summary>
    /// <param name="options">The length of segments.</param>
    /// <param name="limits">Limits: the same numbers as for listeners over HTTP, counted by themselves.</param>
    /// <param name="front">The front.</param>
    /// <param name="context">The parts of the server that it uses.</param>
    internal HlsProtocol(HlsServerOptions options, RadioServerOptions limits, HttpFront front, ServingContext context)
    {
        _server = new HlsServer(options, limits, context.Directory, context.Time, context.Logger, context.Access);
        front.Hls = _server;
    }

    /// <inheritdoc/>
    public string Name => TransportTotal.Hls;

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints => [];

    /// <inheritdoc/>
    public bool OnlyWaits => true;

    /// <summary>None takes a socket for longer than a request.</summary>
    public int MaxListeners => 0;

    /// <inheritdoc/>
    public Places Places => _server.Places;

    /// <inheritdoc/>
    public void Limit(StationServerOptions options)
    {
        if (options.Radio is { } limits)
        {
            _server.Limit(limits);
        }
    }

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => _server.RunAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() =>
    [
        .. _server.Listeners.Select(static listener => new ListenerSnapshot(
            listener.Id, listener.Station, listener.Rendition, TransportTotal.Hls, listener.Remote, listener.Since)
        {
            BytesSent = listener.BytesSent,
        }),
    ];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot()
    {
        IReadOnlyList<ListenerSnapshot> listeners = GetListeners();
        IReadOnlyDictionary<string, long> refused = ProtocolSnapshot.Words(_server.Refused);
        TransportTotal total = _server.GetTotal();
        return new ProtocolSnapshot(Name, ListenerCount.Of(listeners))
        {
            Totals = [total],
            Refused = refused,
            Streams = new StreamFigures(_server.Allocated, 0, _server.Failures),
            Figures = [new("hls", "listeners over HLS now; all those of a cache are counted as one", listeners.Count)],
            Stats = new JsonObject
            {
                ["listeners"] = listeners.Count,
                ["accepted"] = total.Connections,
                ["bytes_sent"] = total.Bytes,
                ["buffer_bytes"] = _server.Allocated,
                ["refused"] = ProtocolSnapshot.ToJson(refused),
            },
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
