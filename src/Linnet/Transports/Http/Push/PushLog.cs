using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Push;

/// <summary>Log messages of pushing over HTTP. Event ids 560–579 and 1701. They hold no text that the pusher sent.</summary>
internal static partial class PushLog
{
    /// <summary>Logs a refused push.</summary>
    public static void Refused(this ILogger logger, IPEndPoint remote, PushRefusal reason, Unsaid unsaid)
    {
        if (reason is PushRefusal.Occupied)
        {
            logger.PushOccupied(remote, unsaid);
        }
        else
        {
            logger.PushRefused(remote, Sentence(reason), unsaid);
        }
    }

    [LoggerMessage(560, LogLevel.Information, "{Remote} started pushing to {Station}")]
    public static partial void PushBegins(this ILogger logger, EndPoint? remote, string station);

    [LoggerMessage(561, LogLevel.Information, "{Remote} stopped pushing to {Station}: {Reason} ({Bytes} bytes)")]
    public static partial void PushEnds(this ILogger logger, EndPoint? remote, string station, string reason, long bytes);

    [LoggerMessage(
        562, LogLevel.Information, "{Remote} may not push: {Reason}{Unsaid}")]
    private static partial void PushRefused(this ILogger logger, EndPoint? remote, string reason, Unsaid unsaid);

    [LoggerMessage(
        1701, LogLevel.Information,
        "{Remote} may not push: another client is pushing there, and a new pusher does not take over{Unsaid}")]
    private static partial void PushOccupied(this ILogger logger, EndPoint? remote, Unsaid unsaid);

    [LoggerMessage(563, LogLevel.Error, "The push of {Remote} failed")]
    public static partial void PushFailed(this ILogger logger, Exception exception, EndPoint? remote);

    [LoggerMessage(564, LogLevel.Information, "The audio pushed to {Station} is {Codec}, {Format}; it is converted to {To}")]
    public static partial void PushConverted(this ILogger logger, string station, string codec, string format, string to);

    private static string Sentence(PushRefusal reason) => reason switch
    {
        PushRefusal.Closed => "no password is set, and no account may push",
        PushRefusal.Unnamed => "it gave no password (some programs ask once without)",
        PushRefusal.WrongPassword => "its password is wrong",
        PushRefusal.TooManyTries => "too many passwords are waiting to be checked",
        PushRefusal.NoSuchStation => "there is no station of that name",
        PushRefusal.OwnSource => "the station of that name has a source of its own and accepts no pushes",
        PushRefusal.TooManyPushes => "there are too many pushes",
        PushRefusal.NotDecodable => "its content type is not supported",
        PushRefusal.NoLength =>
            "it came through an HTTP proxy without Transfer-Encoding: chunked, so none of its audio gets through (docs/proxy.md)",
        PushRefusal.NotPermitted => "its account may not push to this station",
        PushRefusal.NetworkNotAllowed => "its network is not allowed",
        PushRefusal.ServiceNotAnswering => "the service that decides this does not answer",
        PushRefusal.OtherSite => "a page of another site had a browser send this",
        _ => reason.ToString(),
    };
}
