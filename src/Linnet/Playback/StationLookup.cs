using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Linnet.Access;
using Linnet.Codecs.Streams;
using Linnet.Diagnostics;
using Linnet.Sources;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Transports.Rtsp;
using Linnet.Wire;
using Linnet.Wire.Rtsp;

namespace Linnet.Playback;

/// <summary>
/// Finds the RTSP address of a station from the address of a Linnet server's page: <c>http://HOST:8000/</c>,
/// <c>http://HOST:8000/jazz.mp3</c>, or <c>rtsp://HOST:8000/</c>, where no RTSP is spoken. The first address that is found stays.
/// </summary>
/// <param name="url">The address that the user gave.</param>
/// <param name="time">The clock.</param>
/// <param name="trust">The certificates that are accepted over TLS; <see langword="null"/>: those that this system trusts.</param>
internal sealed class StationLookup(Uri url, TimeProvider time, ServerTrust? trust = null)
{
    /// <summary>The path of a server's list of stations.</summary>
    internal const string Path = "/stations.json";

    private const int MaxRedirects = 5;
    private const int MaxListed = 20;
    private static readonly string[] LosslessExtensions = [".flac", ".wav"];

    private bool _isSettled;
    private RtspUri? _address = RtspUri.TryParse(url, out RtspUri? address) ? address : null;

    /// <summary>The address that was given or found; <see langword="null"/>: none yet.</summary>
    internal RtspUri? Address => _address;

    /// <summary>Connects to the station.</summary>
    /// <param name="connectAsync">Connects to an address.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="TransportException">There is no station, or none of this name.</exception>
    internal async Task<RtspReceiver> ConnectAsync(Func<RtspUri, Task<RtspReceiver>> connectAsync, CancellationToken cancellationToken)
    {
        _address ??= Choose(url, await FetchAsync(url, cancellationToken).ConfigureAwait(false));
        try
        {
            return await SettleAsync(connectAsync).ConfigureAwait(false);
        }
        catch (RtspException e) when (e.IsNoAnswer && !_isSettled && _address is { HasPort: true, Credentials: null })
        {
            // Perhaps it is the port of the server's pages. If not, what went wrong first says more.
            string scheme = _address.IsTls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
            var page = new Uri(ZonedHost.UrlOf(scheme, _address.Host, _address.Port, _address.Path));
            if (await TryFetchAsync(page, cancellationToken).ConfigureAwait(false) is not string json)
            {
                throw;
            }

            _address = Choose(page, json);
        }

        return await SettleAsync(connectAsync).ConfigureAwait(false);
    }

    // The port that was found stays, too: while its server restarts, a server on another port is not tried.
    private async Task<RtspReceiver> SettleAsync(Func<RtspUri, Task<RtspReceiver>> connectAsync)
    {
        RtspReceiver receiver = await connectAsync(_address!).ConfigureAwait(false);
        (_address, _isSettled) = (receiver.Address, true);
        return receiver;
    }

    /// <summary>Finds the station that an address of pages means.</summary>
    /// <param name="page">The address.</param>
    /// <param name="json">The server's list of stations, from <see cref="Path"/>; not trusted.</param>
    /// <exception cref="TransportException">There is no station, or none of this name.</exception>
    internal static RtspUri Choose(Uri page, string json)
    {
        string server = page.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        if (!TryRead(json, page, out RtspPort port, out IReadOnlyList<string> stations, out IReadOnlyList<string> awaited))
        {
            throw NotLinnet(server);
        }

        // A signed link stays before the path.
        string[] parts = page.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string link = parts is [[SignedLink.Mark, _, ..], ..] ? $"/{parts[0]}" : "";
        parts = link.Length > 0 ? parts[1..] : parts;
        string wanted = parts.Length == 0 || (parts.Length == 1 && parts[0] == "index.html") ? "" : Uri.UnescapeDataString(parts[0]);

        // A station that waits for its sender is found by its name; without a name, only if there is no other, as over RTSP.
        stations = wanted.Length > 0 ? [.. stations, .. awaited] : stations.Count > 0 ? stations : awaited;
        string list = string.Join(" or ", stations.Take(MaxListed).Select(name => AddressOf(page, port, name)));
        if (stations.Count == 0)
        {
            throw new TransportException($"{server} has no station now.");
        }

        if (wanted.Length == 0)
        {
            // The first, as over RTSP.
            return Read(page, port, $"{link}/{stations[0]}");
        }

        // The longest name wins, as where the page itself is asked for: jazz-64.mp3 is a rendition of jazz.
        string? station = stations.Where(name => IsOf(wanted, name)).MaxBy(name => name.Length);
        if (station is null)
        {
            throw new TransportException($"{server} has no station '{RtspFailure.Quote(wanted)}'. There is {list}.") { IsFinal = true };
        }

        string rendition = parts.Length > 1 ? $"/{parts[1]}"
            : LosslessExtensions.Any(e => wanted.EndsWith(e, StringComparison.OrdinalIgnoreCase)) ? "/pcm"
            : "";
        return Read(page, port, $"{link}/{station}{rendition}");
    }

    private static bool IsOf(string wanted, string station) =>
        wanted.StartsWith(station, StringComparison.Ordinal) && (wanted.Length == station.Length || wanted[station.Length] is '.' or '-');

