using System.Net;

namespace Linnet.Transports;

/// <summary>The address that a <see cref="TcpListenerHost"/> listens on, and what the kernel may hold for it.</summary>
internal sealed record TcpListenerOptions : IValidatable
{
    /// <summary>The address to listen on. <see cref="IPAddress.IPv6Any"/>: all addresses, IPv4 included. Port 0: any free port.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>
    /// Bytes from a client that the kernel may hold until a handler reads them. Also sets the TCP window agreed on at the start: what a
    /// connection can carry in one round trip. Requests need little; a server that accepts pushes over long distances needs more
    /// (<see cref="Http.Push.PushServer.ReceiveBufferSize"/>). The kernel may give less (<c>net.core.rmem_max</c>). 4 KiB – 16 MiB; default
    /// 64 KiB.
    /// </summary>
    public int ReceiveBufferSize { get; init; } = TcpListenerHost.ReceiveBufferSize;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(ReceiveBufferSize, "4 KiB", "16 MiB");
}
