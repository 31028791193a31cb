using System.Net;
using System.Net.Sockets;
using Linnet.Wire.PyAudio;

namespace Linnet.Server.Tests.Load;

/// <summary>
/// One of many clients of a PyAudio tutorial format: it joins and leaves, and checks that it receives one contiguous run of the source.
/// </summary>
internal sealed class PyAudioClient(IPEndPoint server, bool overUdp, int seed)
{
    private const int SolSocket = 1;
    private const int SoReceiveBufferForce = 33;
    private const int Buffer = 8 << 20;

    private readonly Random _random = new(seed);

    /// <summary>How often it received audio.</summary>
    public int Runs { get; private set; }

    /// <summary>Total frames it received.</summary>
    public long Frames { get; private set; }

    /// <summary>The first error, if any.</summary>
    public string? Fault { get; private set; }

    /// <summary>Joins and leaves until cancelled.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(over);
            leaving.CancelAfter(TimeSpan.FromMilliseconds(_random.Next(500, 6000)));
            await (overUdp ? HearDatagramsAsync(leaving.Token) : HearMessagesAsync(leaving.Token));
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(300)), TimeProvider.System, over)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A UDP socket with the largest possible buffer: no datagram may be lost because a test was not scheduled.</summary>
    public static Socket NewUdpSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = Buffer };
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(Buffer));
        }
        catch (SocketException)
        {
            // Needs root.
        }

        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task HearDatagramsAsync(CancellationToken cancellationToken)
    {
        using Socket socket = NewUdpSocket();
        await socket.SendToAsync("Hello"u8.ToArray(), SocketFlags.None, server, CancellationToken.None);
        byte[] datagram = new byte[65_536];
        uint? next = null;
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await socket.ReceiveFromAsync(datagram, SocketFlags.None, server, cancellationToken);
                if (received.RemoteEndPoint.Equals(server))
                {
                    Check(datagram.AsSpan(0, received.ReceivedBytes), ref next);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Runs += next is null ? 0 : 1;
        }
    }

    private async Task HearMessagesAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, CancellationToken.None);
        byte[] buffer = new byte[1 << 16];
        int held = 0;
        uint? next = null;
        try
        {
            while (true)
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(held), SocketFlags.None, cancellationToken);
                Assert.NotEqual(0, count);
                held += count;
                while (PyAudioMessage.Read(buffer.AsSpan(0, held), out PyAudioMessage message) is PyAudioReadResult.Done)
                {
                    Check(message.Sound, ref next);
                    buffer.AsSpan(message.Length, held - message.Length).CopyTo(buffer);
                    held -= message.Length;
                }

                Assert.NotEqual(PyAudioReadResult.Invalid, PyAudioMessage.Read(buffer.AsSpan(0, held), out _));
            }
        }
        catch (OperationCanceledException)
        {
            Runs += next is null ? 0 : 1;
        }

        if (_random.Next(2) == 0)
        {
            // Leaves without a goodbye.
            socket.LingerState = new LingerOption(true, 0);
        }
    }

    private void Check(ReadOnlySpan<byte> sound, ref uint? next)
    {
        for (; !sound.IsEmpty; sound = sound[4..])
        {
            uint position = PositionSource.PositionOf(sound);
            if (next is { } expected && position != expected)
            {
                Fault ??= $"Frame {position} followed {expected - 1}.";
            }

            next = position + 1;
            Frames++;
        }
    }
}
