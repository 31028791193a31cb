namespace Linnet.Wire.Ogg;

/// <summary>The codec of a logical stream.</summary>
internal enum OggCodec
{
    /// <summary>Any other codec.</summary>
    Unknown,

    /// <summary>Opus (RFC 7845).</summary>
    Opus,

    /// <summary>Vorbis I.</summary>
    Vorbis,

    /// <summary>FLAC (RFC 9639 §10.1).</summary>
    Flac,
}

/// <summary>Identifies codecs by the first bytes of their first packet.</summary>
internal static class OggCodecs
{
    /// <summary>Gets the codec whose first packet this is.</summary>
    public static OggCodec Identify(ReadOnlySpan<byte> packet) =>
        packet.StartsWith("OpusHead"u8) ? OggCodec.Opus
        : packet.StartsWith("\u0001vorbis"u8) ? OggCodec.Vorbis
        : packet.StartsWith("\u007FFLAC"u8) ? OggCodec.Flac
        : OggCodec.Unknown;
}
