using Linnet.Broadcast.Segments;
using Linnet.Broadcast.Streams.Containers;

namespace Linnet.Broadcast.Streams;

/// <summary>How the packets of a rendition are written as one endless stream of bytes, as HTTP sends them.</summary>
/// <param name="Extension">The end of its URL, without the dot: <c>/NAME.mp3</c>, and <c>/NAME-64.mp3</c> for <c>mp3-64</c>.</param>
/// <param name="ContentType">The media type in the response.</param>
/// <param name="CreateContainer">
/// Creates a container from the rendition's description; no encoder is needed. Each reader of the ring has its own.
/// </param>
internal sealed record StreamType(string Extension, string ContentType, Func<RenditionInfo, IStreamContainer> CreateContainer)
{
    /// <summary>Bare MP3 frames.</summary>
    public static StreamType Mp3 { get; } = new("mp3", "audio/mpeg", static _ => new BareContainer()) { Segments = SegmentType.Mp3 };

    /// <summary>Opus in Ogg. <see cref="RenditionInfo.Headers"/> hold an OpusHead; without one it follows from the payload.</summary>
    public static StreamType Opus { get; } =
        new("opus", "audio/ogg; codecs=opus", static info => new OggContainer(new OggOpusMapping(info), info))
        {
            Segments = SegmentType.Opus,
        };

    /// <summary>Vorbis in Ogg. The ring's format, or <see cref="RenditionInfo.Headers"/>, has its three headers.</summary>
    public static StreamType Vorbis { get; } =
        new("ogg", "audio/ogg; codecs=vorbis", static info => new OggContainer(new OggVorbisMapping(info), info));

    /// <summary>AAC in ADTS.</summary>
    public static StreamType Aac { get; } =
        new("aac", "audio/aac", static info => new AdtsContainer(info)) { Segments = SegmentType.Aac };

    /// <summary>FLAC as in a file. The ring's format, or <see cref="RenditionInfo.Headers"/>, has its STREAMINFO.</summary>
    public static StreamType Flac { get; } =
        new("flac", "audio/flac", static info => new FlacContainer(info)) { Segments = SegmentType.Flac };

    /// <summary>A WAV without an end. The payload's name is the encoding of the samples: <c>s16le</c>, <c>s24le</c>.</summary>
    public static StreamType Wav { get; } = new("wav", "audio/wav", static info => new WavContainer(info));

    /// <summary>Where it stands among the streams of its station: lower ones are offered first. Default 0.</summary>
    public int Order { get; init; }

    /// <summary>How the packets are written as segments of some seconds; <see langword="null"/>, the default: not at all.</summary>
    public SegmentType? Segments { get; init; }
}
