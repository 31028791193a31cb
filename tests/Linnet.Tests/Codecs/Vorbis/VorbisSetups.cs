using System.Numerics;

namespace Linnet.Tests.Codecs.Vorbis;

/// <summary>Writes setup headers of Vorbis that no encoder would.</summary>
internal sealed class VorbisSetups
{
    private readonly List<bool> _bits = [];

    private VorbisSetups(int books)
    {
        foreach (byte value in "\u0005vorbis"u8)
        {
            Put(value, 8);
        }

        Put(books - 1, 8);
    }

    /// <summary>The beginning of a header: its only book, with words of equal length; then zeros.</summary>
    internal static byte[] WithBook(int dimensions, int entries, int zeros)
    {
        var setup = new VorbisSetups(1);
        setup.PutBook(dimensions, entries);
        return [.. setup.ToArray(), .. new byte[zeros]];
    }

    /// <summary>A whole header: a residue of type 1 with one class, two partitions of 16 numbers, and no numbers in them.</summary>
    /// <param name="dimensions">Dimensions of the book for the classes, which has one entry.</param>
    internal static byte[] WithClassBook(int dimensions)
    {
        var setup = new VorbisSetups(1);
        setup.PutBook(dimensions, 1);

        // No "time domain transforms"; a floor of type 1 without partitions.
        setup.Put([(0, 6), (0, 16), (0, 6), (1, 16), (0, 5), (0, 2), (8, 4)]);
        setup.Put([(0, 6), (1, 16), (0, 24), (32, 24), (15, 24), (0, 6), (0, 8), (0, 4)]);

        // One mapping and one mode, for short blocks.
        setup.Put([(0, 6), (0, 16), (0, 1), (0, 1), (0, 2), (0, 24), (0, 6), (0, 1), (0, 16), (0, 16), (0, 8), (1, 1)]);
        return setup.ToArray();
    }

    private void PutBook(int dimensions, int entries)
    {
        int length = BitOperations.Log2((uint)entries);
        Put([(0x56_4342, 24), (dimensions, 16), (entries, 24)]);
        Put(entries == 1 ? [(0, 1), (0, 1), (0, 5)] : [(1, 1), (length - 1, 5), (entries, length + 1)]);
        Put(0, 4);
    }

    private void Put(ReadOnlySpan<(int Value, int Count)> fields)
    {
        foreach ((int value, int count) in fields)
        {
            Put(value, count);
        }
    }

    private void Put(int value, int count)
    {
        for (int bit = 0; bit < count; bit++)
        {
            _bits.Add(((value >> bit) & 1) == 1);
        }
    }

    private byte[] ToArray()
    {
        byte[] bytes = new byte[(_bits.Count + 7) / 8];
        for (int i = 0; i < _bits.Count; i++)
        {
            bytes[i / 8] |= (byte)((_bits[i] ? 1 : 0) << (i % 8));
        }

        return bytes;
    }
}
