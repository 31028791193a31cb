using System.Net;
using Linnet.Access;

namespace Linnet.Transports;

/// <summary>What a refused client is told. Says nothing that helps to guess a password or to forge a link.</summary>
/// <param name="Status">The status, as in HTTP.</param>
/// <param name="Text">A sentence.</param>
/// <param name="RetryAfter">When to try again, where that is known.</param>
internal sealed record AccessAnswer(HttpStatusCode Status, string Text, TimeSpan? RetryAfter = null)
{
    private static readonly TimeSpan ServiceRetry = TimeSpan.FromSeconds(10);

    /// <summary>The answer to a verdict that does not allow an action; <see langword="null"/>: the client gets none.</summary>
    internal static AccessAnswer? Of(AccessVerdict verdict, AccessAction action)
    {
        (string needed, string wrong, string denied) = action switch
        {
            AccessAction.Push => ("Pushing needs the password.", "The password is wrong.", "This account may not push to this station."),
            AccessAction.Listen => (
                "This station needs a user name and a password.", "The user name or the password is wrong.",
                "This account may not hear this station."),
            _ => (
                "This needs the password or a token of an account.", "The user name, the password or the token is wrong.",
                $"This needs an account with the role {action.ToString().ToLowerInvariant()}."),
        };
        return verdict switch
        {
            AccessVerdict.Unanswered => null,
            AccessVerdict.Unnamed or AccessVerdict.Stale => new(HttpStatusCode.Unauthorized, needed),
            AccessVerdict.Wrong => new(HttpStatusCode.Unauthorized, wrong),
            AccessVerdict.NotEncrypted => new(
                HttpStatusCode.Unauthorized,
                "Without TLS a password is not accepted over RTSP: use rtsps, or the account's stream token by Digest."),
            AccessVerdict.NetworkNotAllowed => new(HttpStatusCode.Forbidden, "Your address may not connect."),
            AccessVerdict.TooMany => new(
                HttpStatusCode.TooManyRequests, "Too many passwords are waiting to be checked; try again in a moment.",
                PasswordGate.MaxWait),
            AccessVerdict.NoAnswer => new(
                HttpStatusCode.ServiceUnavailable, "The service that decides this does not answer; try again later.", ServiceRetry),
            AccessVerdict.LinkExpired => new(HttpStatusCode.Forbidden, "This link has expired: ask for a new one."),
            AccessVerdict.LinkInvalid or AccessVerdict.LinkElsewhere => new(
                HttpStatusCode.Forbidden, "This link is not valid for this address."),
            _ => new(HttpStatusCode.Forbidden, denied),
        };
    }
}
