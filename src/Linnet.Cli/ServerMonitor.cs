using System.Net;
using Linnet.Audio;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Cli;

/// <summary>Takes snapshots of a server for a display, and keeps the meters between them: one per station and channel.</summary>
internal sealed class ServerMonitor(StationServer server, IPAddress? bind, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly Dictionary<string, Ballistics[]> _meters = [];

    // The machine's addresses are looked up once; the ports are open by then.
    private readonly (IServedProtocol Protocol, IReadOnlyList<string> Addresses)[] _protocols =
    [
        .. server.Protocols.Where(static p => p.EndPoints.Count > 0).Select((p, i) => (p, AddressesOf(p, bind, isFirst: i == 0))),
    ];

    /// <summary>The addresses of a protocol for other machines, best first; empty: it is not served.</summary>
    public IReadOnlyList<string> AddressesOf(string protocol) =>
        _protocols.FirstOrDefault(p => p.Protocol.Name == protocol).Addresses ?? [];

    /// <summary>The addresses for <c>linnet play</c> on other machines, best first.</summary>
    public IReadOnlyList<string> Addresses => AddressesOf("rtsp");

    /// <summary>The addresses for browsers and internet radios; empty: HTTP is off.</summary>
    public IReadOnlyList<string> HttpAddresses => AddressesOf("http");

    /// <summary>The addresses for other programs, each with the programs' name.</summary>
    public IReadOnlyList<(string Clients, string Address)> OtherAddresses =>
    [
        .. _protocols.Where(static p => p.Protocol.Name is not ("rtsp" or "http")).SelectMany(
            static p => p.Protocol.EndPoints.Where(static e => e.Path is not null)
                .Zip(p.Addresses, static (e, address) => (e.Clients ?? "Players", address))),
    ];

    /// <summary>Takes a snapshot of the server.</summary>
    public ServerSnapshot Look()
    {
        TimeSpan elapsed = time.GetElapsedTime(_began);
        return new ServerSnapshot(
            [.. _protocols.Select(p => new ProtocolRow(p.Protocol.Name, p.Addresses, server.GetSnapshot(p.Protocol)))],
            [.. server.GetStations().Select(s => Look(s, elapsed))],
            server.GetStatistics(),
            elapsed)
        {
            Streams = server.GetStreamStatistics(),
            Pushers = server.Push?.Pushers ?? new Dictionary<string, string>(),
        };
    }

    // All addresses of this machine for the most common protocol, the best one for the others.
    private static IReadOnlyList<string> AddressesOf(IServedProtocol protocol, IPAddress? bind, bool isFirst) =>
    [
        .. protocol.EndPoints.Where(static e => e.Path is not null).SelectMany(
            e => ListenAddresses.Of(bind, e.Local.Port, e.Path!, e.Name).Take(isFirst ? int.MaxValue : 1)),
    ];

    private StationRow Look(StationSnapshot station, TimeSpan now)
    {
        // A station that was added again may have other channels.
        if (!_meters.TryGetValue(station.Name, out Ballistics[]? meters) || meters.Length != station.Levels.Count)
        {
            _meters[station.Name] = meters = [.. station.Levels.Select(static _ => new Ballistics())];
        }

        return new StationRow(station, [.. meters.Zip(station.Levels, (meter, peak) => meter.Move(Decibels.FromAmplitude(peak), now))]);
    }
}
