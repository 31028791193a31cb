using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Load;

/// <summary>A listener over HTTP in a few lines, made to be many, each from an address of its own.</summary>
internal sealed class RadioClient : IDisposable
{
    private static int _addresses;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _kept;
    private readonly Lock _gate = new();
    private readonly int _port;
    private readonly string _path;
    private int _count;

    /// <param name="port">The server's.</param>
    /// <param name="path">What it hears.</param>
    /// <param name="keeps">How much it keeps of what it hears.</param>
    /// <param name="window">Bytes that the kernel takes for it unread; 0: the usual.</param>
    public RadioClient(int port, string path, int keeps = 0, int window = 0)
    {
        _port = port;
        _path = path;
        _kept = new byte[keeps];
        if (window > 0)
        {
            // Before it connects, so that the window is small and stays so.
            _socket.ReceiveBufferSize = window;
        }
    }

    /// <summary>The status of the answer; 0: there was none.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of sound it heard.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the server ended it.</summary>
    public bool WasEnded { get; private set; }

    /// <summary>Compares what this one heard with what another did.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> if it is one piece of the other, to the last byte that both have.</returns>
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
    /// <param name="pause">Between two reads, of 100 bytes then; zero: it reads all it can.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
            // It was to listen no longer.
        }
    }

    /// <summary>Asks, hears the answer's head, and then reads nothing; returns when the server has ended it, or when cancelled.</summary>
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

    /// <summary>Says something, and returns when the server has ended it, or when cancelled.</summary>
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
            // It was to wait no longer.
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

    /// <summary>Reads the answer's head; what came behind it is at the front of the buffer.</summary>
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

    /// <summary>Whether the kernel says so: on Linux, by the connection's state.</summary>
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
        // What it got when it joined may be its own: Ogg's first pages.
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
