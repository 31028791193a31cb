namespace Linnet.Codecs.Streams;

/// <summary>The encoding of a stream's packets.</summary>
internal enum StreamCodec
{
    /// <summary>A codec that can only be decoded: AAC and anything else that ffmpeg reads.</summary>
    Other,

    /// <summary>PCM, as in a WAV.</summary>
    Pcm,

    /// <summary>MPEG-1, -2 or -2.5 layer III; packets are frames.</summary>
    Mp3,

    /// <summary>Opus.</summary>
    Opus,

    /// <summary>Vorbis.</summary>
    Vorbis,

    /// <summary>FLAC, bare or in Ogg; packets are frames.</summary>
    Flac,

    /// <summary>AAC-LC. Only renditions have it: a stream of AAC that ffmpeg decodes is <see cref="Other"/>.</summary>
    Aac,
}
