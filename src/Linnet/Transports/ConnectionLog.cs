using System.Net;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports;

/// <summary>What is said of accepting connections. Event ids 525–539 and 714.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(525, LogLevel.Warning,
        "This process may open {Limit} files and sockets. That leaves room for {Room} connections; {Wanted} listeners are allowed. To "
            + "raise it: ulimit -n, or LimitNOFILE= in a systemd unit")]
    public static partial void RoomIsShort(this ILogger logger, int limit, int room, int wanted);

    [LoggerMessage(526, LogLevel.Warning,
        "There is no room for another connection: this process may open {Limit} files and sockets, and {Connections} connections are "
            + "open. It was closed ({Unsaid} more were closed since this was said last)")]
    public static partial void ConnectionsAreFull(this ILogger logger, int limit, int connections, long unsaid);

    [LoggerMessage(527, LogLevel.Warning,
        "A connection could not be accepted: {Problem}. Accepting goes on ({Unsaid} more failed since this was said last)")]
    public static partial void AcceptFailed(this ILogger logger, string problem, long unsaid);

    [LoggerMessage(529, LogLevel.Warning,
        "{Address} has {Connections} connections open, three quarters of all that there is room for. No address gets more; another one "
            + "was closed ({Unsaid} more were closed since this was said last)")]
    public static partial void AddressHasItsShare(this ILogger logger, IPAddress address, int connections, long unsaid);

    [LoggerMessage(714, LogLevel.Warning,
        "There is no room for another connection; {Connections} are open. One that had asked for nothing, or not for all of it, was "
            + "closed to let another in ({Unsaid} more were closed since this was said last)")]
    public static partial void ConnectionGaveWay(this ILogger logger, int connections, long unsaid);
}
