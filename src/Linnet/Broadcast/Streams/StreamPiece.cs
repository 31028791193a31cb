namespace Linnet.Broadcast.Streams;

/// <summary>
/// Some bytes of a stream on their way out. The array lies still in memory (it was allocated pinned) and is never written again.
/// </summary>
/// <param name="Array">Holds them.</param>
/// <param name="Offset">Where they begin in it.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct StreamPiece(byte[] Array, int Offset, int Length)
{
    internal ReadOnlySpan<byte> Span => Array.AsSpan(Offset, Length);

    /// <summary>What can be a piece. Slower than other arrays, so for what is shared or rare.</summary>
    internal static byte[] Allocate(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>A copy that can be a piece.</summary>
    internal static byte[] Copy(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = Allocate(bytes.Length);
        bytes.CopyTo(copy);
        return copy;
    }
}
