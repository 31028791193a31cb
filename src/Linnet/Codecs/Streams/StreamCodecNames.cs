namespace Linnet.Codecs.Streams;

/// <summary>The names of codecs in messages: the same over every protocol.</summary>
internal static class StreamCodecNames
{
    /// <summary>The name of a stream's codec. PCM has the name that it has over RTP.</summary>
    internal static string Name(this StreamFormat format) => (format.Codec, format.BitDepth) switch
    {
        (StreamCodec.Pcm, 16) => "L16",
        (StreamCodec.Pcm, 24) => "L24",
        (StreamCodec.Pcm, _) => "PCM",
        (StreamCodec.Mp3, _) => "MP3",
        (StreamCodec.Flac, _) => "FLAC",
        (StreamCodec.Opus, _) => "Opus",
        (StreamCodec.Vorbis, _) => "Vorbis",
        _ => "other",
    };
}
