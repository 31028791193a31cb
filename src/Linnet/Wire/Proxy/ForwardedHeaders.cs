using System.Collections.Frozen;
using System.Net;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Proxy;

/// <summary>Finds the client of a request from the headers that HTTP proxies added. Pure.</summary>
/// <remarks>
/// Each proxy appends the address of the peer that sent it the request. So the list is walked from its right end, as long as the writer
/// of an entry is trusted; anything further left is untrusted. Sources: RFC 7239; <c>X-Forwarded-…</c> as written by nginx, HAProxy,
/// Caddy and Apache.
/// </remarks>
internal static class ForwardedHeaders
{
    /// <summary>The most trusted proxies in a row. No real chain is longer, so a longer one is a loop.</summary>
    internal const int MaxHops = 16;

    private static readonly FrozenSet<string> Signs = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
        "X-Forwarded-Server");

    /// <summary>Whether a header shows that a request passed a proxy.</summary>
    internal static bool IsSign(string name) => Signs.Contains(name);

    /// <summary>Finds the request's client.</summary>
    /// <param name="peer">The connection's client.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="isTrusted">Whether an address is a trusted proxy.</param>
    internal static ForwardedRequest Read(ClientOrigin peer, MessageHeaders headers, Func<IPAddress, bool> isTrusted)
    {
        bool isForwarded = headers.Any(static h => IsSign(h.Key));
        string scheme = peer.IsTls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        var asItCame = new ForwardedRequest(peer, scheme, null, isForwarded);
        if (!isForwarded || peer.Route == ClientRoute.Hidden)
        {
            return asItCame;
        }

        if (!isTrusted(peer.EndPoint.Address))
        {
            return asItCame with { Origin = peer with { Route = ClientRoute.Hidden }, Doubt = ForwardedDoubt.UnnamedProxy };
        }

        Walk? lists = Follow(peer, ForwardedHop.OfLists(headers), isTrusted);
        Walk? standard = Follow(peer, ForwardedHop.OfForwarded(headers), isTrusted);
        Walk? walk = lists ?? standard;
        ForwardedDoubt doubt = walk is null ? ForwardedDoubt.NoAddress
            : lists is not null && standard is not null && !lists.Client.Address.Equals(standard.Client.Address)
                ? ForwardedDoubt.Contradiction
            : lists?.Doubt is { } first and not ForwardedDoubt.None ? first
            : standard?.Doubt ?? ForwardedDoubt.None;
        return new ForwardedRequest(
            doubt is ForwardedDoubt.None
                ? peer with
                {
                    EndPoint = walk!.Client,
                    Route = ClientRoute.Proxied,
                    IsThroughOther = lists?.IsThroughOther == true || standard?.IsThroughOther == true,
                }
                : peer with { Route = ClientRoute.Hidden },
            lists?.Scheme ?? standard?.Scheme
                ?? ForwardedHop.SchemeOf(ForwardedHop.FromRight(headers, "X-Forwarded-Proto", 1).FirstOrDefault()) ?? scheme,
            lists?.Host ?? standard?.Host ?? ForwardedHop.HostOf(ForwardedHop.FromRight(headers, "X-Forwarded-Host", 1).FirstOrDefault()),
            isForwarded)
        {
            Doubt = doubt,
        };
    }

    /// <summary>Follows one list. <see langword="null"/> if it is empty.</summary>
    private static Walk? Follow(ClientOrigin peer, IEnumerable<ForwardedHop> hops, Func<IPAddress, bool> isTrusted)
    {
        var walk = new Walk(peer.EndPoint, null, null, peer.IsThroughOther, ForwardedDoubt.None);
        int count = 0;
        foreach (ForwardedHop hop in hops)
        {
            if (!isTrusted(walk.Client.Address))
            {
                break;
            }

            walk = walk with { Scheme = hop.Scheme ?? walk.Scheme, Host = hop.Host ?? walk.Host };
            if (count++ == MaxHops || hop.Client is null)
            {
                return walk with { Doubt = hop.Client is null ? ForwardedDoubt.NoAddress : ForwardedDoubt.TooManyProxies };
            }

            walk = walk with { Client = hop.Client, IsThroughOther = walk.IsThroughOther || !IPAddress.IsLoopback(walk.Client.Address) };
        }

        return count == 0 ? null : walk;
    }

    private sealed record Walk(IPEndPoint Client, string? Scheme, string? Host, bool IsThroughOther, ForwardedDoubt Doubt);
}
