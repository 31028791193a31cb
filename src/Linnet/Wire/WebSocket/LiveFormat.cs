namespace Linnet.Wire.WebSocket;

/// <summary>How the packets of a rendition are encoded.</summary>
/// <param name="Codec"><c>opus</c>, <c>pcm</c> or <c>flac</c>.</param>
/// <param name="Bits">PCM: bits of a sample, 16 or 24. Else 0.</param>
/// <param name="Rate">Frames per second, of positions too.</param>
/// <param name="Channels">The channels.</param>
/// <param name="Packet">Frames of a usual packet.</param>
/// <param name="Description">What a decoder needs first, in base64, as WebCodecs takes it; <see langword="null"/>: nothing.</param>
internal sealed record LiveFormat(string Codec, int Bits, int Rate, int Channels, int Packet, string? Description);
