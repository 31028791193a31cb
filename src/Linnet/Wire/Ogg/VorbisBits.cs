namespace Linnet.Wire.Ogg;

/// <summary>Reads the bits of a Vorbis packet, least significant first. Past the end it reads zeros and sets a flag.</summary>
/// <remarks>Source: Vorbis I §2.</remarks>
internal ref struct VorbisBits(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private long _at;

    /// <summary>Whether more bits were read than there are.</summary>
    public readonly bool IsPastEnd => _at > 8L * _bytes.Length;

    /// <summary>Bits not read yet.</summary>
    public readonly int Left => (int)Math.Clamp((8L * _bytes.Length) - _at, 0, int.MaxValue);

    /// <summary>The next bits, without reading them; at most 32.</summary>
    public readonly uint Peek(int count)
    {
        int at = (int)Math.Min(_at >> 3, _bytes.Length);
        ulong bits;
        if (_bytes.Length - at >= sizeof(ulong))
        {
            bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(_bytes[at..]);
        }
        else
        {
            bits = 0;
            for (int i = at; i < _bytes.Length; i++)
            {
                bits |= (ulong)_bytes[i] << (8 * (i - at));
            }
        }

        return (uint)((bits >> (int)(_at & 7)) & ((1UL << count) - 1));
    }

    /// <summary>Skips bits.</summary>
    public void Skip(long count) => _at += count;

    /// <summary>Reads an unsigned number of at most 32 bits.</summary>
    public uint ReadUnsigned(int count)
    {
        uint value = Peek(count);
        _at += count;
        return value;
    }

    /// <summary>Reads a number of at most 31 bits.</summary>
    public int Read(int count) => (int)ReadUnsigned(count);

    /// <summary>Reads one bit.</summary>
    public bool ReadFlag() => ReadUnsigned(1) == 1;
}
