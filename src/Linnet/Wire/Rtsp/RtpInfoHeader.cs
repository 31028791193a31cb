using System.Globalization;

namespace Linnet.Wire.Rtsp;

/// <summary>Where one stream starts: the part of the <c>RTP-Info</c> header that names it.</summary>
/// <param name="Url">The stream, as in SETUP; may be relative, or empty if the peer left it out.</param>
/// <param name="SequenceNumber">Of the first packet that answers this PLAY; <see langword="null"/> if missing or malformed.</param>
/// <param name="Timestamp">RTP timestamp at the start of the range played; <see langword="null"/> if missing or malformed.</param>
/// <remarks>Source: RFC 2326 §12.33.</remarks>
internal readonly record struct RtpInfo(string Url, ushort? SequenceNumber, uint? Timestamp)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string sequence = SequenceNumber is ushort number ? string.Create(CultureInfo.InvariantCulture, $";seq={number}") : "";
        string timestamp = Timestamp is uint time ? string.Create(CultureInfo.InvariantCulture, $";rtptime={time}") : "";
        return $"url={Url}{sequence}{timestamp}";
    }
}

/// <summary>The <c>RTP-Info</c> header: one <see cref="RtpInfo"/> for each stream.</summary>
internal static class RtpInfoHeader
{
    /// <summary>The most streams that are read; more are left out.</summary>
    public const int MaxStreams = 16;

    /// <summary>Reads as much as can be understood: servers leave parts out. Never throws; the list may be empty.</summary>
    public static IReadOnlyList<RtpInfo> Parse(string? text)
    {
        var streams = new List<RtpInfo>();
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty && streams.Count < MaxStreams)
        {
            int end = EndOfStream(rest);
            if (ParseStream(rest[..end]) is RtpInfo stream)
            {
                streams.Add(stream);
            }

            rest = end < rest.Length ? rest[(end + 1)..] : [];
        }

        return streams;
    }

    /// <summary>Writes the header's value.</summary>
    public static string Write(params IEnumerable<RtpInfo> streams) => string.Join(',', streams);

    // A comma ends a stream only before the next url=, for a URL may hold commas.
    private static int EndOfStream(ReadOnlySpan<char> text)
    {
        for (int comma = text.IndexOf(','); comma >= 0;)
        {
            ReadOnlySpan<char> after = text[(comma + 1)..];
            if (after.TrimStart().StartsWith("url=", StringComparison.OrdinalIgnoreCase))
            {
                return comma;
            }

            int next = after.IndexOf(',');
            comma = next < 0 ? -1 : comma + 1 + next;
        }

        return text.Length;
    }

    private static RtpInfo? ParseStream(ReadOnlySpan<char> text)
    {
        var stream = new RtpInfo("", null, null);
        foreach (Range range in text.Split(';'))
        {
            ReadOnlySpan<char> part = text[range].Trim();
            int equals = part.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? [] : part[..equals].TrimEnd();
            ReadOnlySpan<char> value = equals < 0 ? [] : part[(equals + 1)..].Trim();
            if (name.Equals("url", StringComparison.OrdinalIgnoreCase))
            {
                ReadOnlySpan<char> url = value.Trim('"');
                stream = stream with { Url = RtspGrammar.IsUri(url) ? url.ToString() : "" };
            }
            else if (name.Equals("seq", StringComparison.OrdinalIgnoreCase)
                && ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort sequence))
            {
                stream = stream with { SequenceNumber = sequence };
            }
            else if (name.Equals("rtptime", StringComparison.OrdinalIgnoreCase)
                && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint timestamp))
            {
                stream = stream with { Timestamp = timestamp };
            }
        }

        return stream is { Url: "", SequenceNumber: null, Timestamp: null } ? null : stream;
    }
}
