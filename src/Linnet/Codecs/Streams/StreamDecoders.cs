using System.Diagnostics.CodeAnalysis;

namespace Linnet.Codecs.Streams;

/// <summary>Creates the decoder for a stream that a client sends.</summary>
internal static class StreamDecoders
{
    /// <summary>Creates a decoder, or says why there is none.</summary>
    /// <param name="contentType">
    /// The sender's content type. <see langword="null"/>, empty or <c>application/octet-stream</c> means unknown. The first bytes are
    /// always checked and win if they are clear: many programs use <c>audio/mpeg</c> for everything.
    /// </param>
    /// <param name="decoder">The decoder; the caller disposes it.</param>
    /// <param name="problem">Why this content type can never be decoded.</param>
    public static bool TryCreate(
        string? contentType, [NotNullWhen(true)] out IStreamDecoder? decoder, [NotNullWhen(false)] out StreamProblem? problem)
    {
        (decoder, problem) = (null, null);
        if (!StreamKinds.TryParse(contentType, out StreamKind kind))
        {
            problem = new StreamProblem(StreamFault.Unsupported,
                "Linnet does not decode this content type. It decodes MP3, Ogg (Opus, Vorbis, FLAC), FLAC, WAV, AIFF, AAC, WebM and "
                    + "MPEG-TS.");
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

    /// <summary>Creates the decoder for one kind of stream.</summary>
    /// <param name="kind">Kind of the stream.</param>
    /// <param name="isFile">Whether the stream is a file that is only played: no packets are passed on.</param>
    internal static IStreamDecoder Create(StreamKind kind, bool isFile) => kind switch
    {
        StreamKind.Mpeg => new MpegStreamDecoder(isFile),
        StreamKind.Ogg => new OggStreamDecoder(isFile),
        StreamKind.Flac => new FlacStreamDecoder(isFile),
        StreamKind.Wav => new WavStreamDecoder(),
        StreamKind.Aiff => new AiffStreamDecoder(),
        StreamKind.Aac => ByFfmpeg("aac"),
        StreamKind.Matroska => ByFfmpeg("matroska"),
        StreamKind.TransportStream => ByFfmpeg("mpegts"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static FfmpegStreamDecoder ByFfmpeg(string format) => new(format, Environment.GetEnvironmentVariable("PATH"));
}
