namespace Linnet.Broadcast.Streams;

/// <summary>
/// Bytes that one listener gets before those of the log: the rest of the packet from which it was moved away, and the stream's head.
/// </summary>
/// <param name="rest">The rest of a packet.</param>
/// <param name="head">The head that applies where the listener continues; empty if the listener has it. Allocated pinned.</param>
internal sealed class StreamAhead(ReadOnlySpan<byte> rest, byte[] head)
{
    private readonly int _headAt = rest.Length;
    private readonly byte[] _bytes = rest.IsEmpty ? head : Join(rest, head);

    /// <summary>Bytes that were taken.</summary>
    internal int Taken { get; set; }

    /// <summary>Bytes that remain.</summary>
    internal int Length => _bytes.Length - Taken;

    /// <summary>Whether it contains a head of which no byte was taken.</summary>
    internal bool HasHead => _headAt < _bytes.Length && Taken <= _headAt;

    /// <summary>The remaining bytes without that head.</summary>
    internal ReadOnlySpan<byte> Rest => _bytes.AsSpan(Taken, (HasHead ? _headAt : _bytes.Length) - Taken);

    /// <summary>Returns some of the remaining bytes.</summary>
    internal StreamPiece Piece(int skip, int most) => new(_bytes, Taken + skip, Math.Min(most, Length - skip));

    private static byte[] Join(ReadOnlySpan<byte> rest, byte[] head)
    {
        byte[] bytes = StreamPiece.Allocate(rest.Length + head.Length);
        rest.CopyTo(bytes);
        head.CopyTo(bytes.AsSpan(rest.Length));
        return bytes;
    }
}
