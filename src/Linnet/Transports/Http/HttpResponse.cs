using System.Globalization;
using System.Text;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http;

/// <summary>A short response.</summary>
/// <param name="Head">Its status and headers.</param>
/// <param name="Body">Its body; empty: none, or a <c>HEAD</c> request.</param>
internal sealed record HttpResponse(HttpResponseHead Head, ReadOnlyMemory<byte> Body)
{
    /// <summary>A response without a body.</summary>
    internal HttpResponse(HttpResponseHead head)
        : this(head, default)
    {
    }

    /// <summary>A response with a text, which a <c>HEAD</c> request does not get.</summary>
    internal static HttpResponse Text(HttpResponseHead head, HttpRequestHead? request, string type, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        head.Headers.Add("Content-Type", type);
        head.Headers.Add("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        return new HttpResponse(head, request?.Method == "HEAD" ? default : body);
    }

    /// <summary>The response as it goes over the wire.</summary>
    internal byte[] ToArray() => [.. Head.ToArray(), .. Body.Span];
}
