using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Access;

/// <summary>Log messages about who may listen and push. Event ids 400–419. They hold no text that a client sent.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(400, LogLevel.Warning,
        "{Remote} sent a password over {Protocol} without TLS from a public address: others on the way can read it. Use https or rtsps"
            + "{Unsaid}")]
    public static partial void PasswordInTheClear(this ILogger logger, EndPoint remote, string protocol, Unsaid unsaid);

    [LoggerMessage(401, LogLevel.Warning,
        "Asking {Service} whether a client may {Action} failed: {Problem}. The client was {Outcome}{Unsaid}")]
    public static partial void HookFailed(
        this ILogger logger, string service, string action, string problem, string outcome, Unsaid unsaid);

    [LoggerMessage(402, LogLevel.Warning,
        "{Service} is asked about {Questions} clients at a time, which is the limit. Others are told to try again{Unsaid}")]
    public static partial void HookIsBusy(this ILogger logger, string service, int questions, Unsaid unsaid);

    [LoggerMessage(403, LogLevel.Information, "{Address} may not connect: its network is not allowed{Unsaid}")]
    public static partial void NetworkNotAllowed(this ILogger logger, IPAddress address, Unsaid unsaid);

    [LoggerMessage(404, LogLevel.Information, "{Remote} used a link that is not accepted: {Reason}{Unsaid}")]
    public static partial void LinkRefused(this ILogger logger, EndPoint remote, string reason, Unsaid unsaid);

    [LoggerMessage(405, LogLevel.Warning, "{Remote} sent a wrong name or password over {Protocol}{Unsaid}")]
    public static partial void WrongPassword(this ILogger logger, EndPoint remote, string protocol, Unsaid unsaid);
}
