using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>
/// How much of a listener's sound the kernel may hold: enough to ride out a short break, and to take what is written at a time; no more.
/// </summary>
internal static class KernelBuffer
{
    /// <summary>The least, in bytes.</summary>
    internal const int Least = 16 * 1024;

    /// <summary>
    /// The most, whatever the rendition: half a second of eight channels of 24 bit at 96 kHz. The kernel may take twice as much, for its
    /// own books.
    /// </summary>
    internal const int Most = 1 << 20;

    // Up to here, two seconds of CD sound, time counts alone; some seconds of a high bit rate are megabytes, which hundreds of listeners
    // that never read would multiply.
    private const int Plenty = 384 * 1024;

    // Half a second is written at a time to who hears over HTTP, and a little more must fit.
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(0.75);

    /// <summary>The size for a listener.</summary>
    /// <param name="bytesPerSecond">Of its rendition on the wire.</param>
    /// <param name="time">How much sound, unless that is too many bytes.</param>
    internal static int For(double bytesPerSecond, TimeSpan time)
    {
        double most = Math.Max(Plenty, bytesPerSecond * LeastTime.TotalSeconds);
        return (int)Math.Clamp(Math.Min(bytesPerSecond * time.TotalSeconds, most), Least, Most);
    }

    /// <summary>Sets it.</summary>
    /// <returns>Bytes that the kernel may now hold: Linux doubles what it is told, and has a limit of its own
    /// (<c>net.core.wmem_max</c>).</returns>
    /// <exception cref="SocketException">The connection is broken.</exception>
    internal static long Set(Socket socket, int bytes)
    {
        socket.SendBufferSize = bytes;
        return socket.SendBufferSize;
    }
}
