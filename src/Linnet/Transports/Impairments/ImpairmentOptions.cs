using System.Diagnostics.CodeAnalysis;

namespace Linnet.Transports.Impairments;

/// <summary>A network worse than the one at hand, for tests and for ears: what becomes of datagrams on their way.</summary>
/// <remarks>
/// In the order in which a datagram meets them: loss, damage, doubling, the queue of a slow link, delay and jitter, being overtaken.
/// <see cref="Corrupt"/>, <see cref="Duplicate"/> and <see cref="Reorder"/> are shares of what loss leaves over. The same seed does the
/// same to the same datagrams, and each effect draws its own lots, so that switching one on or off leaves the others as they are.
/// </remarks>
public sealed record ImpairmentOptions : IValidatable
{
    /// <summary>No datagram's jitter is more than so many times the mean.</summary>
    public const int MaxJitter = 5;

    /// <summary>The share that is lost. 0–1; default 0.</summary>
    public double Loss { get; init; }

    /// <summary>
    /// Zero, the default: each datagram is lost by its own lot. Otherwise losses come in bursts of this mean length: the path is good or
    /// bad (Gilbert), each for an exponentially distributed time, whatever the rate of datagrams; while it is bad all are lost. 1 ms – 10
    /// s.
    /// </summary>
    public TimeSpan Burst { get; init; }

    /// <summary>What every datagram waits. 0–10 s; default 0.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// The mean of what a datagram waits on top, exponentially distributed as waiting in queues is, and never more than
    /// <see cref="MaxJitter"/> times that. Those behind one that waits, wait too, unless <see cref="IsOrderLoose"/>. 0–1 s; default 0.
    /// </summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Whether jitter lets datagrams overtake each other, as several ways side by side would. Default: it does not.</summary>
    public bool IsOrderLoose { get; init; }

    /// <summary>The share that is overtaken by those behind. 0–0.5; default 0.</summary>
    public double Reorder { get; init; }

    /// <summary>
    /// How long the share of <see cref="Reorder"/> is held back; zero, the default: until the next one has passed. 0–10 s.
    /// </summary>
    public TimeSpan ReorderDelay { get; init; }

    /// <summary>The share that arrives twice, the second right behind the first. 0–1; default 0.</summary>
    public double Duplicate { get; init; }

    /// <summary>
    /// The share that arrives damaged so that no receiver can take it for what it was: with the first two bits flipped, or cut within the
    /// first 12 bytes. (Damage elsewhere never gets this far: UDP's checksum makes a loss of it.) 0–1; default 0.
    /// </summary>
    public double Corrupt { get; init; }

    /// <summary>
    /// Bits per second that fit through, 28 bytes of IP and UDP header per datagram included. 8000 – 10^10; 0, the default: any number.
    /// </summary>
    public double Rate { get; init; }

    /// <summary>
    /// How long a datagram may wait for those before it where <see cref="Rate"/> is too low; what would wait longer is dropped. 1 ms – 10
    /// s; default 200 ms.
    /// </summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What all lots are drawn from. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Reads what a person wrote: <c>loss=10%,burst=60ms,delay=20ms,jitter=10ms,reorder=1%,duplicate=1%,corrupt=0.1%,rate=256k,seed=7</c>.
    /// </summary>
    /// <param name="text">Parts in any order, each at most once; also <c>reorder-by=TIME</c>, <c>queue=TIME</c> and
    /// <c>order=kept|loose</c>.</param>
    /// <param name="options">The options, if it can be read.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what would be right.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImpairmentOptions? options, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);

        return ImpairmentText.TryRead(text, out options, out problem);
    }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => ImpairmentText.Problems(this);

    /// <summary>As <see cref="TryParse"/> reads it; what is as by default is left out, but for the seed.</summary>
    public override string ToString() => ImpairmentText.Write(this);
}
