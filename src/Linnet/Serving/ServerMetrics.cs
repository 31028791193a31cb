using System.Diagnostics.Metrics;
using System.Reflection;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Diagnostics;
using Linnet.Stations;
using Linnet.Transports;

namespace Linnet.Serving;

/// <summary>A server as instruments of <c>System.Diagnostics.Metrics</c>. docs/metrics.md lists them.</summary>
/// <remarks>
/// Nothing is recorded while sound is sent: all is read from the server's own counters on collection. Tags are stations, renditions,
/// transports, servers and reasons, whose number is bounded; never an address.
/// </remarks>
public sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Linnet";

    /// <summary>How long one reading is shared by the instruments of a collection.</summary>
    private static readonly TimeSpan SharedTime = TimeSpan.FromMilliseconds(200);

    private readonly StationServer _server;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly CountedHistogram _lateness;
    private readonly CountedHistogram _streamLag;
    private readonly Lock _gate = new();
    private (long At, ServerStatistics Statistics)? _last;

    /// <summary>Makes the instruments.</summary>
    /// <param name="server">The server to measure.</param>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="time">The clock.</param>
    public ServerMetrics(StationServer server, IMeterFactory meters, TimeProvider time)
    {
        _server = server;
        _time = time;
        _meter = meters.Create(MeterName);
        _lateness = new CountedHistogram(_meter, "linnet.send.lateness", "How late packets left, against their deadline.");
        _streamLag = new CountedHistogram(
            _meter, "linnet.stream.lag",
            "Sound in flight to a listener over HTTP, the kernel's included, each time a write did not take all that was due.");
        Count("linnet.send.packets.due", "{packet}", "Packets that were due by the clock, times the listeners they were due to.",
            static l => l.Sending.PacketsDue);
        Count("linnet.send.packets.sent", "{packet}", "Packets handed to the network, times the listeners.",
            static l => l.Sending.PacketsSent);
        Count("linnet.send.packets.skipped", "{packet}", "Packets that slow listeners missed.", static l => l.Sending.PacketsSkipped);
        Count("linnet.send.datagrams.refused", "{datagram}", "Datagrams that a socket would not take.",
            static l => l.Sending.DatagramsRefused);
        Count("linnet.send.faults", "{error}", "Errors of the sender threads themselves, which continued.", static l => l.Sending.Faults);
        Count("linnet.stream.packets.due", "{packet}", "Packets that were due by the clock to listeners over HTTP, times the listeners.",
            static l => l.Streams.PacketsDue);
        Count("linnet.stream.packets.sent", "{packet}", "Packets handed to the network for listeners over HTTP, times the listeners.",
            static l => l.Streams.PacketsSent);
        Count("linnet.stream.packets.missed", "{packet}", "Packets that were gone before their stream over HTTP read them.",
            static l => l.Protocols.Sum(static p => p.Streams.PacketsMissed));
        Count("linnet.stream.failures", "{failure}", "Streams over HTTP that ended because they could not be written.",
            static l => l.Protocols.Sum(static p => p.Streams.Failures));
        Count("linnet.stream.writes", "{write}", "Writes to listeners over HTTP that took something.", static l => l.Streams.Writes);
        Count("linnet.stream.sent", "By", "Bytes handed to the network for listeners over HTTP.", static l => l.Streams.BytesSent);
        Count("linnet.stream.moves", "{move}", "Times a listener over HTTP was too slow and was moved towards the live edge.",
            static l => l.Streams.Moves);
        Count("linnet.stream.packets.skipped", "{packet}", "Packets that listeners over HTTP missed by that.",
            static l => l.Streams.PacketsSkipped);
        _meter.CreateObservableUpDownCounter(
            "linnet.stream.buffers", () => Read().Protocols.Sum(static p => p.Streams.BufferBytes), "By",
            "Memory for the bytes that listeners over HTTP share.");
        _meter.CreateObservableCounter(
            "linnet.connections", () => Totals(static t => t.Connections), "{connection}", "Listeners and pushes so far, by transport.");
        _meter.CreateObservableCounter("linnet.sent", () => Totals(static t => t.Bytes, isSent: true), "By",
            "Sound handed to the network for listeners, without the headers of the layers below.");
        _meter.CreateObservableCounter("linnet.received", () => Totals(static t => t.Bytes, isSent: false), "By", "Sound that was pushed.");
        double startedAt = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _meter.CreateObservableGauge("linnet.start.time", () => startedAt, "s", "When the server started, in seconds since 1970.");
        _meter.CreateObservableGauge("linnet.build.info", BuildInfo, description: "1; its labels say which Linnet and which .NET this is.");
        _meter.CreateObservableCounter("linnet.listeners.dropped", Dropped, "{listener}", "Listeners that the sender gave up, by reason.");
        _meter.CreateObservableUpDownCounter("linnet.listeners", Listeners, "{listener}", "Listeners now.");
        _meter.CreateObservableGauge("linnet.listeners.lag", Lags, "s", "The sound that waits for the slowest listener.");
        _meter.CreateObservableCounter(
            "linnet.requests.refused", Refused, "{request}", "Requests and connections that were refused, by reason.");
        _meter.CreateObservableUpDownCounter("linnet.station.playing", Playing, "{station}", "1 while a station plays, else 0.");
        _meter.CreateObservableCounter(
            "linnet.station.underruns", Underruns, "{underrun}", "Times a source was so late that the station's clock was reset.");
        _meter.CreateObservableUpDownCounter("linnet.push.connected", Pushers, "{pusher}", "1 while a client pushes to the station.");
        _meter.CreateObservableCounter("linnet.encode.time", EncodeTimes, "s", "Time spent on conversion and encoding.");
        _meter.CreateObservableCounter("linnet.encode.packets", EncodedPackets, "{packet}", "Packets made.");
        _meter.CreateObservableCounter(
            "linnet.encode.packets.late", LatePackets, "{packet}", "Packets that were ready only after they were due.");
        _meter.CreateObservableCounter(
            "linnet.encode.failures", RenditionFailures, "{failure}", "Times a rendition failed and was stopped.");
        foreach (ProtocolMeasure measure in server.Protocols.SelectMany(NamesOf))
        {
            Observe(measure);
        }

        _meter.CreateObservableGauge(
            "linnet.cluster.station.listeners", ClusterListeners, "{listener}", "Listeners of a station now, at all joined servers.");
        _meter.CreateObservableGauge(
            "linnet.cluster.node.listeners", () => OfNodes(static load => load.Listeners), "{listener}",
            "Listeners of another server now.");
        _meter.CreateObservableGauge(
            "linnet.cluster.node.rate", () => OfNodes(static load => load.BitsPerSecond / 8.0), "By/s",
            "Audio that the listeners of another server need.");
        _meter.CreateObservableGauge(
            "linnet.cluster.node.load", () => OfNodes(static load => load.Share), null,
            "How much of what it may do another server does; 1 is full.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Count(string name, string unit, string description, Func<ServerStatistics, long> read) =>
        _meter.CreateObservableCounter(name, () => read(Read()), unit, description);

    // Not by the statistics of the server, which are kept for a moment: the next to ask would get those of the start.
    private static IReadOnlyList<ProtocolMeasure> NamesOf(IServedProtocol protocol)
    {
        try
        {
            return protocol.GetSnapshot().Measures;
        }
        catch (Exception)
        {
            // A protocol that fails to give figures has none. The server logs it when it asks.
            return [];
        }
    }

    private IEnumerable<ProtocolMeasure> Measures() => Read().Protocols.SelectMany(static p => p.Measures);

    private void Observe(ProtocolMeasure measure)
    {
        if (measure.IsTotal)
        {
            _meter.CreateObservableCounter(measure.Name, Now, measure.Unit, measure.Description);
        }
        else
        {
            _meter.CreateObservableUpDownCounter(measure.Name, Now, measure.Unit, measure.Description);
        }

        IEnumerable<Measurement<long>> Now() =>
            Measures().Where(other => other.Name == measure.Name).Select(static now => new Measurement<long>(now.Value));
    }

    private IEnumerable<Measurement<long>> Dropped()
    {
        ServerStatistics now = Read();
        (SenderStatistics sending, StreamStatistics streams) = (now.Sending, now.Streams);
        yield return Of("stalled", sending.StalledListeners + streams.StalledListeners);
        yield return Of("disconnected", sending.DisconnectedListeners + streams.DisconnectedListeners);
        yield return Of("failed", sending.FailedListeners + streams.FailedListeners);
        yield return Of("rendition_stopped", sending.StoppedListeners + streams.StoppedListeners);

        static Measurement<long> Of(string reason, long count) => new(count, new KeyValuePair<string, object?>("reason", reason));
    }

    private static Measurement<int> BuildInfo()
    {
        string version =
            typeof(ServerMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return new(1, new("version", version.Split('+')[0]), new("runtime", Environment.Version.ToString()));
    }

    /// <summary>One measurement of each transport that is served, also while it is unused.</summary>
    private IEnumerable<Measurement<long>> Totals(Func<TransportTotal, long> read, bool? isSent = null) =>
        Read().Protocols.SelectMany(static p => p.Totals).Where(total => isSent is null || isSent != total.IsReceived)
            .Select(total => new Measurement<long>(read(total), new KeyValuePair<string, object?>("transport", total.Transport)));

    /// <summary>All renditions on offer, also those without listeners: a sum treats a missing series as no data, not as zero.</summary>
    private IEnumerable<Measurement<int>> Listeners() => OfListeners(static (count, tags) => new Measurement<int>(count.Listeners, tags));

    private IEnumerable<Measurement<double>> Lags() => OfListeners(
        static (count, tags) => count.Lag is { } lag ? new Measurement<double>(lag.TotalSeconds, tags) : (Measurement<double>?)null)
        .OfType<Measurement<double>>();

    private IEnumerable<T> OfListeners<T>(Func<ListenerCount, KeyValuePair<string, object?>[], T> measure) =>
        from protocol in Read().Protocols
        from count in protocol.Listeners
        select measure(
            count, [new("station", count.Station), new("rendition", count.Rendition), new("transport", count.Transport)]);

    private IEnumerable<Measurement<long>> Refused() =>
        from protocol in Read().Protocols
        from refused in protocol.Refused
        select new Measurement<long>(refused.Value, new("protocol", protocol.Name), new("reason", refused.Key));

    private IEnumerable<Measurement<int>> Playing() =>
        Read().Stations.Select(
            static s => new Measurement<int>(
                s.State == StationState.Playing ? 1 : 0, new KeyValuePair<string, object?>("station", s.Name)));

    private IEnumerable<Measurement<int>> Pushers() =>
        Read().Pushers.Keys.Select(static s => new Measurement<int>(1, new KeyValuePair<string, object?>("station", s)));

    private IEnumerable<Measurement<long>> Underruns() => Read().Stations.SelectMany(static s => (Measurement<long>[])
    [
        new(s.Reanchored, new("station", s.Name), new("cause", "source")),
        new(s.Underruns, new("station", s.Name), new("cause", "sender")),
    ]);

    private IEnumerable<Measurement<double>> EncodeTimes() =>
        OfRenditions(static (r, tags) => new Measurement<double>(r.EncodeTime.TotalSeconds, tags));

    private IEnumerable<Measurement<long>> EncodedPackets() => OfRenditions(static (r, tags) => new Measurement<long>(r.Packets, tags));

    private IEnumerable<Measurement<long>> LatePackets() => OfRenditions(static (r, tags) => new Measurement<long>(r.LatePackets, tags));

    private IEnumerable<Measurement<long>> RenditionFailures() => OfRenditions(static (r, tags) => new Measurement<long>(r.Failures, tags));

    /// <summary>One measurement of each rendition that ever ran.</summary>
    private IEnumerable<T> OfRenditions<T>(Func<RenditionSnapshot, KeyValuePair<string, object?>[], T> measure) =>
        from station in Read().Stations
        from rendition in station.Renditions
        where rendition.Packets > 0 || rendition.Failures > 0
        select measure(rendition, [new("station", station.Name), new("rendition", rendition.Name)]);

    // Each joined server tells the same sums. A server that is alone tells none: its own listeners are in linnet.listeners.
    private IEnumerable<Measurement<int>> ClusterListeners() => Read() is { Nodes.Count: > 0 } now
        ? now.Stations.Select(static s => new Measurement<int>(s.Listeners, new KeyValuePair<string, object?>("station", s.Name)))
        : [];

    private IEnumerable<Measurement<double>> OfNodes(Func<NodeLoad, double> read) => Read().Nodes.Select(
        node => new Measurement<double>(read(node.Load), new KeyValuePair<string, object?>("node", node.Name)));

    private ServerStatistics Read()
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_last is { } last && _time.GetElapsedTime(last.At, now) <= SharedTime)
            {
                return last.Statistics;
            }

            ServerStatistics statistics = _server.GetStatistics();
            _last = (now, statistics);
            _lateness.Record(statistics.Sending.LatenessBuckets);
            _streamLag.Record(statistics.Streams.LagBuckets);
            return statistics;
        }
    }
}
