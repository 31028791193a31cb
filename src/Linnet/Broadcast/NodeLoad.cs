namespace Linnet.Broadcast;

/// <summary>How much a server has to do, and how much it may.</summary>
/// <param name="Listeners">Listeners now, by all protocols.</param>
/// <param name="BitsPerSecond">Audio that they need, in bits of payload per second.</param>
internal readonly record struct NodeLoad(int Listeners, long BitsPerSecond)
{
    /// <summary>The most listeners: the limits of all protocols together; 0, the default: no limit.</summary>
    public int MaxListeners { get; init; }

    /// <summary>The most audio to send, in bits of payload per second; 0, the default: no limit.</summary>
    public long MaxBitsPerSecond { get; init; }

    /// <summary>
    /// Whether the limit of listeners over HTTP, WebSocket or HLS is reached: each protocol has its own. Default: no.
    /// </summary>
    public bool IsHttpFull { get; init; }

    /// <summary>Whether the limit of listeners over RTSP is reached. Default: no.</summary>
    public bool IsRtspFull { get; init; }

    /// <summary>Whether new listeners are refused, by whatever protocol they come.</summary>
    public bool IsFull =>
        (MaxListeners > 0 && Listeners >= MaxListeners) || (MaxBitsPerSecond > 0 && BitsPerSecond >= MaxBitsPerSecond);

    /// <summary>How much of what it may do it does: 1 is full, 0 nothing. Without limits 0.</summary>
    public double Share => Math.Max(
        MaxListeners > 0 ? (double)Listeners / MaxListeners : 0,
        MaxBitsPerSecond > 0 ? (double)BitsPerSecond / MaxBitsPerSecond : 0);
}
