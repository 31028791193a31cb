namespace Linnet.Broadcast.Segments;

/// <summary>How the packets of a rendition are written as segments, as HLS sends them.</summary>
/// <param name="Extension">The end of a segment's URL, without the dot.</param>
/// <param name="ContentType">The media type of a segment and of its head.</param>
/// <param name="Codecs">The codec by the name that players know (RFC 6381), as in <c>CODECS</c> of a multivariant playlist.</param>
/// <param name="CreateContainer">Creates a container from the rendition's description. Each log has its own.</param>
internal sealed record SegmentType(
    string Extension, string ContentType, string Codecs, Func<RenditionInfo, ISegmentContainer> CreateContainer)
{
    /// <summary>MP3 frames behind an ID3 tag: Packed Audio.</summary>
    /// <remarks>Source: RFC 8216 §3.4; ISO/IEC 14496-3 for the object type 34.</remarks>
    public static SegmentType Mp3 { get; } = new("mp3", "audio/mpeg", "mp4a.40.34", static info => new PackedAudio(info));

    /// <summary>AAC in fragmented MP4: what Apple's players have always known.</summary>
    public static SegmentType Aac { get; } = Fragments("mp4a.40.2", FragmentedAudio.OfAac);

    /// <summary>Opus in fragmented MP4.</summary>
    public static SegmentType Opus { get; } = Fragments("Opus", FragmentedAudio.OfOpus);

    /// <summary>FLAC in fragmented MP4.</summary>
    public static SegmentType Flac { get; } = Fragments("fLaC", FragmentedAudio.OfFlac);

    private static SegmentType Fragments(string codecs, Func<RenditionInfo, ISegmentContainer> create) =>
        new("m4s", "audio/mp4", codecs, create);
}
