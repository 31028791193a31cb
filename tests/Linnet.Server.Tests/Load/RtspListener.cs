using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Wire.Rtp;

namespace Linnet.Server.Tests.Load;

/// <summary>A minimal RTSP listener for crowds: it checks that no packet is missing, and can stop reading.</summary>
internal sealed class RtspListener : IDisposable
{
    private readonly Socket _control = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket? _udp;
    private readonly Socket? _rtcp;
    private readonly bool _stalls;
    private readonly int _port;
    private readonly string _url;
    private string _session = "";
    private int _sequence = -1;
    private int _requests;

    public RtspListener(int port, string path, bool overUdp, bool stalls)
    {
        _port = port;
        _url = $"rtsp://127.0.0.1:{port}/{path}";
        _stalls = stalls;
        if (overUdp)
        {
            (_udp, _rtcp) = BindPair();
            _udp.ReceiveBufferSize = stalls ? 4096 : 1 << 20;
        }
        else if (stalls)
        {
            // Set before connecting, so that the window is small and stays small.
            _control.ReceiveBufferSize = 4096;
        }
    }

    /// <summary>Packets received.</summary>
    public int Packets { get; private set; }

    /// <summary>Packets missing between those received.</summary>
    public int Missing { get; private set; }

    /// <summary>Listens until canceled. A stalled listener requests the audio and then reads nothing.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _control.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
        string transport = _udp is null
            ? "RTP/AVP/TCP;unicast;interleaved=0-1"
            : $"RTP/AVP;unicast;client_port={((IPEndPoint)_udp.LocalEndPoint!).Port}-{((IPEndPoint)_udp.LocalEndPoint!).Port + 1}";
        string setup = await AskAsync("SETUP", $"Transport: {transport}\r\n", cancellationToken);
        _session = setup.Split("Session: ")[1].Split([';', '\r'])[0];
        await SendAsync("PLAY", "", cancellationToken);
        try
        {
            if (_stalls)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            await (_udp is null
                ? ReadConnectionAsync(cancellationToken)
                : Task.WhenAll(ReadDatagramsAsync(cancellationToken), KeepAliveAsync(cancellationToken)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    public void Dispose()
    {
        _control.Dispose();
        _udp?.Dispose();
        _rtcp?.Dispose();
    }

    // It owns both ports: reports must not reach another test's port.
    private static (Socket Rtp, Socket Rtcp) BindPair()
    {
        while (true)
        {
            var rtp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            rtp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)rtp.LocalEndPoint!).Port;
            var rtcp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                rtcp.Bind(new IPEndPoint(IPAddress.Loopback, port + 1));
                return (rtp, rtcp);
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                rtp.Dispose();
                rtcp.Dispose();
            }
        }
    }

    private async Task ReadDatagramsAsync(CancellationToken cancellationToken)
    {
        byte[] datagram = new byte[2048];
        while (true)
        {
            Check(datagram.AsSpan(0, await _udp!.ReceiveAsync(datagram, SocketFlags.None, cancellationToken)));
        }
    }

    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, cancellationToken);
            await AskAsync("GET_PARAMETER", "", cancellationToken);
        }
    }

    private async Task ReadConnectionAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 16];
        int held = 0;
        while (true)
        {
            int count = await _control.ReceiveAsync(buffer.AsMemory(held), SocketFlags.None, cancellationToken);
            Assert.NotEqual(0, count);
            held += count;
            int taken = Take(buffer.AsSpan(0, held));
            buffer.AsSpan(taken, held - taken).CopyTo(buffer);
            held -= taken;
        }
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (bytes.Length - at >= 4)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            if (rest[0] != '$')
            {
                int end = rest.IndexOf("\r\n\r\n"u8);
                if (end < 0)
                {
                    break;
                }

                at += end + 4;
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (rest.Length < 4 + length)
            {
                break;
            }

            if (rest[1] == 0)
            {
                Check(rest.Slice(4, length));
            }

            at += 4 + length;
        }

        return at;
    }

    private void Check(ReadOnlySpan<byte> datagram)
    {
        Assert.True(RtpPacket.TryParse(datagram, out RtpPacket packet));
        int sequence = packet.Header.SequenceNumber;
        Missing += _sequence < 0 ? 0 : (ushort)(sequence - _sequence - 1);
        _sequence = sequence;
        Packets++;
    }

    private async Task<string> AskAsync(string method, string headers, CancellationToken cancellationToken)
    {
        await SendAsync(method, headers, cancellationToken);
        var answer = new StringBuilder();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.NotEqual(0, await _control.ReceiveAsync(one, SocketFlags.None, cancellationToken));
            answer.Append((char)one[0]);
        }

        Assert.Contains(" 200 ", answer.ToString(), StringComparison.Ordinal);
        return answer.ToString();
    }

    private async Task SendAsync(string method, string headers, CancellationToken cancellationToken)
    {
        string session = _session.Length == 0 ? "" : $"Session: {_session}\r\n";
        string request = $"{method} {_url} RTSP/1.0\r\nCSeq: {++_requests}\r\n{session}{headers}\r\n";
        await _control.SendAsync(Encoding.ASCII.GetBytes(request), SocketFlags.None, cancellationToken);
    }
}
