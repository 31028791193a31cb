using System.Buffers.Binary;
using System.Text;

namespace Linnet.Relay.Wire;

/// <summary>Says that a node wants a rendition published for the next few seconds. It repeats that as long as it has listeners.</summary>
/// <param name="Incarnation">The life of the station that it means.</param>
/// <param name="Node">The node.</param>
/// <param name="Stock">Sound that it needs at once, if the rendition does not run yet.</param>
/// <param name="Batch">The most sound in a batch; zero: each packet is one.</param>
internal readonly record struct Want(ulong Incarnation, string Node, TimeSpan Stock, TimeSpan Batch)
{
    /// <summary>The most sound that a node may need at once.</summary>
    internal static readonly TimeSpan MostStock = TimeSpan.FromSeconds(30);

    private const int HeadLength = 20;

    // "LNW" and the version.
    private const uint Magic = 0x4C4E5701;

    /// <summary>The message as bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeadLength + Node.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(4), Incarnation);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), (int)Stock.TotalMilliseconds);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), (int)Batch.TotalMilliseconds);
        Encoding.ASCII.GetBytes(Node, bytes.AsSpan(HeadLength));
        return bytes;
    }

    /// <summary>Reads a message that came from the network. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Want want)
    {
        want = default;
        if (bytes.Length <= HeadLength || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic)
        {
            return false;
        }

        want = new Want(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]), Encoding.ASCII.GetString(bytes[HeadLength..]),
            TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt32BigEndian(bytes[12..])),
            TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt32BigEndian(bytes[16..])));
        return Subjects.IsName(want.Node) && want.Stock >= TimeSpan.Zero && want.Stock <= MostStock
            && want.Batch >= TimeSpan.Zero && want.Batch <= BatchWriter.DefaultDuration;
    }
}
