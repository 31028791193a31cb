using Linnet.Broadcast;

namespace Linnet.Access;

/// <summary>
/// Passwords waiting to be verified, in fair order; their number is bounded, in total and per network. Pure; used under one lock.
/// </summary>
/// <remarks>Lower ranks go first. Within a rank networks alternate, so a network with many passwords gets only its share.</remarks>
internal sealed class PasswordQueue
{
    /// <summary>The most passwords in the queue.</summary>
    internal const int MaxWaiting = 256;

    /// <summary>The most passwords of one network in the queue.</summary>
    internal const int MaxPerNetwork = 16;

    private readonly List<PasswordTry> _waiting = [];
    private readonly NetworkCounts _networks = new();
    private long _round;

    /// <summary>Passwords in the queue.</summary>
    internal int Count => _waiting.Count;

    /// <summary>Adds a password.</summary>
    /// <returns>The password that has no place: the added one, one it displaces, or <see langword="null"/>.</returns>
    internal PasswordTry? Add(PasswordTry attempt)
    {
        PasswordTry? leaving = null;
        int ofNetwork = CountOf(attempt);
        if (ofNetwork >= MaxPerNetwork)
        {
            PasswordTry last = _waiting.Where(other => other.Network == attempt.Network).MaxBy(static other => (other.Rank, other.Round))!;
            leaving = last.Rank > attempt.Rank ? last : attempt;
        }
        else if (_waiting.Count >= MaxWaiting)
        {
            PasswordTry last = _waiting.MaxBy(other => (other.Rank, CountOf(other), other.Round))!;
            leaving = (last.Rank, CountOf(last)).CompareTo((attempt.Rank, ofNetwork + 1)) > 0 ? last : attempt;
        }

        if (leaving != attempt)
        {
            Remove(leaving);
            long last = _waiting.Where(other => other.Network == attempt.Network).Select(static other => other.Round)
                .DefaultIfEmpty(_round - 1).Max();
            attempt.Round = Math.Max(_round, last + 1);
            _waiting.Add(attempt);
            _networks.Add(attempt.Network);
        }

        return leaving;
    }

    /// <summary>Removes and returns the next password.</summary>
    internal PasswordTry? TakeNext()
    {
        PasswordTry? next = _waiting.MinBy(static attempt => (attempt.Rank, attempt.Round));
        _round = Math.Max(_round, next?.Round ?? _round);
        Remove(next);
        return next;
    }

    /// <summary>Removes a password, if it is in the queue.</summary>
    internal void Remove(PasswordTry? attempt)
    {
        if (attempt is not null && _waiting.Remove(attempt))
        {
            _networks.Remove(attempt.Network);
        }
    }

    private int CountOf(PasswordTry attempt) => _networks.Of(attempt.Network);
}
