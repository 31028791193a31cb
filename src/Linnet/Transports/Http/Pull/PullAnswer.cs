using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Linnet.Audio;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;
using Linnet.Wire.Messages;

namespace Linnet.Transports.Http.Pull;

/// <summary>The head of a server's answer to a request for sound.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers. Bytes above 127 are read as UTF-8 if they are valid, otherwise as Windows-1252.</param>
/// <param name="HasLength">Whether the server announces how long the body is.</param>
internal sealed record PullAnswer(HttpStatusCode Status, MessageHeaders Headers, bool HasLength)
{
    /// <summary>More than for requests to us: a content network adds many headers, such as policies and cookies.</summary>
    internal const int MaxHeaders = 256;

    /// <summary>Whether the end of the body is the end of a station, and every other end of the connection a loss.</summary>
    internal bool TellsEnd => Headers[LinnetEnd.Header] == LinnetEnd.LastChunk
        && Headers["Transfer-Encoding"]?.Equals("chunked", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The content type, or <see langword="null"/>.</summary>
    internal string? ContentType => Headers["Content-Type"];

    /// <summary>
    /// Bytes of sound between two titles (<c>icy-metaint</c>); 0 without titles, or where the number is beyond
    /// <see cref="IcyMetadata.MaxInterval"/>.
    /// </summary>
    internal int MetadataInterval =>
        int.TryParse(Headers["icy-metaint"], NumberStyles.None, CultureInfo.InvariantCulture, out int interval)
            && interval <= IcyMetadata.MaxInterval
            ? interval
            : 0;

    /// <summary>Reads what HttpClient has received.</summary>
    /// <returns>
    /// False if there are too many headers, control characters in one, or contradicting or unsupported statements about the body.
    /// </returns>
    internal static bool TryRead(HttpResponseMessage message, [NotNullWhen(true)] out PullAnswer? answer)
    {
        answer = null;
        var headers = new MessageHeaders();
        foreach ((string name, HeaderStringValues values) in message.Headers.NonValidated.Concat(message.Content.Headers.NonValidated))
        {
            foreach (string value in values)
            {
                string text = Decoded(value);
                if (headers.Count == MaxHeaders || !MessageGrammar.IsText(text))
                {
                    return false;
                }

                headers.Add(name, text);
            }
        }

        if (HttpBodyFraming.TryParse(headers, out HttpBodyFraming body))
        {
            answer = new PullAnswer(message.StatusCode, headers, body.Kind is HttpBodyKind.Length);
        }

        return answer is not null;
    }

    // HttpClient reads each byte as a character of Latin-1, except that it reads a Location as UTF-8 if it can.
    private static string Decoded(string value) =>
        value.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF') ? value : TagText.Decoded(Encoding.Latin1.GetBytes(value));
}
