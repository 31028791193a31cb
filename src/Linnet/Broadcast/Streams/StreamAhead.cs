namespace Linnet.Broadcast.Streams;

/// <summary>
/// Bytes of the stream that one listener gets before those of the log: the rest of a packet that it was moved away from, and the stream's
/// head.
/// </summary>
/// <param name="rest">The rest of a packet.</param>
/// <param name="head">The head that holds where the listener goes on; empty if it has it. Allocated pinned.</param>
internal sealed class StreamAhead(ReadOnlySpan<byte> rest, byte[] head)
{
    private readonly int _headAt = rest.Length;
    private readonly byte[] _bytes = rest.IsEmpty ? head : Join(rest, head);

    /// <summary>Bytes of it that were taken.</summary>
    internal int Taken { get; set; }

    /// <summary>Bytes of it that are left.</summary>
    internal int Length => _bytes.Length - Taken;

    /// <summary>Whether a head is in it of which nothing was taken.</summary>
    internal bool HasHead => _headAt < _bytes.Length && Taken <= _headAt;

    /// <summary>What is left, that head left out.</summary>
    internal ReadOnlySpan<byte> Rest => _bytes.AsSpan(Taken, (HasHead ? _headAt : _bytes.Length) - Taken);

    /// <summary>Some of what is left.</summary>
    internal StreamPiece Piece(int skip, int most) => new(_bytes, Taken + skip, Math.Min(most, Length - skip));

    private static byte[] Join(ReadOnlySpan<byte> rest, byte[] head)
    {
        byte[] bytes = StreamPiece.Allocate(rest.Length + head.Length);
        rest.CopyTo(bytes);
        head.CopyTo(bytes.AsSpan(rest.Length));
        return bytes;
    }
}
