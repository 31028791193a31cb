namespace Linnet.Broadcast;

/// <summary>How many places for listeners there are, and how many are taken.</summary>
/// <param name="Taken">Those that are taken now.</param>
/// <param name="Most">All places; 0: there are none to take.</param>
internal readonly record struct Places(int Taken, int Most)
{
    /// <summary>Whether the next listener is refused.</summary>
    public bool AreFull => Most > 0 && Taken >= Most;
}
