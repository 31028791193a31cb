using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>Reads one connection's requests, responses and interleaved frames, in whatever pieces they arrive.</summary>
/// <remarks>
/// <para>
/// One per connection and direction, used by one thread. Each line is consumed as soon as it is whole and no byte is searched twice,
/// so a slow drip costs no more than a burst. Memory is bounded by <see cref="RtspLimits"/>. It never throws, whatever arrives.
/// </para>
/// <para>Source: RFC 2326 §4–7 (messages), §10.12 (frames). A bare LF ends a line too, as §4 asks of receivers.</para>
/// </remarks>
/// <example>
/// <code>
/// while (reader.Read(ref buffer, out RtspInput input) is RtspReadResult.Done)
/// {
///     // input.Message is RtspRequest, RtspResponse, or null: then input.Frame
/// }
/// pipe.AdvanceTo(buffer.Start, buffer.End);
/// </code>
/// </example>
internal sealed class RtspReader
{
    private readonly RtspLimits _limits;
    private RtspMessage? _message;   // whose start line has been read
    private int _headLength;         // bytes of its head so far
    private int _headerLength;       // bytes of its last header so far, folded lines included
    private int? _contentLength;
    private bool _headDone;
    private long _searched;          // bytes at the front of the buffer that hold no line end

    /// <summary>A reader at the start of a connection.</summary>
    /// <param name="limits">The limits; <see langword="null"/>: <see cref="RtspLimits.Default"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="limits"/> has problems.</exception>
    public RtspReader(RtspLimits? limits = null) => _limits = (limits ?? RtspLimits.Default).ThrowIfInvalid();

    /// <summary>Why the last read was <see cref="RtspReadResult.Invalid"/>; all later ones are too.</summary>
    public RtspRefusal? Refusal { get; private set; }

    /// <summary>Reads the next message or frame.</summary>
    /// <param name="buffer">
    /// What has arrived and was not consumed yet, starting where the last call left it. On return it starts after what was consumed,
    /// which may be more than nothing even for <see cref="RtspReadResult.NeedMore"/>; all of the rest has been examined.
    /// </param>
    /// <param name="input">What was read. A frame's payload lies in <paramref name="buffer"/>; a message has been copied out of it.</param>
    public RtspReadResult Read(ref ReadOnlySequence<byte> buffer, out RtspInput input)
    {
        input = default;
        while (Refusal is null)
        {
            if (buffer.IsEmpty && !_headDone)
            {
                return RtspReadResult.NeedMore;
            }

            if (_headDone)
            {
                return ReadBody(ref buffer, out input);
            }

            if (_message is null && buffer.FirstSpan is [InterleavedFrame.Marker, ..])
            {
                return ReadFrame(ref buffer, out input);
            }

            if (!TryTakeLine(ref buffer, out string? line))
            {
                return Refusal is null ? RtspReadResult.NeedMore : RtspReadResult.Invalid;
            }

            ReadLine(line);
        }

        return RtspReadResult.Invalid;
    }

    private static RtspReadResult ReadFrame(ref ReadOnlySequence<byte> buffer, out RtspInput input)
    {
        input = default;
        Span<byte> header = stackalloc byte[InterleavedFrame.HeaderLength];
        if (buffer.Length < header.Length)
        {
            return RtspReadResult.NeedMore;
        }

        buffer.Slice(0, header.Length).CopyTo(header);
        int length = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        if (buffer.Length < header.Length + length)
        {
            return RtspReadResult.NeedMore;
        }

        input = new RtspInput(new InterleavedFrame(header[1], buffer.Slice(header.Length, length)));
        buffer = buffer.Slice(header.Length + length);
        return RtspReadResult.Done;
    }

    private RtspReadResult ReadBody(ref ReadOnlySequence<byte> buffer, out RtspInput input)
    {
        input = default;
        int length = _contentLength ?? 0;
        if (buffer.Length < length)
        {
            return RtspReadResult.NeedMore;
        }

        RtspMessage message = _message!;
        message.Body = buffer.Slice(0, length).ToArray();
        buffer = buffer.Slice(length);
        input = new RtspInput(message);

        _message = null;
        _headLength = 0;
        _contentLength = null;
        _headDone = false;
        return RtspReadResult.Done;
    }

