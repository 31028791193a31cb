namespace Linnet.Broadcast.Streams;

/// <summary>How audio is sent to listeners over HTTP, which buffer it themselves: in few large writes.</summary>
public sealed record StreamOptions : IValidatable
{
    /// <summary>
    /// Time between two writes to one listener. Each write costs the same, whatever its length. 100 ms – 2 s; default 500 ms.
    /// </summary>
    public TimeSpan WriteInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Audio already due that is sent to a listener on connect, cut at a packet: what its player buffers, and so how far behind it plays.
    /// At least <see cref="WriteInterval"/>, or players run dry between writes; at most 10 s; default 2 s.
    /// </summary>
    public TimeSpan Burst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How far the audio in flight to a listener may grow beyond <see cref="Burst"/> before the listener is moved, at a packet, so that
    /// about a burst is in flight again. A lower value keeps it closer to the live edge; a higher one survives longer interruptions without
    /// a cut. 500 ms – 60 s; default 2 s.
    /// </summary>
    public TimeSpan Slack { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a listener may accept no bytes, though moved, before it is dropped. 1–300 s; default 30 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The same for a listener that has not yet shown that it reads: it occupies a kernel buffer, which any client can cause. 1–300 s,
    /// capped by <see cref="StallTimeout"/>; default 5 s.
    /// </summary>
    public TimeSpan NewcomerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a log keeps audio: all that a listener may still be sent, and a margin for a late visit.</summary>
    internal TimeSpan Retention => Burst + Slack + WriteInterval + TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(WriteInterval, "100 ms", "2 s")
        .Require(
            Burst >= WriteInterval && Burst.TotalSeconds <= 10,
            $"{nameof(Burst)} is {Burst}; it must be between {nameof(WriteInterval)} ({WriteInterval}) and 10 s.")
        .Between(Slack, "500 ms", "60 s")
        .Between(StallTimeout, "1 s", "300 s")
        .Between(NewcomerTimeout, "1 s", "300 s");
}
