using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Wire;
using Linnet.Wire.Messages;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports;

/// <summary>
/// The proxies that are trusted to name the client of a connection or request that they pass on. Any thread may call.
/// </summary>
internal sealed class TrustedProxies
{
    /// <summary>
    /// How long a trusted proxy may take to start or to complete a PROXY header. It sends the header at once; the time is for a packet
    /// that was lost on the way.
    /// </summary>
    public static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<IPNetwork> _networks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _sayingStranger;
    private readonly LogThrottle _sayingMalformed;
    private readonly LogThrottle _sayingUnnamed;
    private readonly LogThrottle _sayingDoubt;

    /// <summary>Creates the list.</summary>
    /// <param name="networks">Their addresses; empty: no proxy is trusted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs, now and then, proxies that are set up wrongly; default: no log.</param>
    /// <param name="setting">The name of the setting that adds one, for the log messages about an untrusted proxy.</param>
    public TrustedProxies(
        IReadOnlyList<IPNetwork> networks, TimeProvider time, ILogger? logger = null, string setting = nameof(TrustedProxies))
    {
        ArgumentNullException.ThrowIfNull(networks);
        Setting = setting;
        _networks = networks;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _sayingStranger = new LogThrottle(time);
        _sayingMalformed = new LogThrottle(time);
        _sayingUnnamed = new LogThrottle(time);
        _sayingDoubt = new LogThrottle(time);
    }

    /// <summary>The name of the setting that adds one.</summary>
    internal string Setting { get; }

    /// <summary>Whether a proxy at an address is trusted.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_networks.Count == 0)
        {
            return false;
        }

        IPAddress plain = address.Unmapped();
        return _networks.Any(network => network.Contains(plain));
    }

    internal bool Contains(PeerAddress peer) => _networks.Count > 0 && Contains(peer.ToAddress());

    /// <summary>
    /// Finds the client of a connection: the peer that opened it, or, if that is a trusted proxy, the client that its PROXY header
    /// names. The header is consumed.
    /// </summary>
    /// <param name="input">The bytes of the connection.</param>
    /// <param name="remote">The peer that opened it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="null"/>: the header is malformed or took too long, or the connection broke. It has to be closed.</returns>
    /// <remarks>A trusted proxy need not send a header. So a proxy that passes on TCP without a header must not be trusted: its clients
    /// could send one.</remarks>
    public async ValueTask<ClientOrigin?> ReadAsync(PipeReader input, IPEndPoint remote, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(remote);
        IPEndPoint peer = remote.Unmapped();
        if (!Contains(peer.Address))
        {
            return new ClientOrigin(peer);
        }

        using var patience = new CancellationTokenSource(HeaderTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        bool hasBegun = false;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(either.Token).ConfigureAwait(false);
                ProxyReadResult result = ProxyHeader.TryParse(read.Buffer, out ProxyHeader? header);
                hasBegun = !read.Buffer.IsEmpty;
                switch (result)
                {
                    case ProxyReadResult.Done:
                        input.AdvanceTo(read.Buffer.GetPosition(header!.Length));
                        return OriginOf(peer, header);
                    case ProxyReadResult.Absent:
                    case ProxyReadResult.NeedMore when read.IsCompleted:
                        input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                        return result == ProxyReadResult.Absent || !hasBegun ? new ClientOrigin(peer) : null;
                    case ProxyReadResult.Invalid:
                        input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                        return Refuse(peer, "it is malformed");
                    default:
                        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A client on the proxy's machine may wait for the server to speak first; the server limits that wait itself.
            return hasBegun ? Refuse(peer, "its end did not come") : new ClientOrigin(peer);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Finds the client that sent a request, from its connection and the headers that proxies added.</summary>
    /// <param name="peer">The client of the connection.</param>
    /// <param name="headers">The request's headers.</param>
    public ForwardedRequest Read(ClientOrigin peer, MessageHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(headers);
        ForwardedRequest request = ForwardedHeaders.Read(peer, headers, Contains);
        if (request.Doubt == ForwardedDoubt.UnnamedProxy)
        {
            SayUnnamed(peer.EndPoint.Address);
        }
        else if (request.Doubt != ForwardedDoubt.None && _sayingDoubt.TrySay(out Unsaid unsaid))
        {
            _logger.ProxyHidesClient(peer.EndPoint.Address, Sentence(request.Doubt), unsaid);
        }

        return request;
    }

    /// <summary>
    /// Logs a PROXY header from an untrusted peer. The caller refuses the connection.
    /// </summary>
    internal void Deny(IPEndPoint remote)
    {
        if (_sayingStranger.TrySay(out Unsaid unsaid))
        {
            _logger.ProxyHeaderOfStranger(remote, Setting, remote.Address, unsaid);
        }
    }

    private ClientOrigin? Refuse(IPEndPoint peer, string why)
    {
        if (_sayingMalformed.TrySay(out Unsaid unsaid))
        {
            _logger.ProxyHeaderMalformed(peer, why, unsaid);
        }

        return null;
    }

    // Any client can send such headers; only a peer on the local network is likely to be a proxy of ours.
    private void SayUnnamed(IPAddress address)
    {
        if (InnerNetwork.SideOf(address, []) is NetworkSide.Inner && _sayingUnnamed.TrySay(out Unsaid unsaid))
        {
            _logger.ProxyUnnamed(address, Setting, address, unsaid);
        }
    }

    private static ClientOrigin OriginOf(IPEndPoint peer, ProxyHeader header) =>
        header.IsLocal ? new ClientOrigin(peer)
        : header.Source is IPEndPoint source
            ? new ClientOrigin(source, ClientRoute.Proxied) { IsTls = header.IsTls, IsThroughOther = !IPAddress.IsLoopback(peer.Address) }
        : new ClientOrigin(peer, ClientRoute.Hidden) { IsTls = header.IsTls };

    private static string Sentence(ForwardedDoubt doubt) => doubt switch
    {
        ForwardedDoubt.Contradiction =>
            "its X-Forwarded-For and Forwarded name different clients; make it remove the one that it does not set itself",
        ForwardedDoubt.TooManyProxies => "the chain of proxies is too long",
        _ => "it gives no IP address in X-Forwarded-For or Forwarded",
    };
}
