using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>Which file comes next: in the list's order or shuffled, one round or round after round. Each round lists anew.</summary>
internal sealed class PlayOrder(string name, Func<IReadOnlyList<PlaylistEntry>> list, bool loop, Random? shuffle, ILogger logger)
{
    private IReadOnlyList<PlaylistEntry> _entries = [];
    private PlaylistEntry[] _round = [];
    private int _next;
    private PlaylistEntry? _last;

    /// <summary>Whether another round follows each.</summary>
    internal bool Loops => loop;

    /// <summary>Rounds begun.</summary>
    internal int Rounds { get; private set; }

    /// <summary>Files in the round that is going on.</summary>
    internal int RoundLength => _round.Length;

    /// <summary>Whether the file given last was the last of its round.</summary>
    internal bool IsRoundOver => _next == _round.Length;

    /// <summary>The next file; <see langword="false"/> after the last round.</summary>
    /// <exception cref="IOException">There is no list to begin with.</exception>
    internal bool TryNext(out PlaylistEntry entry)
    {
        if (IsRoundOver)
        {
            if (Rounds > 0 && !Loops)
            {
                entry = null!;
                return false;
            }

            BeginRound();
        }

        entry = _last = _round[_next++];
        return true;
    }

    private void BeginRound()
    {
        try
        {
            _entries = list();
        }
        catch (IOException e) when (Rounds > 0)
        {
            logger.ListingFailed(name, e.Message);
        }

        Rounds++;
        _next = 0;
        _round = [.. _entries];
        if (shuffle is null)
        {
            return;
        }

        shuffle.Shuffle(_round);
        if (_round.Length > 1 && _round[0] == _last)
        {
            // Nobody wants to hear the same song twice on end.
            int other = shuffle.Next(1, _round.Length);
            (_round[0], _round[other]) = (_round[other], _round[0]);
        }
    }
}
