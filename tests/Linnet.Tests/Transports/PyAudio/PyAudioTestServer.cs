using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Transports.PyAudio;

/// <summary>A real server on loopback, whose station is a ring that the test fills: each frame's four bytes are its position.</summary>
internal sealed class PyAudioTestServer : IAsyncDisposable
{
    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int Room = 8 << 20;

    private readonly CancellationTokenSource _stop = new();
    private readonly SenderPool _senders;
    private readonly BroadcastRing _ring;
    private readonly TcpListenerHost _host;
    private readonly PyAudioUdpPort _port;
    private readonly Task _running;
    private int _position;

    public PyAudioTestServer(
        PyAudioServerOptions? options = null, TimeProvider? time = null, IPAddress? bind = null, bool? hasOneSocket = null)
    {
        bind ??= IPAddress.Loopback;
        time ??= TimeProvider.System;
        var info = new RenditionInfo("jazz", "pyaudio", new PayloadFormat("s16le", 44_100, 2), 1024, 1_411_200, RtpStreamIdentity.Random());
        _ring = new BroadcastRing(info, TimeSpan.FromSeconds(60), (_, isFirst) => !isFirst || MayStart ? null : Broadcast.Rings.Closed);
        _senders = new SenderPool(new SenderOptions { Threads = 2 }, TimeProvider.System);
        _host = new TcpListenerHost(new TcpListenerOptions { Local = new IPEndPoint(bind, 0) }, TimeProvider.System);
        _port = PyAudioUdpPort.Bind(new IPEndPoint(bind, 0), hasOneSocket: hasOneSocket);
        Server = new PyAudioServer(
            options ?? new PyAudioServerOptions(),
            () => _ring,
            _host,
            _port,
            _senders,
            time,
            Logger);
        _running = Server.RunAsync(_stop.Token);
    }

    /// <summary>A message of the TCP format.</summary>
    public static byte[] Message(byte[] sound)
    {
        byte[] message = new byte[PyAudioMessage.HeadLength(sound.Length) + sound.Length + PyAudioMessage.TailLength];
        sound.CopyTo(message, PyAudioMessage.HeadLength(sound.Length));
        PyAudioMessage.WriteAround(message, sound.Length);
        return message;
    }

    public PyAudioServer Server { get; }

    public RecordingLogger Logger { get; } = new();

    public PyAudioServerSnapshot Now => Server.GetSnapshot();

    /// <summary>Whether the rendition may start.</summary>
    public bool MayStart { get; set; } = true;

    /// <summary>Frames published so far.</summary>
    public int Position => _position;

    public int Leases => _ring.Leases;

    /// <summary>Packets that the sender threads have given to listeners, in all.</summary>
    public long Sent => _senders.GetStatistics().PacketsSent;

    /// <summary>Publishes packets that are due now.</summary>
    public void Publish(int packets, int frames = PyAudioSound.FramesPerMessage)
    {
        for (int i = 0; i < packets; i++)
        {
            byte[] sound = PyAudioDatagramsTests.Sound(_position, _position + frames);
            _ring.Publish(
                new PacketItem(_ring.Framing, 0, _position, frames, marker: false, TimeProvider.System.GetTimestamp(), sound));
            _position += frames;
        }
    }

    public void End() => _ring.Publish(new EndItem(_position, TimeProvider.System.GetTimestamp()));

    public async Task<Socket> ConnectAsync(int receiveBuffer = 0)
    {
        long before = Now.Accepted;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        try
        {
            await socket.ConnectAsync(Server.TcpEndPoint!, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // Refused so fast that connecting has failed.
        }

        await Until.TrueAsync(() => Now.Accepted > before || Now.Refused.Count > 0);
        return socket;
    }

    /// <summary>A UDP socket with as much room as the machine gives, that takes datagrams from the server's address alone.</summary>
    public Socket NewUdpClient(IPAddress? at = null)
    {
        at ??= IPAddress.Loopback;
        var socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = Room };
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(Room));
        }
        catch (SocketException)
        {
            // For root alone.
        }

        socket.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;
        socket.Connect(at, Server.UdpEndPoint!.Port);
        return socket;
    }

    /// <summary>Says Hello and waits until it is heard.</summary>
    public async Task<Socket> SayHelloAsync(IPAddress? at = null)
    {
        long before = Now.Accepted;
        Socket socket = NewUdpClient(at);
        socket.Send(PyAudioHello.Datagram);
        await Until.TrueAsync(() => Now.Accepted > before);
        return socket;
    }

    /// <summary>Reads a TCP client's sound to the end, which must be behind a whole message.</summary>
    public static byte[] ReadToEnd(Socket socket)
    {
        var sound = new List<byte>();
        byte[] buffer = new byte[1 << 20];
        int held = 0;
        while (socket.Receive(buffer.AsSpan(held)) is int count and > 0)
        {
            held += count;
            while (PyAudioMessage.Read(buffer.AsSpan(0, held), out PyAudioMessage message) is PyAudioReadResult.Done)
            {
                sound.AddRange(message.Sound);
                buffer.AsSpan(message.Length, held - message.Length).CopyTo(buffer);
                held -= message.Length;
            }
        }

        Assert.Equal(0, held);
        return [.. sound];
    }

    /// <summary>Reads a UDP client's datagrams to the end: the run of empty ones.</summary>
    public static List<byte[]> ReadDatagrams(Socket socket)
    {
        var datagrams = new List<byte[]>();
        byte[] buffer = new byte[65_536];
        for (int empty = 0; empty < 3;)
        {
            int length = socket.Receive(buffer);
            empty = length == 0 ? empty + 1 : 0;
            if (length > 0)
            {
                datagrams.Add(buffer[..length]);
            }
        }

        return datagrams;
    }

    /// <summary>Closes its TCP port, or its UDP port, beneath it, and waits until it has noticed.</summary>
    public Task BreakAsync(bool isTcp)
    {
        IDisposable port = isTcp ? _host : _port;
        port.Dispose();
        return Until.TrueAsync(
            () => _running.IsCompleted || Logger.Lines.Any(static line => line.StartsWith("530 ", StringComparison.Ordinal)));
    }

    /// <summary>Stops the server and waits until it has.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(HangLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Server.Dispose();
        await _senders.DisposeAsync();
        _stop.Dispose();
    }
}
