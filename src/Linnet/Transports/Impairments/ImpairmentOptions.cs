using System.Diagnostics.CodeAnalysis;

namespace Linnet.Transports.Impairments;

/// <summary>Simulates a bad network, for automated tests and listening tests.</summary>
/// <remarks>
/// The effects in order: loss, damage, duplication, the queue of a slow link, delay and jitter, reordering. <see cref="Corrupt"/>,
/// <see cref="Duplicate"/> and <see cref="Reorder"/> are shares of the datagrams that are not lost. The same seed has the same effect
/// on the same datagrams. Each effect has its own random numbers, so changing one does not affect the others.
/// </remarks>
public sealed record ImpairmentOptions : IValidatable
{
    /// <summary>The longest jitter of a datagram, as a multiple of the mean.</summary>
    public const int MaxJitter = 5;

    /// <summary>The share of datagrams lost. 0–1; default 0.</summary>
    public double Loss { get; init; }

    /// <summary>
    /// The mean length of a burst of loss. 0, the default: each datagram is lost independently. Otherwise the path alternates between
    /// good and bad (Gilbert), each for an exponentially distributed time, whatever the rate of datagrams; while it is bad, all are
    /// lost. 1 ms – 10 s.
    /// </summary>
    public TimeSpan Burst { get; init; }

    /// <summary>The delay of every datagram. 0–10 s; default 0.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// The mean of an additional delay. It is exponentially distributed, as in queues, and never exceeds <see cref="MaxJitter"/> times
    /// the mean. Later datagrams wait behind a delayed one, unless <see cref="IsOrderLoose"/>. 0–1 s; default 0.
    /// </summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Whether jitter may reorder datagrams, as parallel paths would. Default: false.</summary>
    public bool IsOrderLoose { get; init; }

    /// <summary>The share of datagrams that later ones overtake. 0–0.5; default 0.</summary>
    public double Reorder { get; init; }

    /// <summary>
    /// How long the share given by <see cref="Reorder"/> is held back. 0, the default: until the next datagram has passed. 0–10 s.
    /// </summary>
    public TimeSpan ReorderDelay { get; init; }

    /// <summary>The share of datagrams that arrive twice, one right after the other. 0–1; default 0.</summary>
    public double Duplicate { get; init; }

    /// <summary>
    /// The share of datagrams damaged so that no receiver can mistake them for the original: the first two bits are flipped, or the
    /// datagram is cut within the first 12 bytes. (Other damage never reaches a receiver: UDP's checksum turns it into loss.) 0–1;
    /// default 0.
    /// </summary>
    public double Corrupt { get; init; }

    /// <summary>
    /// The link's speed in bits per second, counting 28 bytes of IP and UDP header per datagram. 8000 – 10^10; 0, the default:
    /// unlimited.
    /// </summary>
    public double Rate { get; init; }

    /// <summary>
    /// The longest wait in the queue of a link limited by <see cref="Rate"/>. Datagrams that would wait longer are dropped. 1 ms – 10
    /// s; default 200 ms.
    /// </summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The seed of all random numbers. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Parses text such as <c>loss=10%,burst=60ms,delay=20ms,jitter=10ms,reorder=1%,duplicate=1%,corrupt=0.1%,rate=256k,seed=7</c>.
    /// </summary>
    /// <param name="text">Parts in any order, each at most once. Also allows <c>reorder-by=TIME</c>, <c>queue=TIME</c> and
    /// <c>order=kept
    /// loose</c>.</param>
    /// <param name="options">The options, if the text is valid.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what is allowed.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImpairmentOptions? options, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);

        return ImpairmentText.TryRead(text, out options, out problem);
    }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => ImpairmentText.Problems(this);

    /// <summary>The text that <see cref="TryParse"/> reads. Leaves out default values, except the seed.</summary>
    public override string ToString() => ImpairmentText.Write(this);
}
