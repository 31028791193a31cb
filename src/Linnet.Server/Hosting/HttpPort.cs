using System.Net;
using System.Net.Sockets;
using Linnet.Serving;
using Linnet.Transports;
using Linnet.Transports.Http.Push;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Linnet.Server.Hosting;

/// <summary>Opens the HTTP port, or says what to do if that fails.</summary>
internal static class HttpPort
{
    // Kernel memory for unread bytes of a client. The size is fixed and inherited by accepted sockets; otherwise Linux lets it grow to
    // megabytes each. It must suit a push (PushServer), since only the listening socket's size widens the TCP window negotiated at the
    // start; a connection that turns out not to be a push gets less (RadioServer). Linux caps it at net.core.rmem_max.
    internal const int ReceiveBufferSize = PushServer.ReceiveBufferSize;

    internal static IPEndPoint EndPoint(RadioHostOptions options, int port) =>
        new(options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), port);

    /// <summary>Where a web server listens first; <see langword="null"/>: it does not listen, or not on an IP address.</summary>
    internal static IPEndPoint? AddressOf(IServer server) =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(Parse).FirstOrDefault(static address => address is not null);

    private static IPEndPoint? Parse(string address) =>
        !Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? null
        : IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? ip) ? new IPEndPoint(ip, uri.Port)
        : uri.IsLoopback ? new IPEndPoint(IPAddress.Loopback, uri.Port)
        : null;

    /// <summary>Binds a socket as Kestrel does, or an IPv4 one on a machine without IPv6.</summary>
    internal static Socket Bind(EndPoint endPoint) => endPoint is IPEndPoint local
        ? DualStack.Open(local, SocketTransportOptions.CreateDefaultBoundListenSocket)
        : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    /// <summary>The error that users see.</summary>
    internal static PortException Problem(RadioHostOptions options, int port, SocketException e)
    {
        (string setting, string protocol) = port == options.HttpsPort ? (nameof(RadioHostOptions.HttpsPort), "HTTPS")
            : port == options.RtspsPort ? (nameof(RadioHostOptions.RtspsPort), "RTSPS")
            : (nameof(RadioHostOptions.Port), "HTTP");
        return PortException.Of(
            $"TCP port {port}",
            $"{nameof(RadioHostOptions)}.{setting}",
            e,
            $"{nameof(RadioHostOptions)}.{nameof(RadioHostOptions.Bind)}",
            $"perhaps by another Linnet or an Icecast; choose another, or switch {protocol} off",
            "off");
    }
}
