namespace Linnet.Broadcast;

/// <summary>How much a server has to do, and how much it may.</summary>
/// <param name="Listeners">Listeners now, by all protocols.</param>
/// <param name="BitsPerSecond">Audio that they need, in bits of payload per second.</param>
internal readonly record struct NodeLoad(int Listeners, long BitsPerSecond)
{
    /// <summary>The most listeners; 0, the default: no limit.</summary>
    public int MaxListeners { get; init; }

    /// <summary>The most audio to send, in bits of payload per second; 0, the default: no limit.</summary>
    public long MaxBitsPerSecond { get; init; }

    /// <summary>Whether new listeners are refused.</summary>
    public bool IsFull =>
        (MaxListeners > 0 && Listeners >= MaxListeners) || (MaxBitsPerSecond > 0 && BitsPerSecond >= MaxBitsPerSecond);
}
