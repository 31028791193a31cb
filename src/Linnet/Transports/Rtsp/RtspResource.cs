using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// The rendition that an address names: <c>/</c>, <c>/STATION</c>, <c>/STATION/RENDITION</c>, and with <c>/audio</c> its one track.
/// </summary>
/// <param name="Ring">The rendition.</param>
/// <param name="Uri">Its absolute address, by the host name the client used: for the whole (aggregate control).</param>
internal sealed record RtspResource(BroadcastRing Ring, string Uri)
{
    /// <summary>What a rendition's address ends with when its track is meant.</summary>
    internal const string Track = "audio";

    // The form built by clients that do not use the given address: live555, ffmpeg, GStreamer, cameras and their recorders.
    private static readonly string[] TrackNames =
    [
        Track,
        .. from name in (string[])["trackID=", "trackID", "track=", "track", "streamid=", "stream=", "stream",
            "audio="] from number in (string[])["0", "1"] select name + number,
    ];

    /// <summary>The absolute address of its one track.</summary>
    /// <remarks>Relative ones are resolved against the host alone by GStreamer, which so loses the station.</remarks>
    internal string TrackUri => $"{Uri}/{Track}";

    /// <summary>Finds what an address names.</summary>
    /// <param name="stations">The stations to search.</param>
    /// <param name="uri">The address.</param>
    /// <param name="preferred">The rendition to use where the address names none, if it exists.</param>
    /// <param name="resource">The rendition it names.</param>
    /// <param name="problem">If it names none: a sentence for the client, which lists the stations or renditions.</param>
    /// <param name="permitted">The renditions that the client may hear; <see langword="null"/>, the default: all.</param>
    internal static bool TryFind(
        StationDirectory stations, RtspUri uri, string? preferred, [NotNullWhen(true)] out RtspResource? resource, out string problem,
        IReadOnlyList<string>? permitted = null)
    {
        resource = null;
        IReadOnlyList<string> segments = NamesIn(uri);
        string? name = segments.Count > 0 ? segments[0] : null;
        if (!stations.TryFind(name, out StationListing? station))
        {
            problem = stations.Stations.Count == 0
                ? "There are no stations."
                : $"There is no station {name}. Stations: {string.Join(", ", stations.Stations.Select(s => s.Name))}.";
            return false;
        }

        BroadcastRing[] offered = [.. station.Renditions.Where(r => r.Info.IsRtp && permitted?.Contains(r.Info.Name) != false)];
        if (offered.Length == 0)
        {
            problem = $"Station {station.Name} has no rendition for RTSP.";
            return false;
        }

        BroadcastRing? ring = segments.Count switch
        {
            0 or 1 => Named(preferred) ?? offered[0],
            2 => Named(segments[1]),
            _ => null,
        };
        if (ring is null)
        {
            problem = $"Station {station.Name} has no {string.Join('/', SegmentsOf(uri).Skip(1))}. "
                + $"Renditions: {string.Join(", ", offered.Select(static r => r.Info.Name))}.";
            return false;
        }

        problem = "";
        string link = LinkOf(uri) is string token ? $"/{SignedLink.Mark}{System.Uri.EscapeDataString(token)}" : "";
        string mark = HasMark(uri) ? $"/{Elsewhere.PathMark}" : "";
        resource = new RtspResource(ring, $"{uri.Scheme}://{uri.Authority}{link}/{ring.Info.Station}/{ring.Info.Name}{mark}");
        return true;

        BroadcastRing? Named(string? rendition) => Array.Find(offered, r => r.Info.Name == rendition);
    }

    /// <summary>The signed link before an address, without its mark; <see langword="null"/>: none.</summary>
    internal static string? LinkOf(RtspUri uri) =>
        uri.Segments is [[SignedLink.Mark, .. var token], ..] && token.Length > 0 ? token : null;

    /// <summary>The parts of an address, without a link.</summary>
    internal static IReadOnlyList<string> SegmentsOf(RtspUri uri) => LinkOf(uri) is null ? uri.Segments : [.. uri.Segments.Skip(1)];

    /// <summary>The name of the station in an address; <see langword="null"/>: none, which means the first station.</summary>
    internal static string? NameOf(RtspUri uri) => NamesIn(uri) is [string name, ..] ? name : null;

    /// <summary>The path of an address without a link and a track, in one spelling.</summary>
    internal static string PathOf(RtspUri uri) => "/" + string.Join('/', NamesIn(uri).Take(2));

    /// <summary>Whether another server has sent the client to this address.</summary>
    internal static bool HasMark(RtspUri uri) => WithoutTrack(SegmentsOf(uri)) is [_, .., Elsewhere.PathMark];

    // What names the station and the rendition.
    private static IReadOnlyList<string> NamesIn(RtspUri uri) =>
        WithoutTrack(SegmentsOf(uri)) is var parts && HasMark(uri) ? [.. parts.SkipLast(1)] : parts;

    // There is one track; servers and players number tracks from 0 or from 1. Alone, a track means the first station, if no
    // station could be called so.
    private static IReadOnlyList<string> WithoutTrack(IReadOnlyList<string> segments) =>
        segments.Count > 0 && TrackNames.Contains(segments[^1], StringComparer.OrdinalIgnoreCase)
            && (segments.Count > 1 || segments[0].Contains('='))
            ? [.. segments.SkipLast(1)]
            : segments;

    /// <summary>The description of the rendition, as every player understands it: plain RTP, exactly one payload type.</summary>
    /// <param name="server">The address at which the client reached us.</param>
    /// <param name="sessionId">Distinguishes the descriptions of one run of the server from another's.</param>
    /// <param name="offersRepair">Whether the client supports repair of losses; it is then offered.</param>
    internal byte[] Describe(IPAddress server, ulong sessionId, bool offersRepair = false)
    {
        RenditionInfo info = Ring.Info;
        bool isV6 = server.AddressFamily == AddressFamily.InterNetworkV6;
        string family = isV6 ? "IP6" : "IP4";
        var format = new RtpMap(
            RtpStreamIdentity.PayloadType, info.Payload.EncodingName, info.Payload.ClockRate, info.Payload.Channels,
            info.Payload.Parameters);
        var description = new SessionDescription
        {
            Origin = new SdpOrigin("-", $"{sessionId}", "1", server.WithoutScope().ToString(), family),
            Name = info.Station,
            Connection = new SdpConnection(isV6 ? "::" : "0.0.0.0", family),
            Attributes = [new("control", Uri), new("range", RangeHeader.Live.ToString())],
            Media = [MediaDescription.Audio(format, TrackUri, info.PacketTime, repair: offersRepair ? Repair : null)],
        };
        return description.ToArray();
    }

    private RepairOffer Repair => new()
    {
        RtxPayloadType = RtpStreamIdentity.RtxPayloadType,
        RtxTime = Ring.Duration,
        RedPayloadType = Ring.Info.HasRoomForCopies ? RtpStreamIdentity.RedPayloadType : null,
        ReducedSize = true,
    };
}
