using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>How a stream that somebody sends is encoded.</summary>
/// <param name="Pcm">What it decodes to.</param>
/// <param name="BitDepth">Significant bits of the integer PCM it was, or 0 where it is lossy or float.</param>
/// <param name="Codec">The encoding of its packets.</param>
/// <param name="BitRate">Bits per second, where the stream says so or it was counted; else 0.</param>
/// <param name="Headers">What a decoder needs before the packets: FLAC's STREAMINFO block, Vorbis' three headers; else empty. Not written
/// again.</param>
public sealed record StreamFormat(
    AudioFormat Pcm, int BitDepth, StreamCodec Codec, int BitRate, IReadOnlyList<ReadOnlyMemory<byte>> Headers);
