using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Wire.Http;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports;

/// <summary>Finds another server for a listener who has no place at this one.</summary>
/// <remarks>
/// The address that it leads to has a mark. A server that gets a marked request leads nowhere else, so a listener is sent on once at most.
/// All of the address but the name of what was asked for comes from this server's configuration or that of another.
/// </remarks>
/// <param name="directory">The stations, and the other servers that have them.</param>
internal sealed class Elsewhere(StationDirectory directory)
{
    /// <summary>The mark within an RTSP address: the last part of its path, which the addresses of tracks then follow.</summary>
    internal const string PathMark = "_hop";

    /// <summary>The mark within an HTTP address.</summary>
    internal const string QueryMark = "hop=1";

    // Servers whose loads differ by less count as equal: what is known of them is a second old, and not all may go to one.
    private const int Steps = 10;

    /// <summary>Whether the query of a request has the mark.</summary>
    internal static bool HasMark(string query) => new QueryString(query)["hop"] is not null;

    /// <summary>The address at another server over HTTP; <see langword="null"/>: no other has room.</summary>
    /// <param name="station">The name of the station.</param>
    /// <param name="path">The path of what was asked for, decoded, without a link.</param>
    /// <param name="query">The query as it came.</param>
    /// <param name="link">The signed link before the path; <see langword="null"/>: none.</param>
    /// <param name="isTls">Whether the client came over TLS. It is not led to an address without.</param>
    internal string? OverHttp(string station, string path, string query, string? link, bool isTls)
    {
        if (HasMark(query))
        {
            return null;
        }

        Uri? server = Find(
            station, static other => other.Load.IsHttpFull ? null : other.Http, isTls, Uri.UriSchemeHttp, Uri.UriSchemeHttps);

        // A parameter after the first ones is not read: the mark comes first.
        string rest = query.Length > 0 && RtspGrammar.IsUri(query) ? $"&{query}" : "";
        return server is null ? null : $"{Base(server)}{Before(link)}{Escaped(path)}?{QueryMark}{rest}";
    }

    /// <summary>The address at another server over RTSP; <see langword="null"/>: no other has room.</summary>
    /// <param name="station">The name of the station.</param>
    /// <param name="path">The path of what was asked for, decoded, without a link and a track.</param>
    /// <param name="link">The signed link before the path; <see langword="null"/>: none.</param>
    /// <param name="isTls">Whether the client came over TLS. It is not led to an address without.</param>
    internal string? OverRtsp(string station, string path, string? link, bool isTls)
    {
        Uri? server = Find(
            station, static other => other.Load.IsRtspFull ? null : other.Rtsp, isTls, RtspUri.PlainScheme, RtspUri.TlsScheme);
        return server is null ? null : $"{Base(server)}{Before(link)}{Escaped(path)}/{PathMark}";
    }

    private Uri? Find(string station, Func<OtherNode, Uri?> addressOf, bool isTls, string plain, string tls)
    {
        (Uri Address, int Step)[] free =
        [
            .. from other in directory.Others
               where !other.Load.IsFull && other.Stations.ContainsKey(station)
               let address = addressOf(other)
               where address is { IsAbsoluteUri: true, UserInfo: "" } && (address.Scheme == tls || (address.Scheme == plain && !isTls))
               select (address, (int)(other.Load.Share * Steps)),
        ];
        if (free.Length == 0)
        {
            return null;
        }

        int least = free.Min(static node => node.Step);
        Uri[] equals = [.. free.Where(node => node.Step == least).Select(static node => node.Address)];
        return equals[Random.Shared.Next(equals.Length)];
    }

    private static string Base(Uri server) =>
        server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    private static string Before(string? link) => link is null ? "" : $"/{SignedLink.Mark}{Uri.EscapeDataString(link)}";

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
