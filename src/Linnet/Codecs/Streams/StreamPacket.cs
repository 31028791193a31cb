namespace Linnet.Codecs.Streams;

/// <summary>A packet as the sender encoded it, beside the sound it decodes to.</summary>
/// <param name="Format">How it is encoded.</param>
/// <param name="Offset">Start of its sound, in frames from the first frame of the PCM that comes with it.</param>
/// <param name="Frames">Frames it decodes to, at its own sample rate; 0 while the decoder primes.</param>
/// <param name="Follows">Whether it directly follows the packet before it, so that a decoder may use both together.</param>
/// <param name="Bytes">The packet; immutable. Empty: the sound from here on has no packets that can be passed on.</param>
internal readonly record struct StreamPacket(StreamFormat Format, int Offset, int Frames, bool Follows, ReadOnlyMemory<byte> Bytes);
