using System.Buffers;
using System.Net;
using Linnet.Audio;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>Finds a head in what has arrived, and reads its lines.</summary>
/// <remarks>Source: RFC 9112 §2, §5. A bare LF ends a line too (§2.2); folded lines are refused (§5.2).</remarks>
internal static class HeadReader
{
    // A token, and the slash of "HTTP/1.1".
    private static readonly SearchValues<byte> StartBytes = SearchValues.Create(
        "!#$%&'*+-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~ \r\n"u8);

    /// <summary>The most line-end bytes before a head: some clients send extra ones after an earlier message.</summary>
    private const int MaxBlank = 16;

    // No real method or protocol name is longer; without a space by then, it is another protocol.
    private const int MaxFirstWord = 32;

    /// <summary>Reads a head from the front of <paramref name="buffer"/>, consuming nothing.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="limits">What to refuse.</param>
    /// <param name="startLine">The start line, all of its bytes: see <see cref="ByteText"/>.</param>
    /// <param name="headers">The headers.</param>
    /// <param name="length">Bytes of the head, its empty last line included.</param>
    /// <param name="refusal">Why it is refused.</param>
    internal static HttpReadResult Read(
        in ReadOnlySequence<byte> buffer, HttpLimits limits, out string startLine, out MessageHeaders headers, out int length,
        out HttpRefusal? refusal)
    {
        (startLine, headers, length, refusal) = ("", [], 0, null);
        ReadOnlySequence<byte> window = buffer.Length > limits.MaxHead + 1 ? buffer.Slice(0, limits.MaxHead + 1) : buffer;
        ReadOnlySpan<byte> bytes = window.IsSingleSegment ? window.FirstSpan : window.ToArray();

        int blank = 0;
        while (blank < bytes.Length && bytes[blank] is (byte)'\r' or (byte)'\n' && blank <= MaxBlank)
        {
            blank++;
        }

        ReadOnlySpan<byte> rest = bytes[blank..];
        ReadOnlySpan<byte> first = rest[..Math.Min(rest.Length, MaxFirstWord)];
        int firstSpace = first.IndexOf((byte)' ');
        if (blank > MaxBlank || firstSpace == 0 || (firstSpace < 0 ? first : first[..firstSpace]).ContainsAnyExcept(StartBytes)
            || (firstSpace < 0 && first.Length == MaxFirstWord))
        {
            refusal = new HttpRefusal(HttpStatusCode.BadRequest, "This is not HTTP.", IsHttp: false);
            return HttpReadResult.Invalid;
        }

        int at = blank;
        while (true)
        {
            int end = bytes[at..].IndexOf((byte)'\n');
            bool isStart = at == blank;
            (int limit, HttpStatusCode status) = isStart
                ? (limits.MaxStartLine, HttpStatusCode.RequestUriTooLong)
                : (limits.MaxHeaderLine, HttpStatusCode.RequestHeaderFieldsTooLarge);
            ReadOnlySpan<byte> line = end < 0 ? bytes[at..] : bytes.Slice(at, end);
            line = line is [.., (byte)'\r'] ? line[..^1] : line;
            if (line.Length > limit)
            {
                refusal = new HttpRefusal(status, isStart ? "The request line is too long." : "A header is too long.");
                return HttpReadResult.Invalid;
            }

            if (end < 0 || at + end + 1 > limits.MaxHead)
            {
                return NeedMoreUnlessFull(bytes.Length, limits, out refusal);
            }

            at += end + 1;
            if (isStart)
            {
                startLine = ByteText.Decode(line);
            }
            else if (line.IsEmpty)
            {
                length = at;
                return HttpReadResult.Done;
            }
            else if ((refusal = AddHeader(headers, line, limits)) is not null)
            {
                return HttpReadResult.Invalid;
            }
        }
    }

    private static HttpReadResult NeedMoreUnlessFull(int length, HttpLimits limits, out HttpRefusal? refusal)
    {
        refusal = length > limits.MaxHead
            ? new HttpRefusal(HttpStatusCode.RequestHeaderFieldsTooLarge, "The request's head is too long.")
            : null;
        return refusal is null ? HttpReadResult.NeedMore : HttpReadResult.Invalid;
    }

    private static HttpRefusal? AddHeader(MessageHeaders headers, ReadOnlySpan<byte> bytes, HttpLimits limits)
    {
        string line = TagText.Decoded(bytes);
        int colon = line.IndexOf(':');
        if (headers.Count >= limits.MaxHeaders)
        {
            return new HttpRefusal(HttpStatusCode.RequestHeaderFieldsTooLarge, "There are too many headers.");
        }

        // Also a name with white space before its colon, by which a proxy could be made to see another message (RFC 9112 §5.1).
        if (colon < 0 || !MessageGrammar.IsToken(line.AsSpan(0, colon)) || !MessageGrammar.IsText(line))
        {
            return new HttpRefusal(HttpStatusCode.BadRequest, "A header is not 'name: value'.");
        }

        headers.Add(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
        return null;
    }
}
