using Linnet.Broadcast;

namespace Linnet.Relay.Filling;

/// <summary>Makes packets of silence in one encoding, without an encoder: the format of each says how silence is written.</summary>
internal abstract class Silence
{
    /// <summary>Makes the packet at a position.</summary>
    /// <param name="position">Where it begins: directly after the packet before.</param>
    /// <param name="next">The first packet that follows the silence, not before <paramref name="position"/>; <see langword="null"/>: not
    /// known yet.</param>
    /// <param name="payload">The packet.</param>
    /// <returns>Its frames; it is of no use if that is more than there is room before <paramref name="next"/>. 0: there is none.</returns>
    internal abstract int Next(long position, PacketItem? next, out ReadOnlyMemory<byte> payload);

    /// <summary>
    /// The packet that decoders must get in place of the first one after the silence, because they lack what that one needs;
    /// <see langword="null"/>, the default: they can decode it.
    /// </summary>
    internal virtual ReadOnlyMemory<byte>? InsteadOf(PacketItem next) => null;

    /// <summary>A packet of a fallback as it must be to stand between the others. By default it is not changed.</summary>
    internal virtual ReadOnlyMemory<byte> Fit(FilledPacket packet) => packet.Payload;
}
