using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>A request, usually from the client to the server.</summary>
/// <remarks>Source: RFC 2326 §6.</remarks>
internal sealed class RtspRequest : RtspMessage
{
    /// <summary>A request with neither headers nor body.</summary>
    /// <param name="method">A token, such as <see cref="RtspMethod.Play"/>.</param>
    /// <param name="uri">An absolute URI, or <c>*</c> for the server as a whole. Visible ASCII, sent as it is.</param>
    /// <exception cref="ArgumentException">One of them holds invalid characters.</exception>
    public RtspRequest(string method, string uri)
    {
        if (!MessageGrammar.IsToken(method))
        {
            throw new ArgumentException($"A method must be a token (RFC 2326 §15.1), not '{method}'.", nameof(method));
        }

        if (!RtspGrammar.IsUri(uri))
        {
            throw new ArgumentException($"A request URI must be visible ASCII without spaces, not '{uri}'.", nameof(uri));
        }

        Method = method;
        Uri = uri;
    }

    /// <summary>The method: see <see cref="RtspMethod"/>.</summary>
    public string Method { get; }

    /// <summary>The URI as received: <c>*</c>, or one that <see cref="RtspUri"/> can read.</summary>
    public string Uri { get; }

    /// <summary>An answer to this request: same <c>CSeq</c>, nothing else yet.</summary>
    public RtspResponse Answer(RtspStatus status)
    {
        var response = new RtspResponse(status);
        if (Headers[RtspHeaderNames.CSeq] is string sequence)
        {
            response.Headers.Add(RtspHeaderNames.CSeq, sequence);
        }

        return response;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Uri}";

    private protected override void AppendStartLine(StringBuilder head) =>
        head.Append(Method).Append(' ').Append(Uri).Append(' ').Append(Version);
}
