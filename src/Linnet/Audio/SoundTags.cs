namespace Linnet.Audio;

/// <summary>The tags of a file, or of a part of a stream. All values are untrusted.</summary>
/// <param name="Title">The title as clean text, or <see langword="null"/>.</param>
/// <param name="Artist">The artist as clean text, or <see langword="null"/>.</param>
/// <param name="Loudness">The loudness, or <see langword="null"/> if the tags do not give it.</param>
internal sealed record SoundTags(string? Title, string? Artist = null, ReplayGain? Loudness = null)
{
    /// <summary>Empty tags.</summary>
    public static SoundTags None { get; } = new(Title: null);

    /// <summary>A picture, or <see langword="null"/> if the tags have none.</summary>
    public CoverArt? Art { get; init; }

    /// <summary>The track that the tags name; <see langword="null"/> without a title.</summary>
    public TrackInfo? Track => Title is null ? null : new TrackInfo(Title, Artist);

    /// <summary>
    /// The track that the tags name, or else <paramref name="other"/>; always with the loudness and the picture of these tags.
    /// </summary>
    internal TrackInfo NameOr(TrackInfo other) =>
        (Track ?? other with { Artist = Artist ?? other.Artist }) with { Loudness = Loudness, Art = Art };

    /// <summary>These tags, completed by <paramref name="other"/> where they have no value.</summary>
    internal SoundTags Or(SoundTags other) => new(
        Title ?? other.Title, Title is null ? Artist ?? other.Artist : Artist,
        Loudness is null ? other.Loudness : other.Loudness is null ? Loudness : Loudness.Or(other.Loudness))
    {
        Art = Art ?? other.Art,
    };
}
