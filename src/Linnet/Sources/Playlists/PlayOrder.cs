using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Decides which file comes next: in list order or shuffled, once or in a loop. Each round reads the list again.</summary>
internal sealed class PlayOrder(string name, Func<IReadOnlyList<PlaylistEntry>> list, bool loop, Random? shuffle, ILogger logger)
{
    private IReadOnlyList<PlaylistEntry> _entries = [];
    private PlaylistEntry[] _round = [];
    private int _next;
    private PlaylistEntry? _last;
    private (PlaylistEntry Entry, int Index)? _heard;
    private bool _resumes;

    /// <summary>Whether it repeats.</summary>
    internal bool Loops => loop;

    /// <summary>Number of rounds begun.</summary>
    internal int Rounds { get; private set; }

    /// <summary>Number of files in the current round.</summary>
    internal int RoundLength => _round.Length;

    /// <summary>Whether the last file returned was the last of its round.</summary>
    internal bool IsRoundOver => !_resumes && _next == _round.Length;

    /// <summary>The next file; <see langword="false"/> after the last round.</summary>
    /// <exception cref="IOException">The list cannot be read.</exception>
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

    /// <summary>Call it when the last file returned can be played.</summary>
    internal void Heard() => _heard = (_last!, _next - 1);

    /// <summary>Makes the next call read the list again, and continue after the last file that could be played.</summary>
    internal void Resume() => _resumes = true;

    /// <summary>Why the list cannot be read at the moment, or <see langword="null"/>.</summary>
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
    /// The index of a file that was at <paramref name="index"/>: the same index if it still holds that file, because a list may name a file
    /// twice; otherwise the file's first index.
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
            // Avoids playing the same song twice in a row.
            int other = shuffle.Next(1, _round.Length);
            (_round[0], _round[other]) = (_round[other], _round[0]);
        }
    }
}
