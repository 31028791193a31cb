using System.Net;
using Linnet.Audio;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Cli;

/// <summary>Shows a server's statistics on a panel, with its addresses, and meters that move: one per station and channel.</summary>
internal sealed class ServerMonitor(StationServer server, IPAddress? bind)
{
    private readonly Dictionary<string, LevelMeters> _meters = [];

    // The machine's addresses are looked up once; the ports are open by then.
    private readonly Dictionary<string, IReadOnlyList<string>> _addresses = server.Protocols
        .Where(static p => p.EndPoints.Count > 0 || p.NeedsNoPort)
        .Select((p, i) => KeyValuePair.Create(p.Name, AddressesOf(p, bind, isFirst: i == 0))).ToDictionary();

    /// <summary>The addresses of a protocol for other machines, best first; empty: it is not served.</summary>
    public IReadOnlyList<string> AddressesOf(string protocol) => _addresses.GetValueOrDefault(protocol, []);

    /// <summary>The addresses for <c>linnet play</c> on other machines, best first.</summary>
    public IReadOnlyList<string> Addresses => AddressesOf("rtsp");

    /// <summary>The addresses for browsers and internet radios; empty: HTTP is off.</summary>
    public IReadOnlyList<string> HttpAddresses => AddressesOf("http");

    /// <summary>The addresses for other programs, each with the programs' name.</summary>
    public IReadOnlyList<(string Clients, string Address)> OtherAddresses =>
    [
        .. server.Protocols.Where(static p => p.Name is not ("rtsp" or "http")).SelectMany(
            p => p.EndPoints.Where(static e => e.Path is not null)
                .Zip(AddressesOf(p.Name), static (e, address) => (e.Clients ?? "Players", address))),
    ];

    /// <summary>The addresses of all protocols.</summary>
    public IReadOnlyList<string> AllAddresses =>
        [.. Addresses, .. HttpAddresses, .. OtherAddresses.Select(static other => other.Address)];

    /// <summary>The figures of the panel.</summary>
    public IReadOnlyList<Figure> Figures => ServerFigures.With(GetStatistics().Protocols);

    /// <summary>The server's statistics, of its protocols only those that had a port at the start, or need none.</summary>
    public ServerStatistics GetStatistics()
    {
        ServerStatistics now = server.GetStatistics();
        return now with { Protocols = [.. now.Protocols.Where(p => _addresses.ContainsKey(p.Name))] };
    }

    /// <summary>The panel's lines.</summary>
    public IEnumerable<PanelLine> Render(int width)
    {
        ServerStatistics now = GetStatistics();
        return ServerPanel.Render(
            now, _addresses, now.Stations.ToDictionary(static s => s.Name, s => Move(s, now.Elapsed)), width);
    }

    // All addresses of this machine for the most common protocol, the best one for the others.
    private static IReadOnlyList<string> AddressesOf(IServedProtocol protocol, IPAddress? bind, bool isFirst) =>
    [
        .. protocol.EndPoints.Where(static e => e.Path is not null).SelectMany(
            e => ListenAddresses.Of(bind, e.Local.Port, e.Path!, e.Name).Take(isFirst ? int.MaxValue : 1)),
    ];

    private IReadOnlyList<MeterLevel> Move(StationSnapshot station, TimeSpan now)
    {
        if (!_meters.TryGetValue(station.Name, out LevelMeters? meters))
        {
            _meters[station.Name] = meters = new LevelMeters();
        }

        return meters.Move([.. station.Levels.Select(static peak => Decibels.FromAmplitude(peak))], now);
    }
}
