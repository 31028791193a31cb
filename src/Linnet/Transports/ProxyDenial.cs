using System.Globalization;
using System.Text;

namespace Linnet.Transports;

/// <summary>
/// What is answered to a PROXY header that is not believed. The proxy passes it on to its client, and people see it there.
/// </summary>
internal static class ProxyDenial
{
    private const string Text =
        "The server does not trust this proxy: its PROXY header was refused. Start the server with --trusted-proxy and the proxy's "
            + "address, or let the proxy send no such header.\r\n";

    /// <summary>The whole answer.</summary>
    /// <param name="protocol">Such as <c>HTTP/1.1</c>.</param>
    internal static byte[] Answer(string protocol) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{protocol} 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
            + $"{Text.Length}\r\n\r\n{Text}"));
}
