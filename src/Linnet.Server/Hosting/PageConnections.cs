using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Linnet.Server.Endpoints;
using Linnet.Transports;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Hosting;

/// <summary>
/// Lets in so many connections for pages, and so many of one address, that listeners' connections never want for room because of them; and
/// cuts those that take too long. Who asks whether the server is well has places of its own.
/// </summary>
/// <param name="proxies">Who is believed to say for whom it asks.</param>
/// <param name="gate">Counts connections for the clients behind proxies.</param>
/// <param name="time">The clock.</param>
internal sealed class PageConnections(TrustedProxies proxies, ConnectionGate gate, TimeProvider time)
{
    /// <summary>Connections for pages at a time. A page is a few kilobytes, so most last for milliseconds.</summary>
    internal const int Most = 1024;

    /// <summary>Those of one address (IPv6: one network of 64 bits): enough for an office behind one translator, and for a proxy.</summary>
    internal const int MostPerAddress = 128;

    /// <summary>Connections that ask for <c>/health/</c> at a time, and those of one address.</summary>
    internal const int MostHealth = 64;

    internal const int MostHealthPerAddress = 8;

    /// <summary>How long one may last: a page of 64 KiB by a slow modem.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    // A connection that is closed while something comes is reset, and with that the answer may be lost: so it stays open and the rest is
    // read, but not all of it, and not for long. To complete the output would close it at once, in both directions.
    private const long MaxRest = 64 * 1024;

    internal static readonly TimeSpan RestTime = TimeSpan.FromSeconds(2);

    // As whoever stands before has read it. Of a head that is not understood here nobody is known to have sent it, whatever Kestrel makes
    // of it.
    private static readonly HttpLimits Limits = new RadioServerOptions().Request;

    private readonly AddressQuota _pages = new(Most, MostPerAddress);
    private readonly AddressQuota _health = new(MostHealth, MostHealthPerAddress);
    private long _refused;

    internal long Refused => Volatile.Read(ref _refused);

    internal ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (connection.Features.Get<ClientOrigin>() is not ClientOrigin origin)
        {
            connection.Abort();
            return;
        }

        HttpRequestHead? head = Look(connection.Transport.Input);
        ForwardedRequest request = head is not null
            ? proxies.Read(origin, head.Headers)
            : new ForwardedRequest(origin with { Route = ClientRoute.Hidden }, Uri.UriSchemeHttp, null, IsForwarded: false);
        IPEndPoint remote = request.Origin.EndPoint;
        if (!gate.TryAttribute(EndpointSocket.Of(connection, "Pages"), remote.Address))
        {
            connection.Abort();
            return;
        }

        // For the pages, which see the connection's features as the request's.
        connection.RemoteEndPoint = remote;
        connection.Features.Set(request);
        AddressQuota quota = head?.Path.StartsWith("/health/", StringComparison.Ordinal) == true ? _health : _pages;
        if (!quota.TryEnter(remote.Address))
        {
            Interlocked.Increment(ref _refused);
            connection.Abort();
            return;
        }

        using var patience = new CancellationTokenSource(Longest, time);
        using CancellationTokenRegistration over = patience.Token.UnsafeRegister(static c => ((ConnectionContext)c!).Abort(), connection);
        try
        {
            if (head is not null && RefusalOf(head) is byte[] refusal)
            {
                await RefuseAsync(connection, refusal, head.HasBody).ConfigureAwait(false);
                return;
            }

            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            quota.Leave(remote.Address);
        }
    };

    /// <summary>
    /// Looks at the request, which is there: whoever stands before has read it and given it back. What makes no sense is Kestrel's to
    /// refuse.
    /// </summary>
    private static HttpRequestHead? Look(PipeReader input)
    {
        if (!input.TryRead(out ReadResult read))
        {
            return null;
        }

        HttpRequestHead.TryParse(read.Buffer, Limits, out HttpRequestHead? head, out _);
        input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
        return head;
    }

    /// <summary>What no page takes. Kestrel would answer, too, but wait for the body, which may never come.</summary>
    private static byte[]? RefusalOf(HttpRequestHead head) =>
        head.Method is not ("GET" or "HEAD") ? Answer("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "Only GET and HEAD work here.\n")
        : head.HasBody ? Answer("413 Content Too Large", "", "A request for a page has no body.\n")
        : null;

    private static byte[] Answer(string status, string header, string text) => Encoding.ASCII.GetBytes(
        string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\n{header}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {text.Length}\r\nConnection: "
                + $"close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n{text}"));

    private async Task RefuseAsync(ConnectionContext connection, byte[] answer, bool hasBody)
    {
        PipeReader input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(RestTime, time);
        try
        {
            await connection.Transport.Output.WriteAsync(answer, patience.Token).ConfigureAwait(false);
            for (long rest = 0; hasBody && rest < MaxRest;)
            {
                ReadResult read = await input.ReadAsync(patience.Token).ConfigureAwait(false);
                rest += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // It has left, or says more than it should.
        }
    }
}
