using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving;

/// <summary>The parts of a server that its protocols use.</summary>
/// <param name="Directory">The stations.</param>
/// <param name="Senders">The sender threads. They run until every protocol has ended.</param>
/// <param name="Connections">Accepts the connections of all ports, so that they share the process's limit of open files.</param>
/// <param name="Proxies">The proxies that are trusted.</param>
/// <param name="Access">Decides about listeners and pushers.</param>
/// <param name="Bind">The address to listen at.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record ServingContext(
    StationDirectory Directory,
    SenderPool Senders,
    ConnectionGate Connections,
    TrustedProxies Proxies,
    AccessControl Access,
    IPAddress Bind,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Names of stations that are added later.</summary>
    public IReadOnlyList<string> Expected { get; init; } = [];

    /// <summary>What the server has to do now. Any thread may ask, several times a second.</summary>
    public Func<NodeLoad> Load { get; init; } = static () => default;

    /// <summary>
    /// Whether a station of this server has sound of its own now: always, but that others send to it, and none does.
    /// <see langword="null"/>: this server has no station of that name. Any thread may ask.
    /// </summary>
    public Func<string, bool?> IsLive { get; init; } = static _ => true;

    /// <summary>Opens a TCP port.</summary>
    /// <param name="port">The port; 0: any free one.</param>
    /// <param name="setting">The option that changes it, as <see cref="SettingAdvice.Setting"/> has it.</param>
    /// <param name="readsProxyHeaders">
    /// Whether PROXY headers are read. Off for protocols whose clients send nothing: each would be waited for.
    /// </param>
    /// <param name="receiveBuffer">Bytes that the kernel may hold of what a client sends; 0: 64 KiB.</param>
    /// <exception cref="PortException">The port cannot be opened.</exception>
    public TcpListenerHost Listen(int port, string setting, bool readsProxyHeaders = true, int receiveBuffer = 0)
    {
        var options = new TcpListenerOptions { Local = new IPEndPoint(Bind, port) };
        return Open(
            () => new TcpListenerHost(
                receiveBuffer > 0 ? options with { ReceiveBufferSize = receiveBuffer } : options, Time, Connections,
                readsProxyHeaders ? Proxies : null),
            $"TCP port {port}",
            setting);
    }

    /// <summary>Opens a port with the given function, and explains a failure.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="what">The name of the port in messages, such as <c>UDP port 9633</c>.</param>
    /// <param name="setting">The option that changes it.</param>
    /// <exception cref="PortException">The port cannot be opened.</exception>
    public static T Open<T>(Func<T> open, string what, string setting)
    {
        ArgumentNullException.ThrowIfNull(open);
        try
        {
            return open();
        }
        catch (SocketException e)
        {
            throw PortException.Of(what, setting, e);
        }
    }
}
