namespace Linnet.Wire;

/// <summary>The bytes of a stream that have arrived and are not consumed yet, in one piece. Used by one thread.</summary>
/// <param name="capacity">Bytes that it holds at first.</param>
/// <param name="maxCapacity">Bytes that it may grow to when it is full of unconsumed ones; default: it does not grow.</param>
internal sealed class ByteWindow(int capacity, int maxCapacity = 0)
{
    private byte[] _buffer = new byte[capacity];
    private int _start;
    private int _end;

    /// <summary>The number of bytes.</summary>
    internal int Count => _end - _start;

    /// <summary>The bytes, oldest first. Valid until more are added.</summary>
    internal ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _end - _start);

    /// <inheritdoc cref="Bytes"/>
    internal ReadOnlyMemory<byte> Memory => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Drops bytes at the front. They stay in place until more are added.</summary>
    internal void Consume(int count) => _start += count;

    /// <summary>Adds as many bytes as there is room for.</summary>
    /// <param name="bytes">The bytes. On return, starts after those added.</param>
    /// <returns>Bytes added.</returns>
    internal int Fill(ref ReadOnlySpan<byte> bytes)
    {
        Span<byte> room = MakeRoom().Span;
        int length = Math.Min(bytes.Length, room.Length);
        bytes[..length].CopyTo(room);
        bytes = bytes[length..];
        _end += length;
        return length;
    }

    /// <summary>Moves the bytes to the front of the buffer, and enlarges it if they fill it.</summary>
    /// <returns>The room behind them; empty only if the buffer may not grow. Tell <see cref="Add"/> how many bytes were written to it.
    /// </returns>
    internal Memory<byte> MakeRoom()
    {
        if (_start > 0)
        {
            Bytes.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length && _end < maxCapacity)
        {
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, maxCapacity));
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Adds bytes that were written to the front of <see cref="MakeRoom"/>'s room.</summary>
    internal void Add(int count) => _end += count;
}
