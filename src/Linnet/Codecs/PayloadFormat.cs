using Linnet.Audio;

namespace Linnet.Codecs;

/// <summary>The encoding of a stream in SDP terms: the output of an encoder, and what a decoder is created from.</summary>
/// <param name="EncodingName">The registered name: <c>L16</c>, <c>L24</c>, <c>opus</c>, <c>PCMU</c>, <c>PCMA</c>. Case does not
/// matter.</param>
/// <param name="ClockRate">Ticks per second of the RTP timestamp. For Opus always 48,000 (RFC 7587 §4.1).</param>
/// <param name="Channels">The channels in <c>rtpmap</c>. For Opus always 2 (RFC 7587 §7).</param>
/// <param name="Parameters">The <c>fmtp</c> line without the payload type, or empty.</param>
public sealed record PayloadFormat(string EncodingName, int ClockRate, int Channels, string Parameters = "")
{
    /// <summary>Whether the encoding's name is <paramref name="name"/>.</summary>
    public bool Is(string name) => EncodingName.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The RTP clock as a format: RTP positions count its frames.</summary>
    public AudioFormat Clock => new(ClockRate, Channels);

    /// <inheritdoc/>
    public override string ToString() => $"{(Is("opus") ? "Opus" : EncodingName)}, {Clock}";
}
