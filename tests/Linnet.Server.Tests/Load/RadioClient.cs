using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Load;

/// <summary>A minimal HTTP listener for crowds. Each has its own address.</summary>
internal sealed class RadioClient : IDisposable
{
    private static int _addresses;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _kept;
    private readonly Lock _gate = new();
    private readonly int _port;
    private readonly string _path;
    private int _count;

    /// <param name="port">The server's port.</param>
    /// <param name="path">The path to request.</param>
    /// <param name="keeps">How many bytes of the audio it keeps.</param>
    /// <param name="window">Bytes that the kernel buffers for it unread; 0 for the default.</param>
    public RadioClient(int port, string path, int keeps = 0, int window = 0)
    {
        _port = port;
        _path = path;
        _kept = new byte[keeps];
        if (window > 0)
        {
            // Set before connecting, so that the window is small and stays small.
            _socket.ReceiveBufferSize = window;
        }
    }

    /// <summary>The status code of the answer; 0 if there was none.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of audio received.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the server ended the connection.</summary>
    public bool WasEnded { get; private set; }

    /// <summary>Compares what this client received with what another did.</summary>
    /// <returns>The error; <see langword="null"/> if it is a contiguous piece of the other, up to the last byte that both have.</returns>
    public string? Compare(RadioClient reference)
    {
        lock (_gate)
        {
            lock (reference._gate)
            {
                return Compare(_kept.AsSpan(0, _count), reference._kept.AsSpan(0, reference._count));
            }
        }
    }

    /// <summary>Listens until cancelled or ended.</summary>
    /// <param name="pause">Time between two reads of 100 bytes; zero to read all it can.</param>
    /// <param name="cancellationToken">Stops listening.</param>
    public async Task ListenAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 14];
        try
        {
            await AskAsync(Encoding.ASCII.GetBytes($"GET {_path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancellationToken);
            int held = await HearHeadAsync(buffer, cancellationToken);
            while (held > 0)
            {
                Bytes += Status == 200 ? held : 0;
                Keep(buffer.AsSpan(0, held));

                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, TimeProvider.System, cancellationToken);
                }

                held = await _socket.ReceiveAsync(pause > TimeSpan.Zero ? buffer.AsMemory(0, 100) : buffer, cancellationToken);
            }

            WasEnded = true;
        }
        catch (SocketException)
        {
            WasEnded = true;
        }
        catch (OperationCanceledException)
        {
            // The test stopped it.
        }
    }

    /// <summary>
    /// Sends a request, receives the answer's head, then reads nothing. Returns when the server closes the connection, or when canceled.
    /// </summary>
    public async Task StallAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(Encoding.ASCII.GetBytes($"GET {_path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancellationToken);
            await HearHeadAsync(new byte[400], cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await EndAsync(cancellationToken);
    }

    /// <summary>Sends some bytes. Returns when the server closes the connection, or when canceled.</summary>
    public async Task SayAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(bytes, cancellationToken);
            byte[] buffer = new byte[4096];
            int count = await _socket.ReceiveAsync(buffer, cancellationToken);
            Status = StatusOf(buffer.AsSpan(0, count));
            while (count > 0)
            {
                Bytes += count;
                count = await _socket.ReceiveAsync(buffer, cancellationToken);
            }

            WasEnded = true;
        }
        catch (SocketException)
        {
            WasEnded = true;
        }
        catch (OperationCanceledException)
        {
            // The test stopped it.
        }
    }

    /// <summary>Closes without a goodbye.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task AskAsync(byte[] request, CancellationToken cancellationToken)
    {
        int number = Interlocked.Increment(ref _addresses);
        _socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number >> 8), (byte)number]), 0));
        await _socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
        await _socket.SendAsync(request, cancellationToken);
    }

    /// <summary>Reads the answer's head; the bytes after it are at the front of the buffer.</summary>
    private async Task<int> HearHeadAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        int held = 0;
        while (true)
        {
            int count = await _socket.ReceiveAsync(buffer.AsMemory(held), cancellationToken);
            held += count;
            int end = buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8);
            if (count == 0 || end >= 0)
            {
                Status = StatusOf(buffer.AsSpan(0, held));
                buffer.AsSpan(end < 0 ? held : end + 4, end < 0 ? 0 : held - end - 4).CopyTo(buffer);
                return count == 0 || end < 0 ? 0 : held - end - 4;
            }
        }
    }

    /// <summary>Waits for the connection's end without reading it.</summary>
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_socket.Poll(0, SelectMode.SelectError) || IsClosed())
            {
                WasEnded = true;
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether the kernel reports the end: on Linux, by the connection's state.</summary>
    private bool IsClosed()
    {
        Span<byte> info = stackalloc byte[104];
        const int Tcp = 6;
        const int TcpInfo = 11;
        const int Established = 1;
        return _socket.GetRawSocketOption(Tcp, TcpInfo, info) > 0 && info[0] != Established;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            bytes = bytes[..Math.Min(bytes.Length, _kept.Length - _count)];
            bytes.CopyTo(_kept.AsSpan(_count));
            _count += bytes.Length;
        }
    }

    private static string? Compare(ReadOnlySpan<byte> heard, ReadOnlySpan<byte> reference)
    {
        // The bytes sent on connect may differ: Ogg's first pages.
        const int Own = 8192;
        const int Probe = 2048;
        if (heard.Length < Own + Probe)
        {
            return null;
        }

        int at = reference.IndexOf(heard.Slice(Own, Probe));
        if (at < 0)
        {
            return $"Of {heard.Length} bytes those from {Own} on are not in the {reference.Length} of the reference.";
        }

        int both = Math.Min(heard.Length - Own, reference.Length - at);
        int same = heard.Slice(Own, both).CommonPrefixLength(reference.Slice(at, both));
        return same == both ? null : $"Of {heard.Length} bytes {Own + same} are right, then others follow.";
    }

    private static int StatusOf(ReadOnlySpan<byte> head) =>
        head.Length > 12 && int.TryParse(head[9..12], out int status) ? status : 0;
}
