using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Transports;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Bench;

/// <summary>The cost of publishing one Opus packet and sending it to every listener, over real sockets on loopback.</summary>
[MemoryDiagnoser]
public class FanOutBench : IDisposable
{
    private const int PayloadLength = 320;
    private readonly byte[] _payload = new byte[PayloadLength];
    private readonly List<Socket> _sockets = [];
    private BroadcastRing _ring = null!;
    private SenderLoop _loop = null!;
    private RtpPortPair _ports = null!;
    private UdpSocket _sink = null!;
    private long _number;

    [Params(1, 100, 1000)]
    public int Listeners { get; set; }

    [Params("udp", "srtp", "tcp")]
    public string Transport { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        TimeProvider time = TimeProvider.System;
        var info = new RenditionInfo("bench", "opus", new PayloadFormat("opus", 48_000, 2), 960, 128_000, RtpStreamIdentity.Random());
        _ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
        InterleavedFraming.Of(_ring);
        long now = time.GetTimestamp();
        _ring.Publish(new DiscontinuityItem(0, now, new MediaTimeline(now, 48_000, time.TimestampFrequency)));
        _loop = new SenderLoop(new SenderOptions(), time.TimestampFrequency, new SenderCounters(time.TimestampFrequency), static _ => { });
        _ports = RtpPortPair.Bind(IPAddress.Loopback, 0);
        _sink = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var rtcp = new RtcpWriter(time);
        for (int i = 0; i < Listeners; i++)
        {
            _ring.TryOpen(default, out RingLease? lease, out _);
            Listener listener = Transport == "tcp" ? Tcp(lease!, rtcp) : Udp(lease!, rtcp);
            listener.Next = _ring.Head;
            _loop.Add(listener, now);
        }
    }

    [Benchmark]
    public long PublishAndSend()
    {
        long now = TimeProvider.System.GetTimestamp();
        _ring.Publish(new PacketItem(_ring.Framing, _number, _number * 960, 960, marker: false, now, _payload));
        _number++;
        return _loop.Step(now);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _sockets.ForEach(s => s.Dispose());
        _ports.Dispose();
        _sink.Dispose();
        GC.SuppressFinalize(this);
    }

    private UdpListener Udp(RingLease lease, RtcpWriter rtcp)
    {
        var feedback = new RtpFeedback(_ring.Info, TimeProvider.System);
        SocketAddress sink = _sink.LocalEndPoint.Serialize();
        var route = new UdpRoute(
            new RouteSource(IPAddress.Any, _ports.Rtp, _ports.Rtcp), IPAddress.Loopback, sink, sink, feedback, proof: null)
        {
            Srtp = Transport == "srtp" ? Srtp() : null,
        };
        return new UdpListener(lease, _sink.LocalEndPoint, route, rtcp, static _ => { });
    }

    private SrtpSession Srtp() =>
        SrtpSession.TryCreate(SrtpFeature.NewTerms(_ring.Info.Stream), isServer: true, out SrtpSession? session, out string? problem)
            ? session : throw new InvalidOperationException(problem);

    private InterleavedListener Tcp(RingLease lease, RtcpWriter rtcp)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        far.Connect(listening.LocalEndPoint!);
        Socket near = listening.Accept();
        near.NoDelay = true;
        _sockets.AddRange([near, far]);
        _ = DrainAsync(far);
        return new InterleavedListener(
            lease,
            (IPEndPoint)near.RemoteEndPoint!,
            new TransportPair(0, 1),
            new FramedOutput(ConnectionOutput.ToSocket(near)),
            rtcp,
            static _ => { });
    }

    private static async Task DrainAsync(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            // Use Memory: the overload for arrays allocates a task per call, which would count towards the result.
            while (await socket.ReceiveAsync(buffer.AsMemory()).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (SocketException)
        {
        }
    }
}
