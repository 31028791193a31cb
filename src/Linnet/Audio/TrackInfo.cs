namespace Linnet.Audio;

/// <summary>Title and artist of the sound that is playing.</summary>
/// <param name="Title">The title from the tags, or else the file name.</param>
/// <param name="Artist">The artist from the tags, or <see langword="null"/>.</param>
public sealed record TrackInfo(string Title, string? Artist = null)
{
    /// <summary>The loudness from the tags, or <see langword="null"/> if they do not give it.</summary>
    public ReplayGain? Loudness { get; init; }

    /// <summary>A picture of it for web pages, or <see langword="null"/> if there is none.</summary>
    public CoverArt? Art { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Artist is null ? Title : $"{Artist} – {Title}";
}