    // The password of the address goes to another port of the host only under TLS. Linnet's servers take none over RTSP without it.
    private static RtspUri Read(Uri page, RtspPort port, string path)
    {
        string address = ZonedHost.UrlOf(port.Scheme, ZonedHost.Of(page), port.Number, path);
        string user = page.UserInfo.Length > 0 && port.Scheme == RtspUri.TlsScheme ? $"{page.UserInfo}@" : "";
        return RtspUri.TryParse(address.Replace("://", $"://{user}", StringComparison.Ordinal), out RtspUri? read)
            ? read : throw new TransportException($"The server names a station at no address: {RtspFailure.Quote(address)}.");
    }

    private static string AddressOf(Uri page, RtspPort port, string station) =>
        ZonedHost.UrlOf(port.Scheme, ZonedHost.Of(page), port.Number, $"/{station}");

    private static bool TryRead(
        string json, Uri page, out RtspPort port, out IReadOnlyList<string> stations, out IReadOnlyList<string> awaited)
    {
        (port, stations, awaited) = (default, [], []);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || PortIn(root, page) is not RtspPort found
                || !root.TryGetProperty("stations", out JsonElement list) || list.ValueKind is not JsonValueKind.Array)
            {
                return false;
            }

            port = found;

            stations = NamesIn(list);
            awaited = root.TryGetProperty("awaited", out JsonElement others) && others.ValueKind is JsonValueKind.Array
                ? NamesIn(others) : [];
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // A page that is read over TLS leads to RTSP over TLS, if the server has that; another one only if the server has nothing else.
    private static RtspPort? PortIn(JsonElement list, Uri page)
    {
        RtspPort? plain = Read("rtsp_port", RtspUri.PlainScheme);
        RtspPort? tls = Read("rtsps_port", RtspUri.TlsScheme);
        return page.Scheme == Uri.UriSchemeHttps ? tls ?? plain : plain ?? tls;

        RtspPort? Read(string name, string scheme) =>
            list.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) && number is >= 1 and <= ushort.MaxValue
                ? new RtspPort(scheme, number) : null;
    }

    private static IReadOnlyList<string> NamesIn(JsonElement list) =>
    [
        .. from entry in list.EnumerateArray()
           where entry.ValueKind is JsonValueKind.String
           select entry.GetString()! into name
           where StationName.IsValid(name)
           select name,
    ];

    // A list of stations is JSON. Without a content type, the content decides.
    private static bool IsSound(PullAnswer answer) =>
        answer.ContentType is { Length: > 0 } type
        && (type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) || StreamKinds.TryParse(type, out _));

    private static NoStationListException NotLinnet(string server) =>
        new($"{server} is no Linnet server, so it has no list of stations: give the address of a stream, such as {server}/stream.mp3.")
        {
            IsFinal = true,
        };

    private static NoStationListException Refused(string server, int status, string? reason) => status switch
    {
        408 or 425 or 429 or >= 500 => new NoStationListException(Sentence.Of(string.Create(
            CultureInfo.InvariantCulture, $"{server} answers {status}{(reason is null ? "" : $": {reason}")}"))),
        401 or 403 => new NoStationListException(string.Create(
            CultureInfo.InvariantCulture,
            $"{server} does not let us see which stations it has ({status}): give the station's address of rtsp, or a user name and a "
                + $"password."))
        {
            IsFinal = true,
        },
        _ => NotLinnet(server),
    };

    // The server's list of stations; null if there is none that can be read.
    private async Task<string?> TryFetchAsync(Uri page, CancellationToken cancellationToken)
    {
        try
        {
            string json = await FetchAsync(page, cancellationToken).ConfigureAwait(false);
            return TryRead(json, page, out _, out _, out _) ? json : null;
        }
        catch (TransportException)
        {
            return null;
        }
    }

    // Reads the list of stations where a Linnet server has it. If the connection succeeds and the rest fails, it may be a server of another
    // kind, which can still have a stream at the address itself.
    private async Task<string> FetchAsync(Uri page, CancellationToken cancellationToken)
    {
        string server = page.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        bool isConnected = false;
        try
        {
            var from = new Uri(page, Path);
            var guard = new HopGuard();
            AuthChallenge? challenge = null;
            for (int hop = 0; hop <= MaxRedirects; hop++)
            {
                using var connection = new PullConnection(from, guard, time, trust, challenge);
                PullAnswer answer;
                try
                {
                    answer = await connection.AskAsync(cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    isConnected |= connection.IsConnected;
                }

                if ((challenge = connection.ChallengeOf(answer)) is not null)
                {
                    continue;
                }

                if ((int)answer.Status is >= 300 and < 400)
                {
                    from = PullAddress.Follow(from, answer.Headers["Location"]);
                }
                else if (answer.Status is HttpStatusCode.OK && IsSound(answer))
                {
                    // Some servers answer every request with their one stream.
                    throw NotLinnet(server);
                }
                else if (answer.Status is HttpStatusCode.OK)
                {
                    return Encoding.UTF8.GetString(await connection.ReadBodyAsync(cancellationToken).ConfigureAwait(false));
                }
                else
                {
                    string? reason = await connection.ReadReasonAsync(answer, cancellationToken).ConfigureAwait(false);
                    throw Refused(server, (int)answer.Status, reason);
                }
            }

            throw new TransportException($"{server} redirects too often.");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            TransportException problem = HttpPullException.ToConnect(page, e);
            throw isConnected && problem is not NoStationListException
                ? new NoStationListException(problem.Message, e) { IsFinal = problem.IsFinal, IsUnknown = problem.IsUnknown }
                : problem;
        }
    }

    private readonly record struct RtspPort(string Scheme, int Number);
}
