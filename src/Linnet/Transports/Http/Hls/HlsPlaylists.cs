using System.Globalization;
using Linnet.Broadcast;
using Linnet.Broadcast.Segments;
using Linnet.Wire.Hls;

namespace Linnet.Transports.Http.Hls;

/// <summary>Writes the playlists of stations.</summary>
internal static class HlsPlaylists
{
    private const string TitleClass = "linnet.title";

    // Bits of a container and of constant bit rates that are not quite constant, in percent of the audio.
    private const int Overhead = 5;

    // FLAC has no bit rate: that of PCM is its peak, and music about two thirds of it.
    private const int LosslessAverage = 65;

    /// <summary>The renditions that HLS can carry, in the order in which they are offered.</summary>
    /// <param name="station">The station.</param>
    internal static IEnumerable<BroadcastRing> Renditions(StationListing station) =>
        station.Streams.Where(static ring => ring.Info.StreamType!.Segments is not null);

    /// <summary>
    /// The renditions among which a player may choose and change. AAC and MP3, which all players know, are before Opus. Those without loss,
    /// and those that are made on demand and so may be refused, only if there are no others.
    /// </summary>
    internal static BroadcastRing[] Variants(StationListing station)
    {
        BroadcastRing[] all = [.. Renditions(station).OrderBy(static ring => Rank(ring.Info))];
        BroadcastRing[] lossy = [.. all.Where(static ring => !IsLossless(ring.Info))];
        BroadcastRing[] usual = [.. lossy.Where(static ring => !ring.Info.IsOnDemand)];
        return usual.Length > 0 ? usual : lossy.Length > 0 ? lossy : all;
    }

    /// <summary>The multivariant playlist.</summary>
    /// <param name="variants">The renditions.</param>
    /// <param name="query">What follows their addresses behind a question mark; default: nothing.</param>
    internal static byte[] Multivariant(IEnumerable<BroadcastRing> variants, string query = "") => new MultivariantPlaylist(
    [
        .. variants.Select(ring => new VariantStream(
            HlsPath.Of(ring.Info) + (query.Length > 0 ? $"?{query}" : ""), Percent(ring.Info.BitRate, 100 + Overhead),
            Percent(ring.Info.BitRate, IsLossless(ring.Info) ? LosslessAverage : 100 + Overhead),
            ring.Info.StreamType!.Segments!.Codecs)),
    ]).ToArray();

    /// <summary>The playlist of a rendition.</summary>
    internal static byte[] Media(RenditionInfo info, SegmentWindow window, SegmentTimes times)
    {
        Segment[] list = [.. window.List];

        MediaSegment[] segments =
        [
            .. list.Select(segment => new MediaSegment(HlsPath.Of(info, segment), segment.Duration, segment.At)
            {
                Map = segment.Head is { } head ? HlsPath.Of(info, head) : null,
                IsGap = segment.IsGap,
                IsDiscontinuous = segment.IsDiscontinuity,
            }),
        ];
        return new MediaPlaylist(times.TargetFor(info), list.Length > 0 ? list[0].Sequence : 0, segments)
        {
            DiscontinuitySequence = window.DiscontinuitySequence,
            DateRanges =
            [
                .. window.Titles.Select((title, i) => new DateRange(IdOf(info, title), title.At)
                {
                    Class = TitleClass,
                    End = i + 1 < window.Titles.Count ? window.Titles[i + 1].At : null,
                    Title = title.Track.Title,
                    Artist = title.Track.Artist,
                }),
            ],
            IsEnded = window.IsFinal,
        }.ToArray();
    }

    // What has one name must stay the same, also on another server whose clock differs.
    private static string IdOf(RenditionInfo info, SegmentTitle title) => string.Create(
        CultureInfo.InvariantCulture, $"{HlsPath.RunOf(info)}-{title.Position}-{title.At.ToUnixTimeMilliseconds()}");

    private static bool IsLossless(RenditionInfo info) => info.StreamType!.Segments == SegmentType.Flac;

    private static int Rank(RenditionInfo info) => info.StreamType!.Segments!.Codecs switch
    {
        "mp4a.40.2" => 0,
        "mp4a.40.34" => 1,
        _ => 2,
    };

    private static int Percent(long bitRate, int percent) => (int)(bitRate * percent / 100);
}
