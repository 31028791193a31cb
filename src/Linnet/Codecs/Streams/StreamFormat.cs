using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>The encoding of a stream that a client sends.</summary>
/// <param name="Pcm">The decoded format.</param>
/// <param name="BitDepth">Significant bits of the original integer PCM, or 0 if it is lossy or float.</param>
/// <param name="Codec">The encoding of its packets.</param>
/// <param name="BitRate">Bits per second, as declared or measured; otherwise 0.</param>
/// <param name="Headers">Headers that a decoder needs before the packets: FLAC's STREAMINFO block, Vorbis' three headers; otherwise empty.
/// Immutable.</param>
internal sealed record StreamFormat(
    AudioFormat Pcm, int BitDepth, StreamCodec Codec, int BitRate, IReadOnlyList<ReadOnlyMemory<byte>> Headers);
