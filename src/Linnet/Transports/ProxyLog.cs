using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports;

/// <summary>Log messages about proxies. Event ids 565–569.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(565, LogLevel.Warning,
        "{Remote} sent a PROXY header, but is not a trusted proxy: the connection was refused. If it is your proxy, add {Setting} "
            + "{Address}{Unsaid}")]
    public static partial void ProxyHeaderOfStranger(
        this ILogger logger, EndPoint remote, string setting, IPAddress address, Unsaid unsaid);

    [LoggerMessage(566, LogLevel.Warning,
        "The PROXY header of the trusted proxy {Remote} cannot be read: {Reason}. The connection was closed{Unsaid}")]
    public static partial void ProxyHeaderMalformed(this ILogger logger, EndPoint remote, string reason, Unsaid unsaid);

    [LoggerMessage(567, LogLevel.Warning,
        "Requests come through a proxy at {Address}, whose clients all count as one address. If it is your proxy, add {Setting} "
            + "{Same}{Unsaid}")]
    public static partial void ProxyUnnamed(this ILogger logger, IPAddress address, string setting, IPAddress same, Unsaid unsaid);

    [LoggerMessage(568, LogLevel.Warning,
        "The trusted proxy {Address} does not say who sent a request: {Reason}{Unsaid}")]
    public static partial void ProxyHidesClient(this ILogger logger, IPAddress address, string reason, Unsaid unsaid);
}
