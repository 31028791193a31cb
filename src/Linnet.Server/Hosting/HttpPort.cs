using System.Net;
using System.Net.Sockets;
using Linnet.Transports.Http.Push;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Linnet.Server.Hosting;

/// <summary>Opens the port for HTTP, and says what to do where it cannot be had.</summary>
internal static class HttpPort
{
    // What the kernel may hold of what a client sends and nobody reads. A fixed size, which sockets that are accepted inherit: else Linux
    // lets it grow to megabytes for each. It has to be what a push needs (PushServer), since only the listening socket's size widens the
    // window that TCP agrees on at the start; whoever turns out to be no pusher gets less (RadioServer). Linux takes no more than
    // net.core.rmem_max.
    internal const int ReceiveBufferSize = PushServer.ReceiveBufferSize;

    internal static IPEndPoint EndPoint(RadioHostOptions options) =>
        new(options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), options.Port);

    /// <summary>A socket bound as Kestrel does it, and on a machine whose IPv6 is switched off by IPv4 alone.</summary>
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

    /// <summary>The error that people see.</summary>
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
