using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>The kernel's send buffer for a listener: enough audio for a short interruption and for one write, and no more.</summary>
internal static class KernelBuffer
{
    /// <summary>The smallest buffer, in bytes.</summary>
    internal const int Least = 16 * 1024;

    /// <summary>
    /// The largest buffer, in bytes, for any rendition: half a second of eight channels of 24 bits at 96 kHz. The kernel may use twice as
    /// much, for its overhead.
    /// </summary>
    internal const int Most = 1 << 20;

    // Up to this size (two seconds of CD audio) only time counts. Some seconds of a high bit rate are megabytes, multiplied by hundreds of
    // listeners that never read.
    private const int Plenty = 384 * 1024;

    // A listener over HTTP is sent half a second at a time, and a little more must fit.
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(0.75);

    /// <summary>Calculates the size for a listener, in bytes.</summary>
    /// <param name="bytesPerSecond">The rendition's rate on the wire, in bytes per second.</param>
    /// <param name="time">How much audio to hold, unless that is too many bytes.</param>
    internal static int For(double bytesPerSecond, TimeSpan time)
    {
        double most = Math.Max(Plenty, bytesPerSecond * LeastTime.TotalSeconds);
        return (int)Math.Clamp(Math.Min(bytesPerSecond * time.TotalSeconds, most), Least, Most);
    }

    /// <summary>Sets a socket's send buffer.</summary>
    /// <returns>Bytes that the kernel may now hold: Linux doubles the requested size and has its own limit
    /// (<c>net.core.wmem_max</c>).</returns>
    /// <exception cref="SocketException">The connection is broken.</exception>
    internal static long Set(Socket socket, int bytes)
    {
        socket.SendBufferSize = bytes;
        return socket.SendBufferSize;
    }
}
