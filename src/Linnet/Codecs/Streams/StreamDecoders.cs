using System.Diagnostics.CodeAnalysis;

namespace Linnet.Codecs.Streams;

/// <summary>Makes the decoder for a stream that somebody sends.</summary>
public static class StreamDecoders
{
    /// <summary>Makes a decoder, or says why there is none.</summary>
    /// <param name="contentType">
    /// What the sender says it is; <see langword="null"/>, empty or <c>application/octet-stream</c>: it says nothing. The first bytes are
    /// looked at in any case, and where they are clear they win: many programs call everything <c>audio/mpeg</c>.
    /// </param>
    /// <param name="decoder">The decoder; the caller disposes it.</param>
    /// <param name="problem">Why there is none, and never will be for this type.</param>
    public static bool TryCreate(
        string? contentType, [NotNullWhen(true)] out IStreamDecoder? decoder, [NotNullWhen(false)] out StreamProblem? problem)
    {
        (decoder, problem) = (null, null);
        if (!StreamKinds.TryParse(contentType, out StreamKind kind))
        {
            problem = new StreamProblem(StreamFault.Unsupported,
                "The content type is none that Linnet decodes. It takes MP3, Ogg (Opus, Vorbis, FLAC), FLAC, WAV, AAC, WebM and MPEG-TS.");
            return false;
        }

        if (kind is StreamKind.Playlist)
        {
            problem = AnyStreamDecoder.Playlist;
            return false;
        }

        decoder = new AnyStreamDecoder(kind);
        return true;
    }

    /// <summary>The decoder for one kind.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="isFile">Whether it is only played, and no packet of it is passed on.</param>
    internal static IStreamDecoder Create(StreamKind kind, bool isFile) => kind switch
    {
        StreamKind.Mpeg => new MpegStreamDecoder(isFile),
        StreamKind.Ogg => new OggStreamDecoder(isFile),
        StreamKind.Flac => new FlacStreamDecoder(isFile),
        StreamKind.Wav => new WavStreamDecoder(),
        StreamKind.Aac => ByFfmpeg("aac"),
        StreamKind.Matroska => ByFfmpeg("matroska"),
        StreamKind.TransportStream => ByFfmpeg("mpegts"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static FfmpegStreamDecoder ByFfmpeg(string format) => new(format, Environment.GetEnvironmentVariable("PATH"));
}
