using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Fakes;

/// <summary>An RTSP server on the loopback interface, whose answers a test can replace.</summary>
internal sealed class FakeRtspServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Channel<FakeRtspConnection> _playing = Channel.CreateUnbounded<FakeRtspConnection>();
    private readonly Task _accepting;

    internal FakeRtspServer(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal string Url => $"rtsp://127.0.0.1:{Port}/song";

    internal RtspUri Address => RtspUri.TryParse(Url, out RtspUri? address) ? address : throw new InvalidOperationException();

    /// <summary>The answer to DESCRIBE.</summary>
    internal string Sdp { get; set; } =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=A song\r\nt=0 0\r\na=range:npt=0-3600\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 "
            + "L16/8000/1\r\na=control:track1\r\n";

    /// <summary>Whether it refuses SETUP over UDP.</summary>
    internal bool RefusesUdp { get; set; }

    /// <summary>Gets each request first; returns the answer, or <see langword="null"/> for the default one.</summary>
    internal Func<FakeRtspConnection, RtspRequest, RtspResponse?> Script { get; set; } = (_, _) => null;

    /// <summary>Replaces all of the server: called with each new connection.</summary>
    internal Func<FakeRtspConnection, Task>? Takeover { get; set; }

    internal ConcurrentQueue<RtspRequest> Requests { get; } = [];

    internal IEnumerable<string> Methods => Requests.Select(request => request.Method);

    /// <summary>The next connection whose PLAY has been answered.</summary>
    internal ValueTask<FakeRtspConnection> PlayingAsync() => _playing.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    internal async Task ServeAsync(FakeRtspConnection connection)
    {
        await foreach (RtspRequest request in connection.ReadAsync(_stopping.Token))
        {
            Requests.Enqueue(request);
            RtspResponse answer = Script(connection, request) ?? Answer(connection, request);
            await connection.SendAsync(answer);
            if (request.Method == RtspMethod.Play && answer.Status == RtspStatus.Ok)
            {
                await _playing.Writer.WriteAsync(connection);
            }
        }
    }

    internal RtspResponse Answer(FakeRtspConnection connection, RtspRequest request)
    {
        RtspResponse answer = request.Answer(RtspStatus.Ok);
        switch (request.Method)
        {
            case RtspMethod.Options:
                answer.Headers.Add(RtspHeaderNames.Public, "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER");
                return answer;
            case RtspMethod.Describe:
                answer.Headers.Add(RtspHeaderNames.ContentType, "application/sdp");
                answer.Body = Encoding.UTF8.GetBytes(Sdp);
                return answer;
            case RtspMethod.Setup:
                return Setup(connection, request, answer);
            default:
                answer.Headers.Add(RtspHeaderNames.Session, "4711");
                return answer;
        }
    }

    private RtspResponse Setup(FakeRtspConnection connection, RtspRequest request, RtspResponse answer)
    {
        Assert.True(TransportHeader.TryParse(request.Headers[RtspHeaderNames.Transport], out IReadOnlyList<TransportSpec>? specs));
        TransportSpec spec = specs[0];
        if (!spec.IsTcp && RefusesUdp)
        {
            return request.Answer(RtspStatus.UnsupportedTransport);
        }

        if (!spec.IsTcp)
        {
            connection.OpenUdp(spec.ClientPort!.Value);
            spec = spec with { ServerPort = connection.UdpPorts };
        }

        answer.Headers.Add(RtspHeaderNames.Session, "4711;timeout=60");
        answer.Headers.Add(RtspHeaderNames.Transport, spec.ToString());
        return answer;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stopping.Token);
                _connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var connection = new FakeRtspConnection(socket);
        try
        {
            await (Takeover?.Invoke(connection) ?? ServeAsync(connection));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client left, or the test is over.
        }
    }
}

/// <summary>One client of a <see cref="FakeRtspServer"/>.</summary>
internal sealed class FakeRtspConnection(Socket socket) : IAsyncDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Channel<RtspResponse> _answers = Channel.CreateUnbounded<RtspResponse>();
    private Socket? _rtp;
    private Socket? _rtcp;
    private TransportPair _clientPorts;

    /// <summary>Packets that the client sent on the connection: channel and bytes.</summary>
    internal ConcurrentQueue<(byte Channel, byte[] Packet)> Packets { get; } = [];

    internal TransportPair UdpPorts => new(PortOf(_rtp!), PortOf(_rtcp!));

    internal Task SendAsync(RtspMessage message) => SendAsync(message.ToArray());

    internal Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }

    internal Task SendPacketAsync(byte channel, byte[] packet) => SendAsync(Frame(channel, packet));

    /// <summary>Returns when the client has read everything sent so far: it answers in order.</summary>
    internal async Task UntilTakenAsync()
    {
        await SendAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        await _answers.Reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    internal static byte[] Frame(byte channel, byte[] packet)
    {
        byte[] frame = new byte[InterleavedFrame.HeaderLength + packet.Length];
        InterleavedFrame.WriteHeader(frame, channel, packet.Length);
        packet.CopyTo(frame, InterleavedFrame.HeaderLength);
        return frame;
    }

    internal void SendRtp(byte[] packet) => _rtp!.SendTo(packet, new IPEndPoint(IPAddress.Loopback, _clientPorts.Rtp));

    internal void SendRtcp(byte[] packet) => _rtcp!.SendTo(packet, new IPEndPoint(IPAddress.Loopback, _clientPorts.Rtcp));

    /// <summary>The next datagram that the client sends to the RTCP port.</summary>
    internal async Task<byte[]> ReceiveRtcpAsync()
    {
        byte[] buffer = new byte[2048];
        return buffer[..await _rtcp!.ReceiveAsync(buffer, TestContext.Current.CancellationToken)];
    }

    internal void OpenUdp(TransportPair clientPorts)
    {
        _clientPorts = clientPorts;
        _rtp = Bind();
        _rtcp = Bind();
    }

    /// <summary>Ends the connection after the data sent so far; closing alone would discard it.</summary>
    internal void Close() => socket.Shutdown(SocketShutdown.Both);

    /// <summary>Sends no more but continues to read, so that nothing sent is lost.</summary>
    internal void EndSending() => socket.Shutdown(SocketShutdown.Send);

    internal async IAsyncEnumerable<RtspRequest> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader pipe = PipeReader.Create(_stream);
        var reader = new RtspReader();
        while (true)
        {
            ReadResult read = await pipe.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = read.Buffer;
            var requests = new List<RtspRequest>();
            while (reader.Read(ref buffer, out RtspInput input) is RtspReadResult.Done)
            {
                if (input.Message is RtspRequest request)
                {
                    requests.Add(request);
                }
                else if (input.Message is RtspResponse answer)
                {
                    _answers.Writer.TryWrite(answer);
                }
                else if (input.Message is null)
                {
                    Packets.Enqueue((input.Frame.Channel, input.Frame.Payload.ToArray()));
                }
            }

            pipe.AdvanceTo(buffer.Start, buffer.End);
            foreach (RtspRequest request in requests)
            {
                yield return request;
            }

            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _rtp?.Dispose();
        _rtcp?.Dispose();
        _writing.Dispose();
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
