namespace Linnet.Codecs.Streams;

/// <summary>A packet as its sender encoded it, beside the sound it decodes to.</summary>
/// <param name="Format">How it is encoded.</param>
/// <param name="Offset">Where its sound begins, in frames after the first of the PCM it comes with.</param>
/// <param name="Frames">Frames it decodes to, at its own sample rate; 0 while a decoder primes.</param>
/// <param name="Follows">Whether it comes right after the packet before it, so that a decoder may use both together.</param>
/// <param name="Bytes">The packet; not written again. Empty: from here on the sound is made of no packets that can be passed on.</param>
public readonly record struct StreamPacket(StreamFormat Format, int Offset, int Frames, bool Follows, ReadOnlyMemory<byte> Bytes);
