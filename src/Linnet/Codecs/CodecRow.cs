using Linnet.Codecs.Streams;

namespace Linnet.Codecs;

/// <summary>A format: what reads it and what encodes it on this machine.</summary>
/// <param name="Format">The name to show.</param>
/// <param name="Codec">The codec, if renditions may have it; otherwise <see cref="StreamCodec.Other"/>.</param>
/// <param name="Read">What reads it.</param>
/// <param name="Encode">What encodes it.</param>
internal sealed record CodecRow(string Format, StreamCodec Codec, CodecUse Read, CodecUse Encode);
