using System.Net;
using Linnet.Access;
using Linnet.Broadcast;

namespace Linnet.Transports.Http.Radio;

/// <summary>Answers requests for audio that are refused, and counts them.</summary>
/// <param name="time">The clock.</param>
/// <param name="log">Logs a refusal.</param>
/// <param name="directory">The stations, and the other servers that have them.</param>
internal sealed class RadioRefuser(TimeProvider time, Action<IPEndPoint, RadioRefusal> log, StationDirectory directory)
{
    private readonly Elsewhere _elsewhere = new(directory);

    /// <summary>Counts and logs refused requests.</summary>
    internal Refusals<RadioRefusal> Refusals { get; } = new((remote, reason, _) => log(remote, reason));

    /// <summary>The address of what was asked for at another server that has room; <see langword="null"/>: there is none.</summary>
    internal string? Elsewhere(HttpExchange exchange, string station) => _elsewhere.OverHttp(
        station, exchange.Head.Path, exchange.Head.Query, exchange.Link,
        exchange.Request.Origin.IsTls || exchange.Request.Scheme == Uri.UriSchemeHttps);

    /// <summary>Sends a listener for whom there is no room to another server, or refuses it if none has any.</summary>
    internal Task RefuseAsync(HttpExchange exchange, RadioRefusal reason, string station) =>
        IsFull(reason) && Elsewhere(exchange, station) is string address ? SendAsync(exchange, address) : RefuseAsync(exchange, reason);

    /// <summary>Refuses a listener for whom there is no room, and names its address at another server that has room.</summary>
    internal Task RefuseAndNameAsync(HttpExchange exchange, RadioRefusal reason, string station)
    {
        if (!IsFull(reason) || Elsewhere(exchange, station) is not string address)
        {
            return RefuseAsync(exchange, reason);
        }

        Refusals.Count(exchange.Remote, RadioRefusal.SentElsewhere);
        return exchange.FinishAsync(RadioResponses.RefusalNaming(exchange.Head, address, time.GetUtcNow()));
    }

    /// <summary>Sends a listener to an address at another server.</summary>
    internal Task SendAsync(HttpExchange exchange, string address)
    {
        Refusals.Count(exchange.Remote, RadioRefusal.SentElsewhere);
        return exchange.FinishAsync(RadioResponses.Elsewhere(exchange.Head, address, time.GetUtcNow()));
    }

    /// <summary>Refuses a listener for whom there is no room.</summary>
    internal Task RefuseAsync(HttpExchange exchange, RadioRefusal reason) => reason switch
    {
        RadioRefusal.TooManyOfAddress => RefuseAsync(
            exchange, reason, HttpStatusCode.TooManyRequests, "There are too many listeners at your address.\r\n"),
        RadioRefusal.TooManyListeners or RadioRefusal.TooManyOfStation or RadioRefusal.TooMuchAudio => RefuseAsync(
            exchange, reason, HttpStatusCode.ServiceUnavailable, "There are too many listeners at the moment.\r\n"),
        _ => RefuseAsync(exchange, reason, HttpStatusCode.ServiceUnavailable, "This is not available at the moment.\r\n"),
    };

    /// <summary>Refuses a listener who gets no rendition.</summary>
    internal Task RefuseAsync(HttpExchange exchange, RadioStreamRefusal refusal) =>
        RefuseAsync(exchange, refusal.Reason, refusal.Status, $"{refusal.Text}\r\n", refusal.RetryAfter);

    /// <summary>Refuses a listener who may not hear the station.</summary>
    internal Task RefuseAsync(HttpExchange exchange, AccessVerdict verdict)
    {
        RadioRefusal reason = verdict switch
        {
            AccessVerdict.Unnamed or AccessVerdict.Stale => RadioRefusal.NoPassword,
            AccessVerdict.Wrong or AccessVerdict.Unanswered or AccessVerdict.NotEncrypted => RadioRefusal.WrongPassword,
            AccessVerdict.TooMany => RadioRefusal.TooManyTries,
            AccessVerdict.NetworkNotAllowed => RadioRefusal.NetworkNotAllowed,
            AccessVerdict.NoAnswer => RadioRefusal.ServiceNotAnswering,
            AccessVerdict.LinkInvalid or AccessVerdict.LinkExpired or AccessVerdict.LinkElsewhere => RadioRefusal.LinkNotAccepted,
            _ => RadioRefusal.NotPermitted,
        };
        if (AccessAnswer.Of(verdict, AccessAction.Listen) is { } answer)
        {
            return RefuseAsync(exchange, reason, answer.Status, $"{answer.Text}\r\n", answer.RetryAfter);
        }

        Refusals.Count(exchange.Remote, reason);
        exchange.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Refuses a request, with a sentence that says why.</summary>
    internal Task RefuseAsync(
        HttpExchange exchange, RadioRefusal reason, HttpStatusCode status, string why, TimeSpan? after = null)
    {
        Refusals.Count(exchange.Remote, reason);
        if (reason == RadioRefusal.NotFound && directory.IsJoining)
        {
            (status, why, after) = (HttpStatusCode.ServiceUnavailable, $"{StationDirectory.Joining}\r\n", TimeSpan.FromSeconds(1));
        }

        TimeSpan? retryAfter = status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
            ? after ?? RadioResponses.RetryAfter : null;
        return exchange.FinishAsync(RadioResponses.Refusal(exchange.Head, status, why, time.GetUtcNow(), retryAfter));
    }

    // Whatever this address or this station has too many of, another server does not have more room for.
    private static bool IsFull(RadioRefusal reason) => reason is RadioRefusal.TooManyListeners or RadioRefusal.TooMuchAudio;
}
