using System.Collections.Frozen;
using System.Net;
using Linnet.Diagnostics;

namespace Linnet.Transports;

/// <summary>Counts the clients that a server refused, by reason, and logs them. Any thread may call.</summary>
/// <param name="log">Logs a refusal: the client, the reason, and what of this reason was not logged since the last one.</param>
/// <param name="time">
/// The clock, to log each reason at intervals only: clients can cause refusals at will. <see langword="null"/>: logs every refusal, which
/// is for messages that are off by default.
/// </param>
/// <param name="counts">Counters shared with other refusals; default: its own.</param>
internal sealed class Refusals<T>(Action<IPEndPoint, T, Unsaid> log, TimeProvider? time = null, ReasonCounts<T>? counts = null)
    where T : struct, Enum
{
    private readonly ReasonCounts<T> _counts = counts ?? new();
    private readonly FrozenDictionary<T, LogThrottle>? _throttles =
        time is null ? null : Enum.GetValues<T>().ToFrozenDictionary(static reason => reason, _ => new LogThrottle(time));

    /// <summary>The counts so far; reasons that never occurred are missing.</summary>
    internal IReadOnlyDictionary<T, long> Read() => _counts.Read();

    /// <summary>Counts a refusal that the log tells in another way.</summary>
    internal void Count(T reason) => _counts.Count(reason);

    /// <summary>Counts a refusal, and logs it.</summary>
    internal void Count(IPEndPoint remote, T reason)
    {
        Count(reason);
        Unsaid unsaid = default;
        if (_throttles is null || _throttles[reason].TrySay(out unsaid))
        {
            log(remote, reason, unsaid);
        }
    }
}
