using System.Collections.Frozen;
using System.Net;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Push;

/// <summary>Counts refused pushes, and logs each reason now and then: a client needs no password to cause refusals.</summary>
internal sealed class PushRefusals(TimeProvider time, ILogger logger)
{
    private readonly ReasonCounts<PushRefusal> _counts = new();
    private readonly FrozenDictionary<PushRefusal, LogThrottle> _sayings =
        Enum.GetValues<PushRefusal>().ToFrozenDictionary(static r => r, _ => new LogThrottle(time));

    /// <summary>How often, by reason.</summary>
    internal IReadOnlyDictionary<PushRefusal, long> Read() => _counts.Read();

    /// <summary>Counts one, and says it if that was not just said.</summary>
    internal void Count(IPEndPoint remote, PushRefusal reason)
    {
        CountUnsaid(reason);
        if (!_sayings[reason].TrySay(out Unsaid unsaid))
        {
            return;
        }

        if (reason is PushRefusal.Occupied)
        {
            logger.PushOccupied(remote, unsaid);
        }
        else
        {
            logger.PushRefused(remote, Sentence(reason), unsaid);
        }
    }

    /// <summary>Counts one of which the log tells in another way.</summary>
    internal void CountUnsaid(PushRefusal reason) => _counts.Count(reason);

    private static string Sentence(PushRefusal reason) => reason switch
    {
        PushRefusal.Closed => "no password is set",
        PushRefusal.Unnamed => "it gave no password (some programs ask once without)",
        PushRefusal.WrongPassword => "its password is wrong",
        PushRefusal.TooManyTries => "too many passwords are waiting to be checked",
        PushRefusal.NoSuchStation => "no station of that name accepts pushes",
        PushRefusal.TooManyPushes => "there are too many pushes",
        PushRefusal.NotDecodable => "its content type is not supported",
        PushRefusal.NoLength =>
            "it came through an HTTP proxy without Transfer-Encoding: chunked, so none of its audio gets through (docs/proxy.md)",
        _ => reason.ToString(),
    };
}
