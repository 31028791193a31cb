using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>A client at the level of bytes: tests write out what it sends, and it splits what it receives.</summary>
internal sealed class RawRtspClient : IDisposable
{
    // For its whole life: reports never end, so a limit per read would never be reached.
    private readonly CancellationTokenSource _hang;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _sequence;

    private RawRtspClient(Socket socket, TimeSpan lifetime)
    {
        _socket = socket;
        _hang = new CancellationTokenSource(lifetime);
    }

    /// <summary>The frames that arrived before the responses that were read.</summary>
    public Queue<(byte Channel, byte[] Packet)> Frames { get; } = [];

    public string? Session { get; private set; }

    public Socket Socket => _socket;

    public static async Task<RawRtspClient> ConnectAsync(IPEndPoint server, IPAddress from, int receiveBuffer, TimeSpan lifetime)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(server);
        return new RawRtspClient(socket, lifetime);
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _socket.SendAsync(bytes);

    /// <summary>Sends a request with CSeq and, once known, Session, and returns the response.</summary>
    public async Task<RawResponse> RequestAsync(string method, string uri, string headers = "", string body = "")
    {
        string session = Session is null || headers.Contains("Session:", StringComparison.Ordinal) ? "" : $"Session: {Session}\r\n";
        string length = body.Length == 0 ? "" : $"Content-Length: {body.Length}\r\n";
        _sequence++;
        await SendAsync($"{method} {uri} RTSP/1.0\r\nCSeq: {_sequence}\r\n{session}{headers}{length}\r\n{body}");
        RawResponse response = await ReadResponseAsync();
        Assert.Equal(_sequence.ToString(CultureInfo.InvariantCulture), response["CSeq"]);
        return response;
    }

    public async Task<RawResponse> SetupAsync(string uri, string transport)
    {
        RawResponse response = await RequestAsync("SETUP", uri, $"Transport: {transport}\r\n");
        Assert.Equal(200, response.Status);
        Session = response["Session"]!.Split(';')[0];
        return response;
    }

    /// <summary>Sends SETUP over TCP on channels 0 and 1, and PLAY.</summary>
    public async Task<RawResponse> PlayInterleavedAsync(string uri)
    {
        await SetupAsync(uri, "RTP/AVP/TCP;unicast;interleaved=0-1");
        RawResponse response = await RequestAsync("PLAY", uri);
        Assert.Equal(200, response.Status);
        return response;
    }

    /// <summary>Reads the next response; frames before it go to <see cref="Frames"/>.</summary>
    public async Task<RawResponse> ReadResponseAsync()
    {
        while (true)
        {
            if (await PeekAsync() != '$')
            {
                return await ReadMessageAsync();
            }

            Frames.Enqueue(await ReadOneFrameAsync());
        }
    }

    /// <summary>Reads the next frame on <paramref name="channel"/>; skips others, and fails on a response.</summary>
    public async Task<byte[]> ReadFrameAsync(byte channel = 0)
    {
        while (true)
        {
            (byte Channel, byte[] Packet) frame;
            if (!Frames.TryDequeue(out frame))
            {
                Assert.Equal('$', (char)await PeekAsync());
                frame = await ReadOneFrameAsync();
            }

            if (frame.Channel == channel)
            {
                return frame.Packet;
            }
        }
    }

    /// <summary>Reads the next frame on any channel.</summary>
    public async Task<(byte Channel, byte[] Packet)> ReadAnyFrameAsync() =>
        Frames.TryDequeue(out (byte, byte[]) frame) ? frame : await ReadOneFrameAsync();

    /// <summary>Whether the server has closed the connection; skips everything before that.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            while (await FillAsync())
            {
                _start = _end;
            }
        }
        catch (SocketException)
        {
        }

        return true;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _hang.Dispose();
    }

    private async Task<RawResponse> ReadMessageAsync()
    {
        var lines = new List<string>();
        while (true)
        {
            var line = new StringBuilder();
            while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
            {
                line.Append((char)await ReadByteAsync());
            }

            if (line.Length == 2)
            {
                break;
            }

            lines.Add(line.ToString().TrimEnd());
        }

        var response = new RawResponse(lines);
        byte[] body = new byte[int.Parse(response["Content-Length"] ?? "0", CultureInfo.InvariantCulture)];
        for (int i = 0; i < body.Length; i++)
        {
            body[i] = await ReadByteAsync();
        }

        response.Body = Encoding.UTF8.GetString(body);
        return response;
    }

    private async Task<(byte, byte[])> ReadOneFrameAsync()
    {
        Assert.Equal((byte)'$', await ReadByteAsync());
        byte channel = await ReadByteAsync();
        byte[] packet = new byte[(await ReadByteAsync() << 8) | await ReadByteAsync()];
        for (int length = 0; length < packet.Length;)
        {
            await PeekAsync();
            int count = Math.Min(packet.Length - length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(packet.AsSpan(length));
            _start += count;
            length += count;
        }

        return (channel, packet);
    }

    private async ValueTask<byte> ReadByteAsync()
    {
        byte next = await PeekAsync();
        _start++;
        return next;
    }

    private async ValueTask<byte> PeekAsync() =>
        _start < _end || await FillAsync() ? _buffer[_start] : throw new EndOfStreamException("The server closed the connection.");

    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = await _socket.ReceiveAsync(_buffer, _hang.Token);
        return _end > 0;
    }
}

/// <summary>A response, as lines.</summary>
internal sealed class RawResponse(List<string> lines)
{
    public int Status { get; } = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);

    public string Body { get; set; } = "";

    public string? this[string header] => lines.Skip(1)
        .FirstOrDefault(l => l.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase))?[(header.Length + 1)..].Trim();
}
