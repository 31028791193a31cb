using Linnet.Broadcast;
using Linnet.Wire.Flac;
using Linnet.Wire.WebSocket;

namespace Linnet.Transports.WebSocket;

/// <summary>The renditions that WebSocket carries, and how it describes them.</summary>
internal static class LiveRendition
{
    private const string Opus = "opus";
    private const string Flac = "flac";
    private const string Lossless = "pcm";

    // The bit of a FLAC block's first byte that says that it is the last.
    private const byte LastBlock = 0x80;

    /// <summary>The renditions of a station that can be heard.</summary>
    internal static IEnumerable<BroadcastRing> Of(StationListing station) =>
        station.Renditions.Where(static ring => CodecOf(ring.Info) is not null);

    /// <summary>Finds a rendition.</summary>
    /// <param name="station">The station.</param>
    /// <param name="name">The rendition's name; <see langword="null"/>: Opus if there is any, else PCM.</param>
    internal static BroadcastRing? Find(StationListing station, string? name) =>
        name is not null ? Of(station).FirstOrDefault(ring => ring.Info.Name == name)
        : Of(station).OrderBy(static ring => ring.Info.Name switch { Opus => 0, Lossless => 1, _ => 2 }).FirstOrDefault();

    /// <summary>How the packets of a rendition are encoded.</summary>
    /// <param name="info">The rendition.</param>
    /// <param name="headers">What a decoder needs first, as in <see cref="FormatItem.Headers"/>.</param>
    internal static LiveFormat FormatOf(RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        string codec = CodecOf(info) ?? throw new ArgumentException($"{info} cannot be heard over WebSocket.", nameof(info));
        int bits = codec == Lossless ? BitsOf(info) : 0;
        return new LiveFormat(codec, bits, info.Payload.ClockRate, info.Payload.Channels, info.FramesPerPacket, Describe(codec, headers));
    }

    private static string? Describe(string codec, IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        if (codec == Lossless || headers is not [{ Length: > 0 } first, ..])
        {
            return null;
        }

        if (codec == Opus)
        {
            return Convert.ToBase64String(first.Span);
        }

        byte[] description = [.. FlacBlockHeader.Marker, .. first.Span];
        description[FlacBlockHeader.Marker.Length] |= LastBlock;
        return Convert.ToBase64String(description);
    }

    private static string? CodecOf(RenditionInfo info) =>
        info.Payload.Is(Opus) ? Opus : info.Payload.Is(Flac) ? Flac : BitsOf(info) > 0 ? Lossless : null;

    private static int BitsOf(RenditionInfo info) => info.Payload.Is("L16") ? 16 : info.Payload.Is("L24") ? 24 : 0;
}
