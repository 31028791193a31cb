namespace Linnet.Sources.Playlists;

/// <summary>Limits how many files and folders are read for one list, over all folders.</summary>
internal sealed class FolderBudget(int entries = FolderBudget.MaxEntries)
{
    /// <summary>The limit for one list.</summary>
    internal const int MaxEntries = 100_000;

    private int _left = entries;

    /// <summary>Whether more were needed than the limit.</summary>
    internal bool IsSpent => _left < 0;

    /// <summary>Takes one. Returns false if none is left.</summary>
    internal bool TryTake() => !IsSpent && --_left >= 0;
}
