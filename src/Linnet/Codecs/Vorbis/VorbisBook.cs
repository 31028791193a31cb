using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>A code book: code words, and for each of them a vector of numbers.</summary>
/// <remarks>Source: Vorbis I §3.2.1, §3.3. <see cref="VorbisSetup"/> limits its size.</remarks>
internal sealed class VorbisBook
{
    private const int Sync = 0x56_4342;
    private const int LongestWord = 32;

    private readonly VorbisWords _words;
    private readonly float[] _vectors;

    private VorbisBook(int dimensions, int entries, VorbisWords words, float[] vectors) =>
        (Dimensions, Entries, _words, _vectors) = (dimensions, entries, words, vectors);

    /// <summary>Numbers in each vector.</summary>
    internal int Dimensions { get; }

    /// <summary>Number of entries, including unused ones.</summary>
    internal int Entries { get; }

    /// <summary>Whether the entries stand for vectors. If not, they are numbers themselves.</summary>
    internal bool HasVectors => _vectors.Length > 0;

    /// <summary>Reads a book of the setup header; returns <see langword="null"/> if it is malformed.</summary>
    internal static VorbisBook? TryRead(ref VorbisBits bits)
    {
        if (bits.Read(24) != Sync)
        {
            return null;
        }

        int dimensions = bits.Read(16);
        int entries = bits.Read(24);
        if (dimensions == 0 || entries == 0 || ReadLengths(ref bits, entries) is not { } lengths)
        {
            return null;
        }

        int lookup = bits.Read(4);
        float[]? vectors = lookup == 0 ? [] : lookup <= 2 ? ReadVectors(ref bits, lookup, dimensions, entries) : null;
        return vectors is not null && !bits.IsPastEnd && VorbisWords.TryCreate(lengths) is { } words
            ? new VorbisBook(dimensions, entries, words, vectors) : null;
    }

    /// <summary>Reads an entry; −1 at the end of the packet.</summary>
    internal int Read(ref VorbisBits bits) => _words.Read(ref bits);

    /// <summary>Reads an entry's vector; empty at the end of the packet.</summary>
    internal ReadOnlySpan<float> ReadVector(ref VorbisBits bits)
    {
        int entry = _words.Read(ref bits);
        return entry < 0 ? [] : _vectors.AsSpan(entry * Dimensions, Dimensions);
    }

    private static byte[]? ReadLengths(ref VorbisBits bits, int entries)
    {
        byte[] lengths = new byte[entries];
        if (!bits.ReadFlag())
        {
            bool isSparse = bits.ReadFlag();
            for (int i = 0; i < entries && !bits.IsPastEnd; i++)
            {
                lengths[i] = !isSparse || bits.ReadFlag() ? (byte)(bits.Read(5) + 1) : (byte)0;
            }

            return lengths;
        }

        int length = bits.Read(5) + 1;
        for (int i = 0; i < entries; length++)
        {
            int count = bits.Read(VorbisNumbers.BitsFor(entries - i));
            if (length > LongestWord || count > entries - i || bits.IsPastEnd)
            {
                return null;
            }

            lengths.AsSpan(i, count).Fill((byte)length);
            i += count;
        }

        return lengths;
    }

    private static float[]? ReadVectors(ref VorbisBits bits, int lookup, int dimensions, int entries)
    {
        float least = ReadFloat(ref bits);
        float step = ReadFloat(ref bits);
        int width = bits.Read(4) + 1;
        bool isSequence = bits.ReadFlag();
        int count = lookup == 1 ? VorbisNumbers.Root(entries, dimensions) : entries * dimensions;
        if ((long)count * width > bits.Left)
        {
            return null;
        }

        var numbers = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = (ushort)bits.Read(width);
        }

        var vectors = new float[entries * dimensions];
        for (int entry = 0, at = 0; entry < entries; entry++)
        {
            float last = 0;
            int rest = entry;
            for (int i = 0; i < dimensions; i++, at++)
            {
                int index = at;
                if (lookup == 1)
                {
                    (rest, index) = Math.DivRem(rest, count);
                }

                vectors[at] = (numbers[index] * step) + least + last;
                last = isSequence ? vectors[at] : 0;
            }
        }

        return vectors;
    }

    private static float ReadFloat(ref VorbisBits bits)
    {
        uint value = bits.ReadUnsigned(32);
        double mantissa = value & 0x1F_FFFF;
        return (float)Math.ScaleB((value >> 31) == 1 ? -mantissa : mantissa, (int)((value >> 21) & 0x3FF) - 788);
    }
}
