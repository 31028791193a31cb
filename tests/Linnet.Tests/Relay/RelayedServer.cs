using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Relay;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Relay;

/// <summary>A whole server that is joined to others over NATS until the test ends.</summary>
internal sealed class RelayedServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private readonly Task _running;

    internal RelayedServer(RelayOptions options, params Station[] stations)
        : this(options, TimeProvider.System, stations)
    {
    }

    internal RelayedServer(RelayOptions options, TimeProvider time, params Station[] stations)
    {
        Server = StationServer.Open(
            stations,
            new StationServerOptions
            {
                Bind = IPAddress.Loopback,
                RtspPort = 0,
                RtpPort = 0,
                HttpPort = 0,
                Radio = new RadioServerOptions(),
                Hls = new HlsServerOptions { SegmentTime = TimeSpan.FromSeconds(1) },
                Push = new PushServerOptions { Password = "hackme" },
                Protocols = [context => Relay = new RelayProtocol(options, context)],
            },
            time,
            Log);
        _running = Server.RunAsync(_ending.Token);
    }

    internal RecordingLogger Log { get; } = new();

    internal StationServer Server { get; }

    internal RelayProtocol Relay { get; private set; } = null!;

    internal string Http => $"http://{Server.HttpEndPoint}";

    /// <summary>A station whose samples count up.</summary>
    internal static Station Ramp(string name, AudioFormat? format = null) =>
        new(
            new StationOptions { Name = name, RelayPreRoll = TimeSpan.FromSeconds(5) },
            new RampSource(format ?? new AudioFormat(48_000, 2)) { IsStored = true });

    /// <summary>The listing of a station, once it is there.</summary>
    internal async Task<StationListing> ListingAsync(string station)
    {
        StationListing? listing = null;
        await Until.TrueAsync(() => Server.Directory.TryFind(station, out listing), state: () => string.Join('\n', Log.Lines));
        return listing!;
    }

    /// <summary>The ring of a rendition for packets.</summary>
    internal async Task<BroadcastRing> RingAsync(string station, string rendition) =>
        (await ListingAsync(station)).Renditions.Single(ring => ring.Info.Name == rendition);

    /// <summary>The ring of a rendition for streams.</summary>
    internal async Task<BroadcastRing> StreamRingAsync(string station, string rendition) =>
        (await ListingAsync(station)).Streams.Single(ring => ring.Info.Name == rendition);

    /// <summary>Cuts it off as the death of the program does: nothing is said any more.</summary>
    internal ValueTask KillAsync() => Relay.Link.DisposeAsync();

    /// <summary>Ends it as a stop of the program does.</summary>
    internal async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Server.DisposeAsync();
        _ending.Dispose();
    }
}
