namespace Linnet.Audio;

/// <summary>What is known about the sound that plays.</summary>
/// <param name="Title">From the tags, else the file's name.</param>
/// <param name="Artist">From the tags, or <see langword="null"/>.</param>
public sealed record TrackInfo(string Title, string? Artist = null)
{
    /// <summary>How loud its tags say that it is; <see langword="null"/>: they say nothing.</summary>
    public ReplayGain? Loudness { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Artist is null ? Title : $"{Artist} – {Title}";
}
