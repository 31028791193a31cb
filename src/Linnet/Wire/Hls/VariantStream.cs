namespace Linnet.Wire.Hls;

/// <summary>A rendition in a multivariant playlist.</summary>
/// <param name="Uri">The address of its media playlist, absolute or relative to this playlist's; visible ASCII.</param>
/// <param name="Bandwidth">Bits per second of its largest segment, with the container.</param>
/// <param name="AverageBandwidth">Bits per second on average, with the container; 1 to <paramref name="Bandwidth"/>.</param>
/// <param name="Codecs">The codec, as RFC 6381 names it: <c>mp4a.40.34</c> (MP3), <c>mp4a.40.2</c> (AAC), <c>Opus</c> or
/// <c>fLaC</c>.</param>
/// <remarks>Source: RFC 8216 §4.3.4.2.</remarks>
internal sealed record VariantStream(string Uri, int Bandwidth, int AverageBandwidth, string Codecs)
{
    /// <summary>The address of its media playlist; visible ASCII.</summary>
    public string Uri { get; } = HlsGrammar.Visible(Uri);

    /// <summary>Bits per second on average.</summary>
    public int AverageBandwidth { get; } = AverageBandwidth > 0 && AverageBandwidth <= Bandwidth
        ? AverageBandwidth
        : throw new ArgumentOutOfRangeException(
            nameof(AverageBandwidth), AverageBandwidth, $"The average must be between 1 and the bandwidth, {Bandwidth} bits per second.");

    /// <summary>The codec, as RFC 6381 names it.</summary>
    public string Codecs { get; } = HlsGrammar.Visible(Codecs);
}
