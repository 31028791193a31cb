using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports;

/// <summary>Log messages about ports and accepting connections. Event ids 525–539 and 714.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(525, LogLevel.Warning,
        "This process may open {Limit} files and sockets. That leaves room for {Room} connections; {Wanted} listeners are allowed. To "
            + "raise it: ulimit -n, or LimitNOFILE= in a systemd unit")]
    public static partial void RoomIsShort(this ILogger logger, int limit, int room, int wanted);

    [LoggerMessage(526, LogLevel.Warning,
        "No room for another connection: this process may open {Limit} files and sockets, and {Connections} connections are "
            + "open. The new one was closed{Unsaid}")]
    public static partial void ConnectionsAreFull(this ILogger logger, int limit, int connections, Unsaid unsaid);

    [LoggerMessage(527, LogLevel.Warning,
        "Accepting a connection failed: {Problem}. The server keeps accepting{Unsaid}")]
    public static partial void AcceptFailed(this ILogger logger, string problem, Unsaid unsaid);

    [LoggerMessage(529, LogLevel.Warning,
        "{Address} has {Connections} connections open, three quarters of the room. No address gets more; a new one "
            + "was closed{Unsaid}")]
    public static partial void AddressHasItsShare(this ILogger logger, IPAddress address, int connections, Unsaid unsaid);

    [LoggerMessage(530, LogLevel.Error,
        "{Part} failed and accepts no listeners until the server is restarted. These still work: {Others}")]
    public static partial void PartFailed(this ILogger logger, Exception? exception, string part, string others);

    [LoggerMessage(714, LogLevel.Warning,
        "No room for another connection; {Connections} are open. One that had not sent a complete request was "
            + "closed to make room{Unsaid}")]
    public static partial void ConnectionGaveWay(this ILogger logger, int connections, Unsaid unsaid);
}
