using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Transports;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Linnet.Server.Hosting.Tls;

/// <summary>
/// Stands before the TLS of a port: <c>accept ─► PROXY header ─► first byte ─► handshake ─► protocol</c>. Until the handshake is done a
/// connection gives way to others, like any that has not sent a complete request.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="time">The clock.</param>
internal sealed class TlsFront(StationServer server, TimeProvider time)
{
    /// <summary>How long a client may take until the handshake is done.</summary>
    internal static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    // As for connections without a complete request (RadioServerOptions.MaxWaiting).
    private const int MaxWaiting = 5000;
    private const int MaxWaitingPerAddress = 250;

    // The first byte of every TLS connection: a record with a handshake message (RFC 8446 §5.1).
    private const byte HandshakeRecord = 22;

    private readonly WaitingRoom _waiting = Watched(server, time);
    private readonly HandshakePace _pace = new(HandshakePace.PerProcessor * Environment.ProcessorCount, time);

    /// <summary>Connections whose handshake is not done.</summary>
    internal WaitingRoom Waiting => _waiting;

    /// <summary>Puts TLS before the protocol of an endpoint.</summary>
    /// <param name="listen">The endpoint. The protocol is added after this.</param>
    /// <param name="options">The options of the next handshake.</param>
    /// <param name="refusal">The answer to a client that speaks the protocol without TLS.</param>
    internal void Use(ListenOptions listen, Func<SslServerAuthenticationOptions> options, string refusal)
    {
        byte[] answer = Encoding.ASCII.GetBytes(refusal);
        listen.Use(next => connection => ServeAsync(connection, next, answer));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTime,
            OnConnection = async context =>
            {
                await _pace.WaitAsync(PeerOf(context.Connection), context.CancellationToken).ConfigureAwait(false);
                return options();
            },
        });
        listen.Use(static next => connection =>
        {
            connection.Features.Get<WaitingRoom.Place>()?.Dispose();
            if (connection.Features.Get<ISslStreamFeature>() is { } tls)
            {
                TlsMemory.Save(tls.SslStream);
            }

            return next(connection);
        });
    }

    private static PeerAddress PeerOf(ConnectionContext connection) => PeerAddress.Of(
        connection.Features.Get<ClientOrigin>()?.EndPoint.Address ?? ((IPEndPoint)connection.RemoteEndPoint!).Address);

    private static WaitingRoom Watched(StationServer server, TimeProvider time)
    {
        var waiting = new WaitingRoom(MaxWaiting, MaxWaitingPerAddress, time);
        server.Connections.Watch(waiting);
        return waiting;
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, byte[] refusal)
    {
        if (connection.RemoteEndPoint is not IPEndPoint remote)
        {
            connection.Abort();
            return;
        }

        using WaitingRoom.Place? place = _waiting.TryEnter(
            PeerAddress.Of(remote.Address), connection.Abort, server.Proxies.Contains(remote.Address));
        if (place is null || await OriginAsync(connection, remote).ConfigureAwait(false) is not ClientOrigin origin)
        {
            connection.Abort();
            return;
        }

        if (await BeginsAsync(connection, refusal).ConfigureAwait(false))
        {
            connection.Features.Set(origin with { IsTls = true });
            connection.Features.Set(place);
            await next(connection).ConfigureAwait(false);
        }
    }

    private async ValueTask<ClientOrigin?> OriginAsync(ConnectionContext connection, IPEndPoint remote)
    {
        Socket socket = EndpointOutput.SocketOf(connection, "TLS");
        ClientOrigin? origin = await server.Proxies.ReadAsync(connection.Transport.Input, remote, EndpointOutput.Stopping(connection))
            .ConfigureAwait(false);
        return origin is not null && server.Connections.TryAttribute(socket, origin.EndPoint.Address) ? origin : null;
    }

    /// <summary>Whether the client begins with TLS. Otherwise it gets the answer.</summary>
    private async ValueTask<bool> BeginsAsync(ConnectionContext connection, byte[] refusal)
    {
        PipeReader input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(HandshakeTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, EndpointOutput.Stopping(connection));
        try
        {
            ReadResult read = await input.ReadAsync(either.Token).ConfigureAwait(false);
            if (read.Buffer.IsEmpty)
            {
                return false;
            }

            if (read.Buffer.Slice(0, 1).FirstSpan[0] == HandshakeRecord)
            {
                input.AdvanceTo(read.Buffer.Start);
                return true;
            }

            // Unread bytes would reset the connection, and the answer would be lost.
            input.AdvanceTo(read.Buffer.End);
            await connection.Transport.Output.WriteAsync(refusal, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has left, is too slow, or has given way.
        }

        return false;
    }
}
