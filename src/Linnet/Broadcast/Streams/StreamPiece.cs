namespace Linnet.Broadcast.Streams;

/// <summary>Outgoing bytes of a stream. The array is pinned and never overwritten.</summary>
/// <param name="Array">Contains the bytes.</param>
/// <param name="Offset">Index of the first byte in the array.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct StreamPiece(byte[] Array, int Offset, int Length)
{
    internal ReadOnlySpan<byte> Span => Array.AsSpan(Offset, Length);

    /// <summary>Allocates a pinned array. This is slower than an ordinary one, so use it for shared or rare arrays.</summary>
    internal static byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>Copies bytes into a pinned array.</summary>
    internal static byte[] Copy(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = Allocate(bytes.Length);
        bytes.CopyTo(copy);
        return copy;
    }
}
