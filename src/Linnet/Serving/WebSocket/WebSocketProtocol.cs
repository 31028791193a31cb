using System.Text.Json.Nodes;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.WebSocket;

namespace Linnet.Serving.WebSocket;

/// <summary>WebSocket: stations for players in browsers. Its connections come over HTTP's port.</summary>
internal sealed class WebSocketProtocol : IServedProtocol
{
    private readonly LiveServer _server;

    /// <summary>Has a front hand over its connections.</summary>
    /// <param name="options">Limits: the same numbers as for listeners over HTTP, counted by themselves.</param>
    /// <param name="front">The front.</param>
    /// <param name="context">The parts of the server that it uses.</param>
    internal WebSocketProtocol(RadioServerOptions options, HttpFront front, ServingContext context)
    {
        MaxListeners = options.MaxListeners;
        _server = new LiveServer(options, context.Directory, context.Senders, context.Time, context.Logger, context.Access);
        front.Live = _server;
    }

    /// <inheritdoc/>
    public string Name => TransportTotal.WebSocket;

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints => [];

    /// <inheritdoc/>
    public bool OnlyWaits => true;

    /// <inheritdoc/>
    public int MaxListeners { get; }

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
    public Task RunAsync(CancellationToken cancellationToken) => UntilCancelled.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() =>
        [.. _server.Listeners.Select(static listener => ListenerSnapshot.Of(listener))];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot()
    {
        IReadOnlyList<ListenerSnapshot> listeners = GetListeners();
        IReadOnlyDictionary<string, long> refused = ProtocolSnapshot.Words(_server.Refused);
        IReadOnlyDictionary<string, long> ended = ProtocolSnapshot.Words(_server.Ended);
        TransportTotal total = _server.GetTotal();
        return new ProtocolSnapshot(Name, ListenerCount.Of(listeners))
        {
            Totals = [total],
            Refused = refused,
            Ended = ended,
            Figures = [new("websocket", "listeners over WebSocket now: players in browsers", listeners.Count)],
            Stats = new JsonObject
            {
                ["listeners"] = listeners.Count,
                ["accepted"] = total.Connections,
                ["bytes_sent"] = total.Bytes,
                ["refused"] = ProtocolSnapshot.ToJson(refused),
                ["ended"] = ProtocolSnapshot.ToJson(ended),
            },
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
