using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>A server of one station, <c>jazz</c>, whose rings hold sound from two seconds ago to some seconds from now.</summary>
internal sealed class RadioTestServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListenerHost _host;
    private readonly SenderPool _senders;
    private readonly Task _running;

    public RadioTestServer(
        RadioServerOptions? options = null, StreamOptions? streams = null, RingRefusal? refusal = null, double seconds = 20,
        Action<BroadcastRing, TimeSpan>? onFlacStarts = null, long maxKernelBytes = 256 << 20, TimeProvider? time = null,
        params string[] proxies)
    {
        Flac = Ring("flac", StreamType.Flac);
        Mp3 = new BroadcastRing(Ring("mp3", StreamType.Mp3).Info, Flac.Duration, (_, _) => refusal);
        if (onFlacStarts is not null)
        {
            BroadcastRing? flac = null;
            Flac = flac = new BroadcastRing(Flac.Info, Flac.Duration, (request, isFirst) =>
            {
                if (isFirst)
                {
                    onFlacStarts(flac!, request.Stock);
                }

                return null;
            });
        }

        _senders = new SenderPool(
            new SenderOptions { Threads = 1, Streams = streams ?? new StreamOptions(), MaxKernelBytes = maxKernelBytes },
            TimeProvider.System);
        Stations = new StationDirectory([
            new StationListing("jazz", [Flac, Mp3, Ring("mp3-64", StreamType.Mp3), Ring("opus", StreamType.Opus)]),
            new StationListing("late-night", [Mp3]),
        ]);
        var trusted = new TrustedProxies([.. proxies.Select(IPNetwork.Parse)], TimeProvider.System, Log);
        Radio = new RadioServer(options ?? new RadioServerOptions(), Stations, _senders, time ?? TimeProvider.System, Log);
        Front = new HttpFront(Radio, push: null, trusted, gate: null, Log);
        Publish(Mp3, seconds);
        if (onFlacStarts is null)
        {
            Publish(Flac, seconds);
        }

        _host = new TcpListenerHost(
            new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) }, TimeProvider.System, proxies: trusted);
        _running = _host.RunAsync(Front.ServeAsync, _stop.Token);
    }

    public RecordingLogger Log { get; } = new();

    public RadioServer Radio { get; }

    public StationDirectory Stations { get; }

    public HttpFront Front { get; }

    public BroadcastRing Mp3 { get; }

    public BroadcastRing Flac { get; }

    public IPEndPoint EndPoint => _host.LocalEndPoint;

    public SenderPool Senders => _senders;

    /// <summary>Connects and says something.</summary>
    public async Task<RadioTestClient> SayAsync(string text)
    {
        var client = new TcpClient();
        await client.ConnectAsync(EndPoint, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        return new RadioTestClient(client);
    }

    /// <summary>A request of a listener.</summary>
    public Task<RadioTestClient> GetAsync(string path, string headers = "", string method = "GET") =>
        SayAsync($"{method} {path} HTTP/1.1\r\nHost: radio.example:8000\r\n{headers}\r\n");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _senders.DisposeAsync();
        _host.Dispose();
        _stop.Dispose();
    }

    private static BroadcastRing Ring(string name, StreamType type) => new(
        Rings.Create().Info with { Name = name, StreamType = type with { CreateContainer = static _ => new MarkedContainer() } },
        TimeSpan.FromSeconds(30), static (_, _) => null);

    private static void Publish(BroadcastRing ring, double seconds)
    {
        long ticks = TimeProvider.System.TimestampFrequency / 50;
        long first = TimeProvider.System.GetTimestamp() - (100 * ticks);
        ring.Publish(new TitleItem(0, first, new TrackInfo("old", "them")));
        for (int i = 0; i < 100 + (50 * seconds); i++)
        {
            ring.Publish(Rings.Packet(i, first + (i * ticks)));
        }
    }
}
