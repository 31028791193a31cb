using System.Net;
using System.Net.Sockets;
using Linnet.Transports.Http.Push;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Linnet.Server.Hosting;

/// <summary>Opens the HTTP port, or says what to do if that fails.</summary>
internal static class HttpPort
{
    // Kernel memory for unread bytes of a client. The size is fixed and inherited by accepted sockets; otherwise Linux lets it grow to
    // megabytes each. It must suit a push (PushServer), since only the listening socket's size widens the TCP window negotiated at the
    // start; a connection that turns out not to be a push gets less (RadioServer). Linux caps it at net.core.rmem_max.
    internal const int ReceiveBufferSize = PushServer.ReceiveBufferSize;

    internal static IPEndPoint EndPoint(RadioHostOptions options) =>
        new(options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), options.Port);

    /// <summary>Binds a socket as Kestrel does, or an IPv4 one on a machine without IPv6.</summary>
    internal static Socket Bind(EndPoint endPoint)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }
        catch (SocketException e) when (endPoint is IPEndPoint { Address: { } address } ip && address.Equals(IPAddress.IPv6Any)
            && e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable
                or SocketError.ProtocolNotSupported)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(IPAddress.Any, ip.Port));
        }
    }

    /// <summary>The error that users see.</summary>
    internal static IOException Problem(int port, SocketException e) => new(
        e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                $"TCP port {port} is taken, perhaps by another Linnet or an Icecast; choose another with --http-port, or off for no HTTP.",
            SocketError.AccessDenied => $"TCP port {port} is for root alone; choose one above 1023 with --http-port.",
            SocketError.TooManyOpenSockets =>
                "This process may open no more files and sockets; raise that with ulimit -n, or LimitNOFILE= in a systemd unit.",
            SocketError.AddressNotAvailable => "This machine has no such address; name one of its own with --bind.",
            _ => $"TCP port {port} cannot be opened: {e.Message}; choose another with --http-port.",
        },
        e);
}
