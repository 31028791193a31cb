using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Linnet.Broadcast;
using Linnet.Broadcast.Segments;

namespace Linnet.Transports.Http.Hls;

/// <summary>What a path of HLS names.</summary>
internal enum HlsKind
{
    /// <summary>The list of the station's renditions: <c>/NAME/hls.m3u8</c>.</summary>
    Multivariant,

    /// <summary>The list of a rendition's segments: <c>/NAME/hls/RENDITION.m3u8</c>.</summary>
    Media,

    /// <summary>A segment, or what a decoder needs before it: <c>/NAME/hls/RUN/RENDITION/FILE</c>.</summary>
    File,
}

/// <summary>A path of HLS.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name, for all but the multivariant playlist.</param>
/// <param name="Run">The part that differs each time the station starts, for a file.</param>
/// <param name="File">The file's name.</param>
/// <remarks>
/// Caches keep files for good. So the path of a file has a random part: after a restart positions begin again at 0, but no path names other
/// bytes than before.
/// </remarks>
internal readonly record struct HlsPath(HlsKind Kind, string Station, string Rendition = "", string Run = "", string File = "")
{
    private const string Playlist = ".m3u8";
    private const string Folder = "hls";
    private const string HeadExtension = ".mp4";

    /// <summary>Reads a path. It need not lead to anything.</summary>
    /// <param name="path">The path, decoded.</param>
    /// <param name="read">Its parts.</param>
    internal static bool TryRead(string path, [NotNullWhen(true)] out HlsPath? read)
    {
        read = path.Split('/', 7) switch
        {
            ["", { Length: > 0 } station, Folder + Playlist] => new HlsPath(HlsKind.Multivariant, station),
            ["", { Length: > 0 } station, Folder, var list] when list.EndsWith(Playlist, StringComparison.Ordinal) =>
                new HlsPath(HlsKind.Media, station, list[..^Playlist.Length]),
            ["", { Length: > 0 } station, Folder, var run, var rendition, { Length: > 0 } file] =>
                new HlsPath(HlsKind.File, station, rendition, run, file),
            _ => null,
        };
        return read is not null;
    }

    /// <summary>The path of the multivariant playlist.</summary>
    internal static string Of(string station) => $"/{station}/{Folder}{Playlist}";

    /// <summary>The address of a rendition's playlist from the multivariant one.</summary>
    internal static string Of(RenditionInfo rendition) => $"{Folder}/{rendition.Name}{Playlist}";

    /// <summary>The path of a rendition's playlist.</summary>
    internal static string OfList(string station, string rendition) => $"/{station}/{Folder}/{rendition}{Playlist}";

    /// <summary>The address of a segment from its playlist.</summary>
    internal static string Of(RenditionInfo rendition, Segment segment) =>
        $"{RunOf(rendition)}/{rendition.Name}/{segment.Name}.{rendition.StreamType!.Segments!.Extension}";

    /// <summary>The address of a head from its playlist.</summary>
    internal static string Of(RenditionInfo rendition, SegmentHead head) =>
        $"{RunOf(rendition)}/{rendition.Name}/{head.Name}{HeadExtension}";

    /// <summary>The part of paths that differs each time the station starts: random, as the numbers of RTP are.</summary>
    internal static string RunOf(RenditionInfo rendition) =>
        string.Create(CultureInfo.InvariantCulture, $"{rendition.Stream.Ssrc:x8}{rendition.Stream.FirstTimestamp:x8}");

    /// <summary>The name of the head that the path means; <see langword="null"/>: it means a segment, or nothing.</summary>
    internal string? HeadName =>
        File.EndsWith(HeadExtension, StringComparison.Ordinal) ? File[..^HeadExtension.Length] : null;

    /// <summary>The name of the segment that the path means; <see langword="null"/>: none.</summary>
    /// <param name="type">How the rendition's segments are written.</param>
    internal string? SegmentName(SegmentType type) =>
        File.Length > type.Extension.Length + 1 && File[^(type.Extension.Length + 1)] == '.'
            && File.EndsWith(type.Extension, StringComparison.Ordinal) ? File[..^(type.Extension.Length + 1)] : null;
}
