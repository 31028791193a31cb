namespace Linnet.Relay.Filling;

/// <summary>A packet that a <see cref="Filler"/> made.</summary>
/// <param name="Position">Position of its first frame.</param>
/// <param name="Frames">Frames it holds.</param>
/// <param name="Payload">The encoded packet; not written again.</param>
internal readonly record struct FilledPacket(long Position, int Frames, ReadOnlyMemory<byte> Payload);
