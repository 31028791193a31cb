using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Which file comes next: in the list's order or shuffled, one round or round after round. Each round lists anew.</summary>
internal sealed class PlayOrder(string name, Func<IReadOnlyList<PlaylistEntry>> list, bool loop, Random? shuffle, ILogger logger)
{
    private IReadOnlyList<PlaylistEntry> _entries = [];
    private PlaylistEntry[] _round = [];
    private int _next;
    private PlaylistEntry? _last;
    private (PlaylistEntry Entry, int Index)? _heard;
    private bool _resumes;

    /// <summary>Whether another round follows each.</summary>
    internal bool Loops => loop;

    /// <summary>Rounds begun.</summary>
    internal int Rounds { get; private set; }

    /// <summary>Files in the round that is going on.</summary>
    internal int RoundLength => _round.Length;

    /// <summary>Whether the file given last was the last of its round.</summary>
    internal bool IsRoundOver => !_resumes && _next == _round.Length;

    /// <summary>The next file; <see langword="false"/> after the last round.</summary>
    /// <exception cref="IOException">There is no list to begin, or to go on, with.</exception>
    internal bool TryNext(out PlaylistEntry entry)
    {
        if (_resumes)
        {
            BeginRound();
            _resumes = false;
            _next = shuffle is null && _heard is { } heard ? IndexOf(heard.Entry, heard.Index) + 1 : 0;
        }

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

    /// <summary>Says that the file given last can be played.</summary>
    internal void Heard() => _heard = (_last!, _next - 1);

    /// <summary>Lists anew for the next file, and goes on behind the last one that could be played. No file could be since.</summary>
    internal void Resume() => _resumes = true;

    /// <summary>Why there is no list at the moment; <see langword="null"/>: there is one.</summary>
    internal string? ProblemOfList()
    {
        try
        {
            list();
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Where a file is now that was at <paramref name="index"/>: there, if that is the same still, as a list may name it more than once;
    /// else where it is named first.
    /// </summary>
    private int IndexOf(PlaylistEntry entry, int index) =>
        index < _round.Length && _round[index].IsSameSound(entry) ? index : Array.FindIndex(_round, e => e.IsSameSound(entry));

    private void BeginRound()
    {
        try
        {
            _entries = list();
        }
        catch (IOException e) when (Rounds > 0 && !_resumes)
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
