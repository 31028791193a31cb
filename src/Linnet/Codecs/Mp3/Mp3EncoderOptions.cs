namespace Linnet.Codecs.Mp3;

/// <summary>Options of an MP3 rendition: bit rate and quality.</summary>
internal sealed record Mp3EncoderOptions : IValidatable
{
    /// <summary>
    /// Bits per second, constant: one of those that <see cref="Mp3Rates"/> lists for the sample rate. Default 128,000.
    /// </summary>
    public int BitRate { get; init; } = 128_000;

    /// <summary>LAME's quality, 0 (best, slowest) – 9 (worst, fastest); default 3, as in LAME.</summary>
    public int Quality { get; init; } = 3;

    /// <summary>
    /// Whether a frame may use space left over in earlier frames. Default true: it sounds better, but a decoder that starts in the middle
    /// must skip a frame or two. Without it, every frame can follow any other.
    /// </summary>
    public bool BitReservoir { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(Mp3Rates.IsBitRate(BitRate), $"{nameof(BitRate)} is {BitRate} b/s; MP3 has {Mp3Rates.BitRateList} kb/s.")
        .Between(Quality, 0, 9);
}
