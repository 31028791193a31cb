using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Native;
using Linnet.Transports;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Logging;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>A real server on loopback, whose stations are rings that the test fills.</summary>
internal sealed class RtspTestServer : IAsyncDisposable
{
    public const int FramesPerPacket = 240;

    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly SenderPool _senders;
    private readonly TcpListenerHost _host;
    private readonly Task _running;
    private readonly Task _hosting;

    public RtspTestServer(RtspServerOptions? options = null, TimeProvider? time = null, SenderOptions? sending = null, bool hasUdp = true,
        IPAddress? bind = null, bool hasPipe = false, bool isTls = false, string? srtpProblem = null, ILogger? logger = null,
        params string[] proxies)
    {
        Time = time ?? TimeProvider.System;
        Opus = Ring("jazz", "opus", new PayloadFormat("opus", 48_000, 2, "sprop-stereo=1"), 128_000, Fill);
        Pcm = Ring("jazz", "pcm", new PayloadFormat("L16", 44_100, 2), 1_411_200, Fill);
        News = Ring("news", "opus", new PayloadFormat("opus", 48_000, 2), 64_000, Fill);
        Stations = new StationDirectory([new StationListing("jazz", [Opus, Pcm]), new StationListing("news", [News])]);

        _senders = new SenderPool(sending ?? new SenderOptions { Threads = 2 }, TimeProvider.System);
        Ports = hasUdp ? RtpPortPair.Bind(bind ?? IPAddress.Loopback, 0) : null;
        var trusted = new TrustedProxies([.. proxies.Select(IPNetwork.Parse)], Time);
        Server = new RtspServer(options ?? new RtspServerOptions(), Stations, _senders, Ports, Time, logger)
        {
            Proxies = trusted,
            SrtpProblem = srtpProblem is null ? static () => LibSrtp.Problem : () => srtpProblem,
        };
        _host = new TcpListenerHost(
            new TcpListenerOptions { Local = new IPEndPoint(bind ?? IPAddress.Loopback, 0) }, TimeProvider.System, proxies: trusted);
        _running = Server.RunAsync(_stop.Token);
        _hosting = _host.RunAsync(hasPipe ? ServeThroughPipeAsync : isTls ? ServeAsOverTlsAsync : Server.ServeAsync, _stop.Token);
    }

    public TimeProvider Time { get; }

    public RtspServer Server { get; }

    public StationDirectory Stations { get; }

    /// <summary>Station jazz, its default rendition.</summary>
    public BroadcastRing Opus { get; }

    /// <summary>Station jazz, <c>pcm</c>.</summary>
    public BroadcastRing Pcm { get; }

    /// <summary>Station news.</summary>
    public BroadcastRing News { get; }

    public RtpPortPair? Ports { get; }

    public SenderPool Senders => _senders;

    public IPEndPoint Address => _host.LocalEndPoint;

    /// <summary>Packets published when a rendition's first listener joins.</summary>
    public int PacketsAtStart { get; set; } = 3;

    /// <summary>Why listeners get no lease of a rendition; <see langword="null"/>: they get one.</summary>
    public RingRefusal? Refusal { get; set; }

    /// <summary>Whether renditions may start.</summary>
    public bool MayStart { get; set; } = true;

    public string Uri(string path) => $"rtsp://{Address}{path}";

    public Task<RawRtspClient> ConnectAsync(
        IPAddress? from = null, int receiveBuffer = 0, TimeSpan? lifetime = null, IPAddress? to = null) =>
        RawRtspClient.ConnectAsync(
            to is null ? Address : new IPEndPoint(to, Address.Port), from ?? IPAddress.Loopback, receiveBuffer, lifetime ?? HangLimit);

    /// <summary>Publishes packets that are due now, or when the test says.</summary>
    public static PacketItem[] Publish(BroadcastRing ring, int count, int payloadLength = 20, long? dueAt = null)
    {
        var packets = new PacketItem[count];
        for (int i = 0; i < count; i++)
        {
            long now = dueAt ?? TimeProvider.System.GetTimestamp();
            if (ring.Timeline is null)
            {
                ring.Publish(
                    new DiscontinuityItem(
                        0, now, new MediaTimeline(now, ring.Info.Payload.ClockRate, TimeProvider.System.TimestampFrequency)));
            }

            long number = ring.Head - 1;
            byte[] payload = new byte[payloadLength];
            new Random((int)number).NextBytes(payload);
            packets[i] = new PacketItem(
                InterleavedFraming.Of(ring), number, number * FramesPerPacket, FramesPerPacket, number == 0, now, payload);
            ring.Publish(packets[i]);
        }

        return packets;
    }

    public static void End(BroadcastRing ring) =>
        ring.Publish(new EndItem(ring.Head * FramesPerPacket, TimeProvider.System.GetTimestamp()));

    /// <summary>All packets published so far.</summary>
    public static PacketItem[] Published(BroadcastRing ring) =>
        [.. Enumerable.Range(0, (int)ring.Head).Select(i => ring.TryGet(i, out RingItem? item) ? item as PacketItem : null)
            .OfType<PacketItem>()];

    /// <summary>As under TLS: data goes through the connection's pipe.</summary>
    private Task ServeThroughPipeAsync(IDuplexPipe transport, Socket socket, ClientOrigin origin, CancellationToken cancellationToken) =>
        Server.ServeAsync(
            transport,
            socket,
            origin,
            ConnectionOutput.ToPipe(transport.Output, socket, () => socket.Close(timeout: 0)),
            cancellationToken);

    /// <summary>As if the client had come over TLS, whose work is not this server's.</summary>
    private Task ServeAsOverTlsAsync(IDuplexPipe transport, Socket socket, ClientOrigin origin, CancellationToken cancellationToken) =>
        Server.ServeAsync(transport, socket, origin with { IsTls = true }, cancellationToken);

    /// <summary>Stops the server and waits until it has.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running, _hosting).WaitAsync(HangLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _senders.DisposeAsync();
        Ports?.Dispose();
        _stop.Dispose();
    }

    private BroadcastRing Ring(string station, string name, PayloadFormat payload, int bitRate, Func<BroadcastRing, bool> start)
    {
        BroadcastRing ring = null!;
        var info = new RenditionInfo(station, name, payload, FramesPerPacket, bitRate, RtpStreamIdentity.Random());
        return ring = new BroadcastRing(
            info, TimeSpan.FromSeconds(10), (_, isFirst) => Refusal ?? (!isFirst || start(ring) ? null : Broadcast.Rings.Closed));
    }

    private bool Fill(BroadcastRing ring)
    {
        if (MayStart && PacketsAtStart > 0)
        {
            Publish(ring, PacketsAtStart);
        }

        return MayStart;
    }
}
