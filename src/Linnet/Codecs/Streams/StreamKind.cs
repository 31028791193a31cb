using Linnet.Wire.Flac;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>The kind of a stream, as far as it is known.</summary>
internal enum StreamKind
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>MPEG audio.</summary>
    Mpeg,

    /// <summary>Ogg.</summary>
    Ogg,

    /// <summary>Native FLAC.</summary>
    Flac,

    /// <summary>A WAV.</summary>
    Wav,

    /// <summary>An AIFF or AIFF-C.</summary>
    Aiff,

    /// <summary>AAC in ADTS, for ffmpeg.</summary>
    Aac,

    /// <summary>Matroska or WebM, for ffmpeg.</summary>
    Matroska,

    /// <summary>An MPEG transport stream, for ffmpeg.</summary>
    TransportStream,

    /// <summary>A list or description of other things to open; rejected.</summary>
    Playlist,
}

/// <summary>Detects the kind of a stream from its content type and its first bytes.</summary>
internal static class StreamKinds
{
    /// <summary>Bytes that are enough to detect the kind.</summary>
    internal const int HeadLength = 512;

    private const int TransportPacket = 188;

    /// <summary>Parses a content type, ignoring its parameters. Returns false if it is something else.</summary>
    internal static bool TryParse(string? contentType, out StreamKind kind)
    {
        string type = (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        kind = type switch
        {
            "audio/mpeg" or "audio/mp3" or "audio/mpeg3" or "audio/x-mpeg" or "audio/x-mp3" or "audio/x-mpeg-3" => StreamKind.Mpeg,
            "audio/ogg" or "application/ogg" or "audio/opus" or "audio/vorbis" or "video/ogg" or "audio/x-ogg" or "application/x-ogg" =>
                StreamKind.Ogg,
            "audio/flac" or "audio/x-flac" or "application/flac" => StreamKind.Flac,
            "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => StreamKind.Wav,
            "audio/aiff" or "audio/x-aiff" or "sound/aiff" => StreamKind.Aiff,
            "audio/aac" or "audio/aacp" or "audio/x-aac" or "audio/x-hx-aac-adts" => StreamKind.Aac,
            "audio/webm" or "video/webm" or "audio/x-matroska" or "video/x-matroska" or "audio/matroska" or "video/matroska" =>
                StreamKind.Matroska,
            "video/mp2t" or "audio/mp2t" => StreamKind.TransportStream,
            "audio/x-scpls" or "audio/x-mpegurl" or "audio/mpegurl" or "application/x-mpegurl" or "application/vnd.apple.mpegurl"
                or "application/dash+xml" or "application/sdp" or "application/xspf+xml" or "video/vnd.mpeg.dash.mpd" =>
                    StreamKind.Playlist,
            _ => StreamKind.Unknown,
        };
        return kind is not StreamKind.Unknown || type is "" or "application/octet-stream" or "application/x-www-form-urlencoded";
    }

    /// <summary>The kind according to the first bytes, or <see cref="StreamKind.Unknown"/>.</summary>
    internal static StreamKind Identify(ReadOnlySpan<byte> head) =>
        head.StartsWith(OggPage.Capture) ? StreamKind.Ogg
        : head.StartsWith(FlacBlockHeader.Marker) ? StreamKind.Flac
        : (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8)) && head.Length >= 12
            && head[8..].StartsWith("WAVE"u8) ? StreamKind.Wav
        : head.StartsWith("FORM"u8) && head.Length >= 12 && (head[8..].StartsWith("AIFF"u8) || head[8..].StartsWith("AIFC"u8))
            ? StreamKind.Aiff
        : head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? StreamKind.Matroska
        : AdtsHeader.IsAt(head) ? StreamKind.Aac
        : MpegHeader.TryParse(head, out _) ? StreamKind.Mpeg
        : head.Length > TransportPacket && head[0] == 0x47 && head[TransportPacket] == 0x47 ? StreamKind.TransportStream
        : IsPlaylist(head) ? StreamKind.Playlist
        : StreamKind.Unknown;

    /// <summary>Whether it is text that begins like a playlist.</summary>
    private static bool IsPlaylist(ReadOnlySpan<byte> head)
    {
        head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        head = head.TrimStart(" \t\r\n"u8);
        return StartsAs(head, "#EXT"u8) || StartsAs(head, "ffconcat"u8) || StartsAs(head, "file "u8) || StartsAs(head, "v=0"u8)
            || StartsAs(head, "<"u8)
            || StartsAs(head, "[playlist]"u8) || StartsAs(head, "http"u8) || StartsAs(head, "[Reference]"u8);
    }

    private static bool StartsAs(ReadOnlySpan<byte> head, ReadOnlySpan<byte> start) =>
        head.Length >= start.Length && System.Text.Ascii.EqualsIgnoreCase(head[..start.Length], start);
}
