using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Linnet.Wire;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>What to say when a server fails us: one sentence each, with what to do about it.</summary>
internal static class RtspFailure
{
    private const string TransportSetting = "PlayerOptions.Transport";

    // The most characters of a server's own text.
    private const int MaxQuote = 400;

    internal static RtspException ToConnect(RtspUri server, SocketException? error, TimeSpan patience) => new(
        error?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData => $"There is no host called '{server.Host}': check the name.",
            SocketError.TryAgain =>
                $"The name '{server.Host}' cannot be looked up now: is there a network, and does its name server answer?",
            SocketError.ConnectionRefused =>
                $"Nothing listens at {server.Host}, port {server.Port}: is the server running, and is that its port?",
            null or SocketError.TimedOut =>
                $"{server.Host} did not answer on port {server.Port} within {Seconds(patience)}: is it on, and does a firewall let the "
                    + "port through?",
            _ => $"{server.Host}, port {server.Port}, cannot be reached: {error.Message.TrimEnd('.')}.",
        },
        error)
    {
        IsUnknown = error?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData,
    };

    internal static RtspException NoAnswer(string server, string method, TimeSpan patience) =>
        new($"{server} did not answer {method} within {Seconds(patience)}: it hangs, or it is not an RTSP server.");

    internal static RtspException Closed(string server, Exception? cause = null) =>
        new($"The server at {server} is gone: it closed the connection.", cause) { IsNoAnswer = true };

    internal static RtspException NothingAt(string host, IEnumerable<int> ports, Exception cause) => new(
        $"No RTSP server was found at {host}, neither at port {string.Join(" nor at ", ports)}: is it running? If it listens at another "
            + "port, name that in the address.",
        cause);

    internal static RtspException SilentSection(string server, TimeSpan patience) =>
        new($"The audio that {server} offers first did not arrive within {Seconds(patience)}: taking the next that it "
            + "offers.")
        { IsSilentSection = true };

    internal static RtspException Stopped(string server) => new($"The server at {server} has stopped.");

    internal static RtspException Forgotten(string server) =>
        new($"{server} has ended our session: it received nothing from us for too long.");

    internal static RtspException NotRtsp(string server, RtspRefusal refusal) =>
        new($"{server} sends RTSP that Linnet cannot read ({refusal.Reason.TrimEnd('.')}): check the address.")
        {
            IsNoAnswer =
            true
        };

    internal static RtspException NotAsked(string server) =>
        new($"{server} sends RTSP that Linnet cannot read (an answer without a request): check the address.");

    internal static RtspException NoDescription(string server) =>
        new($"{server} sends a description that is not valid SDP.") { IsFinal = true };

    internal static RtspException BadRedirect(RtspUri server, string? location) =>
        new($"{server.Authority} redirects, but not to an {server.Scheme}: address ('{ShownAddress.Of(Quote(location))}').")
        {
            IsFinal = true,
        };

    internal static RtspException TooManyRedirects(string server, int most) =>
        new($"{server} redirects more than {most} times.") { IsFinal = true };

    internal static RtspException BadTransport(string server) =>
        new($"{server} wants to send the audio over a transport that was not requested.");

    internal static RtspException NoTransport(string server, RtspTransport wanted) => new(
        wanted is RtspTransport.Auto
            ? $"{server} sends neither over UDP nor in the connection."
            : $"{server} does not send over {wanted.ToString().ToUpperInvariant()}: let the transport be chosen.")
    {
        Advice = wanted is RtspTransport.Auto ? null : new SettingAdvice(TransportSetting, "auto"),

        // TCP alone may be our own choice, where UDP was lost. Any other wanted transport is one the server will never offer.
        IsFinal = wanted is RtspTransport.Udp,
    };

    internal static RtspException NoSrtp(string server) =>
        new($"Over TLS, {server} sends audio over UDP only as SRTP, and SRTP is missing there or here: let the transport be chosen.")
        {
            Advice = new SettingAdvice(TransportSetting, "auto"),
            IsFinal = true,
        };

    internal static RtspException NoPorts(SocketException cause) =>
        new($"No two UDP ports in a row could be opened here: {cause.Message.TrimEnd('.')}. Take TCP.", cause)
        {
            Advice = new SettingAdvice(TransportSetting, "tcp"),
        };

    /// <summary>What an answer that is no success means. A server that explains itself is quoted.</summary>
    internal static RtspException Refused(string server, RtspRequest request, RtspResponse response) =>
        response.Status is RtspStatus.Unauthorized
            ? NeedsAccount(server, request, response)
            : new RtspException(Explanation(response) is { Length: > 0 } words ? words : Meaning(server, request, response))
            {
                IsUnknown = response.Status is RtspStatus.NotFound,
                HasEnded = response.Status is RtspStatus.Gone,
                IsFinal = IsForGood(response.Status),
                IsAboutAccess = response.Status is RtspStatus.Forbidden,
            };

    // Final: access is refused, the resource is gone for good, or the server does not support the request. Everything else may pass: a
    // server that is starting, or full, answers with various numbers.
    private static bool IsForGood(RtspStatus status) => status is RtspStatus.Forbidden or RtspStatus.Gone
        or RtspStatus.MethodNotAllowed or RtspStatus.NotAcceptable or RtspStatus.NotImplemented or RtspStatus.VersionNotSupported
        or RtspStatus.OptionNotSupported;

    private static string Meaning(string server, RtspRequest request, RtspResponse response) => response.Status switch
    {
        RtspStatus.Forbidden =>
            $"{server} refuses to play '{Quote(PathOf(request))}' (403): perhaps it wants an account, or is there for other "
                + "addresses.",
        RtspStatus.NotFound => $"{server} has no station '{Quote(PathOf(request))}'.",
        RtspStatus.Gone => $"{server} has no station '{Quote(PathOf(request))}' any more.",
        RtspStatus.ServiceUnavailable or RtspStatus.NotEnoughBandwidth => $"{server} is full: try again later.",
        RtspStatus.MovedTemporarily => $"{server} is full and names another server: connect again.",
        RtspStatus.SessionNotFound => $"{server} has ended our session.",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{server} refuses {request.Method}: {(int)response.Status} {Quote(response.Reason)}"),
    };

    private static RtspException NeedsAccount(string server, RtspRequest request, RtspResponse response)
    {
        IReadOnlyList<AuthChallenge> challenges = AuthChallenge.ReadAll(response.Headers.All(RtspHeaderNames.WwwAuthenticate));
        bool isSpoken = challenges.Count == 0 || RtspLogin.Best(challenges) is not null;
        return new RtspException(
            !isSpoken ? $"{server} requires an authentication that Linnet does not support "
                + $"({Quote(string.Join(", ", challenges.Where(c => !c.IsBasic).Select(WayOf)))})."
            : request.Headers.Contains(RtspHeaderNames.Authorization) ? $"{server} does not accept this user name and password."
            : $"{server} wants a user name and a password: write them before the host, as in USER:PASSWORD@{server}, with %40 for an @ "
                + "and %2F for a / in them.")
        {
            IsFinal = true,
            IsAboutAccess = true,
        };
    }

    private static string WayOf(AuthChallenge challenge)
    {
        string details =
            string.Join(' ', new[] { challenge["algorithm"], challenge["qop"] }.Where(static word => !string.IsNullOrEmpty(word)));
        return details.Length > 0 ? $"{challenge.Scheme} {details}" : challenge.Scheme;
    }

    // Our own server lists its stations in the body.
    private static string Explanation(RtspResponse response)
    {
        bool isText = response.Headers[RtspHeaderNames.ContentType]?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true;
        return isText ? Quote(Encoding.UTF8.GetString(response.Body.Span)) : "";
    }

    private static string PathOf(RtspRequest request) => RtspUri.TryParse(request.Uri, out RtspUri? uri) ? uri.Path : request.Uri;

    /// <summary>A peer's words, safe to print: one line of bounded length, without control characters.</summary>
    internal static string Quote(string? words)
    {
        string line = string.Join(' ', (words ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Where(c => !char.IsControl(c)));
        return line.Length <= MaxQuote ? line : $"{line[..MaxQuote]}…";
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
