using System.Globalization;
using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>A response: the answer to the request with the same <c>CSeq</c>.</summary>
/// <remarks>Source: RFC 2326 §7.</remarks>
internal sealed class RtspResponse : RtspMessage
{
    /// <summary>A response with neither headers nor body.</summary>
    /// <param name="status">100 to 999; need not be one of the named ones.</param>
    /// <param name="reason">The reason phrase; <see langword="null"/>: the usual one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> does not have three digits.</exception>
    /// <exception cref="ArgumentException"><paramref name="reason"/> holds control characters.</exception>
    public RtspResponse(RtspStatus status, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)status, 100, nameof(status));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)status, 999, nameof(status));
        if (!MessageGrammar.IsText(reason))
        {
            throw new ArgumentException("A reason phrase must not hold line breaks or other control characters.", nameof(reason));
        }

        Status = status;
        Reason = reason ?? status.ReasonPhrase();
    }

    /// <summary>The status code.</summary>
    public RtspStatus Status { get; }

    /// <summary>The reason phrase. May be empty.</summary>
    public string Reason { get; }

    /// <summary>
    /// The base of relative URIs in the body: <c>Content-Base</c>, else <c>Content-Location</c>, else the request's own.
    /// </summary>
    /// <remarks>Source: RFC 2326 §C.1.1.</remarks>
    public string BaseUri(string requestUri) =>
        NotEmpty(Headers[RtspHeaderNames.ContentBase]) ?? NotEmpty(Headers[RtspHeaderNames.ContentLocation]) ?? requestUri;

    /// <inheritdoc/>
    public override string ToString() => $"{(int)Status} {Reason}";

    private protected override void AppendStartLine(StringBuilder head) =>
        head.Append(Version).Append(' ').Append(CultureInfo.InvariantCulture, $"{(int)Status}").Append(' ').Append(Reason);

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
