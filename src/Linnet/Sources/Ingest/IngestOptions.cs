namespace Linnet.Sources.Ingest;

/// <summary>How much of a sender's sound to buffer before playing it.</summary>
public sealed record IngestOptions : IValidatable
{
    /// <summary>The fill level when sound arrives evenly: the delay that absorbs bursts and pauses. 100 ms – 3 s; default 1.5 s.</summary>
    public TimeSpan Target { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The capacity: a sender that is faster must wait. At least twice <see cref="Target"/>, at most 30 s; default 8 s.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromSeconds(8);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Target.TotalSeconds is < 0.1 or > 3)
        {
            yield return $"{nameof(Target)} is {Target}; it must be between 100 ms and 3 s.";
        }

        if (Most < 2 * Target || Most.TotalSeconds > 30)
        {
            yield return $"{nameof(Most)} is {Most}; it must be at least twice {nameof(Target)} and at most 30 s.";
        }
    }
}
