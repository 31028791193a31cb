namespace Linnet.Sources.Playlists;

/// <summary>How many files and folders may yet be looked at for one list, in whatever folders they are.</summary>
internal sealed class FolderBudget(int entries = FolderBudget.MaxEntries)
{
    /// <summary>The most for a list.</summary>
    internal const int MaxEntries = 100_000;

    private int _left = entries;

    /// <summary>Whether one more was wanted than there may be.</summary>
    internal bool IsSpent => _left < 0;

    /// <summary>Takes one. False: there is none left.</summary>
    internal bool TryTake() => !IsSpent && --_left >= 0;
}
