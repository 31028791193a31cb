using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Linnet.Wire.Mp4;

/// <summary>Writes boxes into memory. The length of a box is filled in when the box is closed. For use by one thread.</summary>
/// <remarks>Source: ISO/IEC 14496-12 §4.2. Numbers are big-endian.</remarks>
internal sealed class BoxWriter
{
    /// <summary>Bytes in the header of a box: its length and its type.</summary>
    public const int HeaderLength = 8;

    private readonly List<byte> _bytes = new(capacity: 1024);

    /// <summary>Bytes written so far.</summary>
    public int Length => _bytes.Count;

    /// <summary>Everything written so far. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => CollectionsMarshal.AsSpan(_bytes);

    /// <summary>Opens a box. Dispose the result to close it.</summary>
    /// <param name="type">Four ASCII characters.</param>
    public OpenBox Box(ReadOnlySpan<byte> type)
    {
        int start = _bytes.Count;
        UInt32(0);
        Bytes(type);
        return new OpenBox(this, start);
    }

    /// <summary>Opens a box that begins with a version and flags.</summary>
    /// <param name="type">Four ASCII characters.</param>
    /// <param name="version">The version of the box.</param>
    /// <param name="flags">24 bits.</param>
    public OpenBox FullBox(ReadOnlySpan<byte> type, byte version = 0, uint flags = 0)
    {
        OpenBox box = Box(type);
        UInt32(((uint)version << 24) | flags);
        return box;
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    /// <summary>Writes <paramref name="count"/> zeros.</summary>
    public void Zeros(int count) => Next(count).Clear();

    /// <summary>Writes one byte.</summary>
    public void UInt8(byte value) => _bytes.Add(value);

    /// <summary>Writes two bytes.</summary>
    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Next(2), value);

    /// <summary>Writes four bytes.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Next(4), value);

    /// <summary>Writes eight bytes.</summary>
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Next(8), value);

    /// <summary>Replaces four bytes that were written before.</summary>
    /// <param name="at">The offset of the first of them.</param>
    /// <param name="value">The new value.</param>
    public void Replace(int at, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(CollectionsMarshal.AsSpan(_bytes).Slice(at, 4), value);

    private Span<byte> Next(int count)
    {
        int start = _bytes.Count;
        CollectionsMarshal.SetCount(_bytes, start + count);
        return CollectionsMarshal.AsSpan(_bytes)[start..];
    }

    /// <summary>A box that is not closed yet.</summary>
    internal readonly struct OpenBox(BoxWriter boxes, int start) : IDisposable
    {
        /// <summary>Closes the box: what was written since it was opened is its content.</summary>
        public void Dispose() => boxes.Replace(start, (uint)(boxes.Length - start));
    }
}
