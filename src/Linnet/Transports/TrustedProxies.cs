using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Wire.Messages;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports;

/// <summary>
/// The proxies that are believed when they say whose connection or request they pass on; nobody else is. Any thread may call.
/// </summary>
public sealed class TrustedProxies
{
    /// <summary>
    /// How long a trusted proxy may take for a PROXY header that it has begun, or to begin one. It sends it at once; this is for a packet
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

    /// <summary>Some.</summary>
    /// <param name="networks">Their addresses; empty: nobody is believed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told, now and then, of proxies that are not set up as they should be; default nobody.</param>
    /// <param name="setting">What the setting is called that adds one: named to people who run a proxy that is not trusted.</param>
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

    /// <summary>What the setting is called that adds one.</summary>
    internal string Setting { get; }

    /// <summary>Whether a proxy at an address is believed.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_networks.Count == 0)
        {
            return false;
        }

        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Any(network => network.Contains(plain));
    }

    internal bool Contains(PeerAddress peer) => _networks.Count > 0 && Contains(peer.ToAddress());

    /// <summary>
    /// Says whose a connection is: that of whoever opened it, or, if that is a trusted proxy, of whom its PROXY header names, which is
    /// consumed.
    /// </summary>
    /// <param name="input">What the connection brings.</param>
    /// <param name="remote">Who opened it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="null"/>: the header is malformed or took too long, or the connection broke. It has to be closed.</returns>
    /// <remarks>A trusted proxy need not send a header. So one that passes on TCP without it must not be trusted: its clients could write
    /// one.</remarks>
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
                        return Refuse(peer, "it makes no sense");
                    default:
                        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A client of its own machine may wait to be spoken to; the server that it came to has its own patience for that.
            return hasBegun ? Refuse(peer, "its end did not come") : new ClientOrigin(peer);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Says who sent a request, from its connection and what proxies added to its headers.</summary>
    /// <param name="peer">Whose connection it is.</param>
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
        else if (request.Doubt != ForwardedDoubt.None && _sayingDoubt.TrySay(out long unsaid))
        {
            _logger.ProxyHidesClient(peer.EndPoint.Address, Sentence(request.Doubt), unsaid);
        }

        return request;
    }

    /// <summary>
    /// Tells people that somebody sent a PROXY header who is not believed. Its connection is refused by whoever found it.
    /// </summary>
    internal void Deny(IPEndPoint remote)
    {
        if (_sayingStranger.TrySay(out long unsaid))
        {
            _logger.ProxyHeaderOfStranger(remote, Setting, remote.Address, unsaid);
        }
    }

    private ClientOrigin? Refuse(IPEndPoint peer, string why)
    {
        if (_sayingMalformed.TrySay(out long unsaid))
        {
            _logger.ProxyHeaderMalformed(peer, why, unsaid);
        }

        return null;
    }

    // Anybody can write such headers; only of a neighbour is it likely that it is a proxy, and one of our own.
    private void SayUnnamed(IPAddress address)
    {
        if (InnerNetwork.SideOf(address, []) is NetworkSide.Inner && _sayingUnnamed.TrySay(out long unsaid))
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
            "its X-Forwarded-For and Forwarded name different clients; let it remove the one that it does not set itself",
        ForwardedDoubt.TooManyProxies => "there are more proxies in a row than there can be",
        _ => "it gives no IP address in X-Forwarded-For or Forwarded",
    };
}
