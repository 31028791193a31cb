using System.Net;

namespace Linnet.Transports;

/// <summary>The address that a <see cref="TcpListenerHost"/> listens on, and its limits.</summary>
internal sealed record TcpListenerOptions : IValidatable
{
    /// <summary>The address to listen on. <see cref="IPAddress.IPv6Any"/>: all addresses, IPv4 included. Port 0: any free port.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>Connections at a time; more are closed at once. 1 – 1,000,000; default 20,000.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>
    /// Connections that the kernel completes before they are accepted; it may hold fewer (net.core.somaxconn). 1 – 65,535; default 4096.
    /// </summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>
    /// Bytes from a client that the kernel may hold until a handler reads them. Also sets the TCP window agreed on at the start: what a
    /// connection can carry in one round trip. Requests need little; a server that accepts pushes over long distances needs more
    /// (<see cref="Http.Push.PushServer.ReceiveBufferSize"/>). The kernel may give less (<c>net.core.rmem_max</c>). 4 KiB – 16 MiB; default
    /// 64 KiB.
    /// </summary>
    public int ReceiveBufferSize { get; init; } = TcpListenerHost.ReceiveBufferSize;

    /// <summary>How long a stopping host waits for its connections to end before it closes them. 0–300 s; default 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (MaxConnections is < 1 or > 1_000_000)
        {
            yield return $"{nameof(MaxConnections)} is {MaxConnections}; it must be between 1 and 1,000,000.";
        }

        if (Backlog is < 1 or > 65_535)
        {
            yield return $"{nameof(Backlog)} is {Backlog}; it must be between 1 and 65,535.";
        }

        if (ReceiveBufferSize is < 4 * 1024 or > 16 << 20)
        {
            yield return $"{nameof(ReceiveBufferSize)} is {ReceiveBufferSize}; it must be between 4 KiB and 16 MiB.";
        }

        if (ShutdownTimeout.TotalSeconds is < 0 or > 300)
        {
            yield return $"{nameof(ShutdownTimeout)} is {ShutdownTimeout}; it must be between 0 s and 300 s.";
        }
    }
}
