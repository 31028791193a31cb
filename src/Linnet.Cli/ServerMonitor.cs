using System.Net;
using Linnet.Audio;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Push;
using Linnet.Wire.PyAudio;

namespace Linnet.Cli;

/// <summary>Looks at a server for a display, and keeps the meters that move between two looks: one per station and channel.</summary>
internal sealed class ServerMonitor(StationServer server, IPAddress? bind, TimeProvider time, IPEndPoint? http = null)
{
    private readonly long _began = time.GetTimestamp();
    private readonly Dictionary<string, Ballistics[]> _meters = [];

    /// <summary>Where other machines can listen, best first.</summary>
    public IReadOnlyList<string> Addresses { get; } = ListenAddresses.Of(bind, server.RtspEndPoint.Port, "/");

    /// <summary>Where the PyAudio tutorial's programs are served; empty: nowhere.</summary>
    public IReadOnlyList<string> PyAudioAddresses { get; } =
    [
        .. Best(bind, server.PyAudioTcpEndPoint, PyAudioAddress.TcpScheme),
        .. Best(bind, server.PyAudioUdpEndPoint, PyAudioAddress.UdpScheme),
    ];

    /// <summary>Where browsers and internet radios are served; empty: nowhere.</summary>
    public IReadOnlyList<string> HttpAddresses { get; } = [.. Best(bind, http, Uri.UriSchemeHttp, "/")];

    /// <summary>Looks.</summary>
    public ServerSnapshot Look()
    {
        TimeSpan elapsed = time.GetElapsedTime(_began);
        return new ServerSnapshot(
            Addresses, [.. server.Stations.Select(s => Look(s.GetSnapshot(), elapsed))], server.GetStatistics(), elapsed)
        {
            PyAudioAddresses = PyAudioAddresses,
            PyAudio = server.GetPyAudioListeners(),
            HttpAddresses = HttpAddresses,
            Pushers = server.Push?.Pushers ?? new Dictionary<string, string>(),
            PushesRefused = server.Push?.Refused ?? new Dictionary<PushRefusal, long>(),
            Radio = HttpAddresses.Count > 0 ? server.Radio?.GetSnapshot() : null,
        };
    }

    private static IEnumerable<string> Best(IPAddress? bind, IPEndPoint? local, string scheme, string path = "") =>
        local is null ? [] : ListenAddresses.Of(bind, local.Port, path, scheme).Take(1);

    private StationRow Look(StationSnapshot station, TimeSpan now)
    {
        if (!_meters.TryGetValue(station.Name, out Ballistics[]? meters))
        {
            meters = [.. station.Levels.Select(static _ => new Ballistics())];
            _meters.Add(station.Name, meters);
        }

        return new StationRow(station, [.. meters.Zip(station.Levels, (meter, peak) => meter.Move(Decibels.FromAmplitude(peak), now))]);
    }
}
