using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>
/// Settings that make a socket better, and without which it works. A system that does not have one, or does not take the value, is no
/// reason to fail: macOS and BSD refuse a buffer above their limit, and any setting of a connection that the peer has closed. Neither is a
/// socket that was closed here meanwhile.
/// </summary>
internal static class SocketSetting
{
    // Systems start with more.
    private const int LeastBuffer = 4096;

    /// <summary>Asks for a receive buffer of so many bytes, or the largest half, quarter and so on that the system gives.</summary>
    internal static void TrySetReceiveBuffer(this Socket socket, int bytes) =>
        TryHalves(bytes, size => socket.ReceiveBufferSize = size);

    /// <summary>Asks for a send buffer of so many bytes, or the largest half, quarter and so on that the system gives.</summary>
    internal static void TrySetSendBuffer(this Socket socket, int bytes) => TryHalves(bytes, size => socket.SendBufferSize = size);

    /// <summary>Asks that small writes are sent at once.</summary>
    internal static void TrySetNoDelay(this Socket socket) => Try(() => socket.NoDelay = true);

    /// <summary>Asks that the end of a silent connection is noticed.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="seconds">Silence before the first probe, and between two.</param>
    /// <param name="tries">Unanswered probes after which the connection is over.</param>
    internal static void TryKeepAlive(this Socket socket, int seconds, int tries)
    {
        Try(() => socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true));

        // Windows has these since 2017, and Wine 8 does not. The system's own times are longer.
        Try(() => socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds));
        Try(() => socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, seconds));
        Try(() => socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, tries));
    }

    /// <summary>Calls <paramref name="set"/> with the value, its half and so on, until one is not refused.</summary>
    internal static void TryHalves(int value, Action<int> set)
    {
        for (int half = value; !Try(() => set(half)) && half / 2 >= LeastBuffer; half /= 2)
        {
        }
    }

    private static bool Try(Action set)
    {
        try
        {
            set();
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
