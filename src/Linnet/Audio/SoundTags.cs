namespace Linnet.Audio;

/// <summary>What the tags of a file, or of a part of a stream, say of its sound. All of it comes from anyone.</summary>
/// <param name="Title">As clean text, or <see langword="null"/>.</param>
/// <param name="Artist">As clean text, or <see langword="null"/>.</param>
/// <param name="Loudness">How loud it is; <see langword="null"/>: they say nothing.</param>
public sealed record SoundTags(string? Title, string? Artist = null, ReplayGain? Loudness = null)
{
    /// <summary>Tags that say nothing.</summary>
    public static SoundTags None { get; } = new(Title: null);

    /// <summary>The track that they name; <see langword="null"/> without a title.</summary>
    public TrackInfo? Track => Title is null ? null : new TrackInfo(Title, Artist);

    /// <summary>The track that they name or, where they name none, another one; as loud as they say.</summary>
    internal TrackInfo NameOr(TrackInfo other) =>
        (Track ?? other with { Artist = Artist ?? other.Artist }) with { Loudness = Loudness };

    /// <summary>These tags and, where they say nothing, others.</summary>
    internal SoundTags Or(SoundTags other) => new(
        Title ?? other.Title, Title is null ? Artist ?? other.Artist : Artist,
        Loudness is null ? other.Loudness : other.Loudness is null ? Loudness : Loudness.Or(other.Loudness));
}
