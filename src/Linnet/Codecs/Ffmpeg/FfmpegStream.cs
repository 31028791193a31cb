namespace Linnet.Codecs.Ffmpeg;

/// <summary>Parses the lines in which ffmpeg describes a file and its exit.</summary>
internal static class FfmpegStream
{
    /// <summary>Names of lossless codecs, besides the many PCM ones.</summary>
    private static readonly string[] Lossless =
        ["alac", "ape", "flac", "mlp", "pcm_", "shorten", "tak", "truehd", "tta", "wavpack", "wmalossless"];

    private const int MaxTagLine = 256;

    /// <summary>Whether the line describes a stream of sound. If so, gives its bits of integer PCM; 0 if it is lossy or float.</summary>
    internal static bool TryReadBitDepth(ReadOnlySpan<char> line, out int bits)
    {
        // [info]   Stream #0:0[0x1](und): Audio: alac (alac / 0x63616C61), 44100 Hz, stereo, s32p (24 bit), 1411 kb/s (default)
        bits = 0;
        const string Audio = ": Audio: ";
        int stream = line.IndexOf("Stream #0:", StringComparison.Ordinal);
        int codec = line.IndexOf(Audio, StringComparison.Ordinal);
        if (stream < 0 || codec < stream || !line[..stream].Trim().EndsWith("]", StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> description = line[(codec + Audio.Length)..];
        foreach (string name in Lossless)
        {
            if (description.StartsWith(name, StringComparison.Ordinal))
            {
                bits = BitsOf(description);
                break;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether the line says that ffmpeg exits because it reached the CPU limit, which is SIGXCPU, signal 24.
    /// </summary>
    /// <remarks>A tag with the same text is indented.</remarks>
    internal static bool TellsOfProcessorTime(string line) =>
        line.StartsWith("[info] Exiting normally, received signal 24", StringComparison.Ordinal)
        || line.StartsWith("Received > 3 system signals", StringComparison.Ordinal);

    /// <summary>Whether the line shows one of a file's tags: <c>[info]     replaygain_track_gain: -7.03 dB</c>.</summary>
    internal static bool TryReadTag(string line, out string name, out string value)
    {
        (name, value) = ("", "");
        int start = line.IndexOf(']', StringComparison.Ordinal) + 1;
        int colon = line.IndexOf(':', start);
        if (colon < 0 || line.Length > MaxTagLine)
        {
            return false;
        }

        (name, value) = (line[start..colon].Trim(), line[(colon + 1)..].Trim());
        return true;
    }

    private static int BitsOf(ReadOnlySpan<char> description)
    {
        foreach (Range part in description.Split(", "))
        {
            ReadOnlySpan<char> word = description[part];
            switch (word)
            {
                case "u8" or "u8p":
                    return 8;
                case "s16" or "s16p":
                    return 16;
            }

            if (word.StartsWith("s32", StringComparison.Ordinal))
            {
                return word.Contains("(24 bit)", StringComparison.Ordinal)
                    ? 24 : word.Contains("(20 bit)", StringComparison.Ordinal) ? 20 : 32;
            }
        }

        return 0;
    }
}