    /// <summary>Takes a line off the buffer, without its end. False: it is incomplete or refused.</summary>
    private bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out string line)
    {
        line = "";
        (int limit, RtspStatus status) = _message is null
            ? (_limits.MaxStartLine, RtspStatus.RequestUriTooLong)
            : (_limits.MaxHeaderLine, RtspStatus.RequestEntityTooLarge);
        ReadOnlySequence<byte> searchable = buffer.Length > limit + 2 ? buffer.Slice(0, limit + 2) : buffer;
        SequencePosition? end = searchable.Slice(_searched).PositionOf((byte)'\n');
        _searched = searchable.Length;
        if (end is null)
        {
            if (buffer.Length >= limit + 2)
            {
                Refuse(status, "A line is too long.");
            }
            else if (_headLength + buffer.Length > _limits.MaxHead)
            {
                Refuse(RtspStatus.RequestEntityTooLarge, "The head is too long.");
            }

            return false;
        }

        ReadOnlySequence<byte> bytes = searchable.Slice(0, end.Value);
        _searched = 0;
        _headLength += (int)bytes.Length + 1;
        buffer = buffer.Slice(bytes.Length + 1);
        line = Encoding.UTF8.GetString(bytes);
        if (line.EndsWith('\r'))
        {
            line = line[..^1];
        }
        else if (bytes.Length > limit)
        {
            Refuse(status, "A line is too long.");
            return false;
        }

        if (_headLength > _limits.MaxHead)
        {
            Refuse(RtspStatus.RequestEntityTooLarge, "The head is too long.");
            return false;
        }

        return true;
    }

    private void ReadLine(string line)
    {
        if (!MessageGrammar.IsText(line))
        {
            Refuse(RtspStatus.BadRequest, "A line holds control characters.");
        }
        else if (_message is null)
        {
            // Empty lines before a message are skipped (RFC 2616 §4.1).
            if (line.Length > 0)
            {
                ReadStartLine(line);
            }
        }
        else if (line.Length == 0)
        {
            _headDone = true;
        }
        else if (line[0] is ' ' or '\t')
        {
            ReadFoldedLine(line);
        }
        else
        {
            ReadHeader(line);
        }
    }

    private void ReadStartLine(string line)
    {
        if (line.StartsWith("RTSP/", StringComparison.Ordinal))
        {
            ReadStatusLine(line);
            return;
        }

        int first = line.IndexOf(' ');
        int last = line.LastIndexOf(' ');
        if (first == last || !MessageGrammar.IsToken(line.AsSpan(0, first)) || !RtspGrammar.IsUri(line.AsSpan(first + 1, last - first - 1)))
        {
            Refuse(RtspStatus.BadRequest, "The request line is not 'method URI version'.");
        }
        else if (IsSupportedVersion(line.AsSpan(last + 1)))
        {
            _message = new RtspRequest(RtspMethod.Intern(line.AsSpan(0, first)), line[(first + 1)..last]);
        }
    }

    private void ReadStatusLine(string line)
    {
        var status = new StatusLine(line);
        if (!IsSupportedVersion(status.Version))
        {
            return;
        }

        if (status.Status == 0)
        {
            Refuse(RtspStatus.BadRequest, "The status line has no status of three digits.");
            return;
        }

        _message = new RtspResponse((RtspStatus)status.Status, status.Reason.ToString());
    }

    private bool IsSupportedVersion(ReadOnlySpan<char> version)
    {
        if (version.SequenceEqual(RtspMessage.Version))
        {
            return true;
        }

        bool isRtsp = version is ['R', 'T', 'S', 'P', '/', >= '0' and <= '9', '.', >= '0' and <= '9'];
        Refuse(isRtsp ? RtspStatus.VersionNotSupported : RtspStatus.BadRequest, "The version is not RTSP/1.0.");
        return false;
    }

    private void ReadHeader(string line)
    {
        int colon = line.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? [] : line.AsSpan(0, colon).TrimEnd(" \t");
        string value = line[(colon + 1)..].Trim(' ', '\t');
        if (!MessageGrammar.IsToken(name))
        {
            Refuse(RtspStatus.BadRequest, "A header is not 'name: value'.");
        }
        else if (_message!.Headers.Count >= _limits.MaxHeaders)
        {
            Refuse(RtspStatus.RequestEntityTooLarge, "There are too many headers.");
        }
        else if (!name.Equals(RtspHeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) || ReadContentLength(value))
        {
            _headerLength = line.Length;
            _message.Headers.Add(RtspHeaderNames.Intern(name), value);
        }
    }

    private bool ReadContentLength(string value)
    {
        if (_contentLength is not null || value.Length == 0 || value.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            Refuse(RtspStatus.BadRequest, "Content-Length is not one whole number.");
            return false;
        }

        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > _limits.MaxBody)
        {
            Refuse(RtspStatus.RequestEntityTooLarge, "The body is too long.");
            return false;
        }

        _contentLength = length;
        return true;
    }

    private void ReadFoldedLine(string line)
    {
        MessageHeaders headers = _message!.Headers;
        _headerLength += line.Length;
        if (headers.Count == 0 || headers.Last().Key.Equals(RtspHeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
        {
            Refuse(RtspStatus.BadRequest, "A folded line continues no header that may be folded.");
        }
        else if (_headerLength > _limits.MaxHeaderLine)
        {
            Refuse(RtspStatus.RequestEntityTooLarge, "A header is too long.");
        }
        else if (line.Trim(' ', '\t') is { Length: > 0 } value)
        {
            headers.Continue(value);
        }
    }

    private void Refuse(RtspStatus status, string reason) =>
        Refusal ??= new RtspRefusal(status, reason, _message?.Headers[RtspHeaderNames.CSeq]);
}
