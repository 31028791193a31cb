using System.Globalization;
using System.Text;

namespace Linnet.Transports;

/// <summary>
/// The answer to a PROXY header of an untrusted peer. The proxy passes it on to its client, which shows it.
/// </summary>
internal static class ProxyDenial
{
    /// <summary>The whole answer.</summary>
    /// <param name="protocol">Such as <c>HTTP/1.1</c>.</param>
    /// <param name="setting">The name of the setting for trusted proxies.</param>
    internal static byte[] Answer(string protocol, string setting)
    {
        string text = $"The server does not trust this proxy: its PROXY header was refused. Start the server with {setting} and the "
            + "proxy's address, or let the proxy send no such header.\r\n";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{protocol} 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + $"{text.Length}\r\n\r\n{text}"));
    }
}
