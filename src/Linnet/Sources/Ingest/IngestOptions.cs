namespace Linnet.Sources.Ingest;

/// <summary>How much of a sender's sound to buffer before playing it.</summary>
public sealed record IngestOptions : IValidatable
{
    /// <summary>The fill level when sound arrives evenly: the delay that absorbs bursts and pauses. 100 ms – 3 s; default 1.5 s.</summary>
    public TimeSpan Target { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The capacity: a sender that is faster must wait. At least twice <see cref="Target"/>, at most 30 s; default 8 s.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromSeconds(8);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(Target, "100 ms", "3 s")
        .Require(
            Most.Ticks / 2 >= Target.Ticks && Most.TotalSeconds <= 30,
            $"{nameof(Most)} is {Most}; it must be at least twice {nameof(Target)} and at most 30 s.");
}
