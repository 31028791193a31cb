using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Hls;

namespace Linnet.Server.Endpoints.Events;

/// <summary>
/// What events say about a server at one moment. Addresses are paths and ports, so the same bytes are right for all readers.
/// </summary>
/// <param name="RtspPort">The port for RTSP; <see langword="null"/>: there is none.</param>
/// <param name="RtspsPort">The port for RTSP over TLS; <see langword="null"/>: there is none.</param>
/// <param name="Stations">The stations in their order, then those that have had no audio yet.</param>
internal sealed record ServerNow(int? RtspPort, int? RtspsPort, IReadOnlyList<StationNow> Stations)
{
    /// <summary>How many servers have the stations. Default: this one alone.</summary>
    internal int Servers { get; init; } = 1;

    /// <summary>Looks at a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="last">What was seen before; <see langword="null"/>: nothing.</param>
    internal static ServerNow Of(StationServer server, ServerNow? last)
    {
        var known = (last?.Stations ?? []).ToDictionary(static s => s.Name);
        var stations = new List<StationNow>();
        foreach (StationSnapshot station in server.GetStations())
        {
            // It may have left the directory just now.
            if (server.Directory.TryFind(station.Name, out StationListing? listing))
            {
                string? hls = server.Front?.Hls is null ? null : HlsServer.PathOf(listing);
                stations.Add(StationNow.Of(
                    station, listing, !server.Judge.IsOpen(station.Name), hls, known.GetValueOrDefault(station.Name)));
            }
        }

        foreach (string name in server.Directory.Awaited.Where(name => !stations.Exists(s => s.Name == name)))
        {
            stations.Add(new StationNow(name, "awaited") { IsLocked = !server.Judge.IsOpen(name) });
        }

        return new ServerNow(server.RtspEndPoint?.Port, server.RtspsEndPoint?.Port, stations)
        {
            Servers = server.Directory.Others.Count + 1,
        };
    }
}
