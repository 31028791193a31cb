namespace Linnet.Broadcast;

/// <summary>Some bytes of a stream on their way out. The array lies still in memory (it was allocated pinned) and is never written again.</summary>
/// <param name="Array">Holds them.</param>
/// <param name="Offset">Where they begin in it.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct StreamPiece(byte[] Array, int Offset, int Length)
{
    internal ReadOnlySpan<byte> Span => Array.AsSpan(Offset, Length);
}
