using System.Numerics;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>The code words of a code book: a prefix code that is given only by the length of each word.</summary>
/// <remarks>Source: Vorbis I §3.2.1 ("Huffman decision tree representation").</remarks>
internal sealed class VorbisWords
{
    private const int LongestWord = 32;

    /// <summary>Words of up to this many bits are found in a table, longer ones by binary search.</summary>
    private const int TableBits = 9;

    // For each value of the next bits: the position in the sorted words plus 1, or 0 for a longer or no word.
    private readonly int[] _table;
    private readonly int _tableBits;

    // Sorted by code, most significant bit first, aligned to the left.
    private readonly uint[] _codes;
    private readonly byte[] _lengths;
    private readonly int[] _entries;

    private VorbisWords(uint[] codes, byte[] lengths, int[] entries)
    {
        (_codes, _lengths, _entries) = (codes, lengths, entries);
        int longest = 0;
        foreach (byte length in lengths)
        {
            longest = Math.Max(longest, length);
        }

        _tableBits = Math.Min(TableBits, longest);
        _table = new int[1 << _tableBits];
        for (int i = 0; i < codes.Length; i++)
        {
            if (lengths[i] <= _tableBits)
            {
                for (int at = (int)Reversed(codes[i]); at < _table.Length; at += 1 << lengths[i])
                {
                    _table[at] = i + 1;
                }
            }
        }
    }

    /// <summary>Assigns the words; returns <see langword="null"/> if the lengths do not make a complete code.</summary>
    /// <param name="lengths">The length of each entry's word in bits, 1–32; 0 if the entry is not used.</param>
    internal static VorbisWords? TryCreate(ReadOnlySpan<byte> lengths)
    {
        int used = lengths.Length - lengths.Count((byte)0);
        var codes = new uint[used];
        var entries = new int[used];

        // At most one node of each depth is free: the right neighbor of the path to the last word.
        Span<uint> free = stackalloc uint[LongestWord + 1];
        Span<bool> isFree = stackalloc bool[LongestWord + 1];
        isFree.Clear();
        isFree[0] = true;
        int count = 0;
        for (int entry = 0; entry < lengths.Length; entry++)
        {
            int length = lengths[entry];
            if (length == 0)
            {
                continue;
            }

            int depth = length;
            while (depth > 0 && !isFree[depth])
            {
                depth--;
            }

            if (!isFree[depth])
            {
                return null;
            }

            // The leftmost word below this node; the nodes to the right of its path become free.
            uint code = depth == 0 ? 0 : free[depth];
            isFree[depth] = false;
            for (int below = depth + 1; below <= length; below++)
            {
                (free[below], isFree[below]) = (code | (1u << (LongestWord - below)), true);
            }

            (codes[count], entries[count]) = (code, entry);
            count++;
        }

        bool isComplete = !isFree.Contains(true);
        if (used == 1 && lengths[entries[0]] == 1)
        {
            // Both values of the only bit stand for the only entry.
            return new VorbisWords([0, 1u << 31], [1, 1], [entries[0], entries[0]]);
        }

        if (used > 0 && !isComplete)
        {
            return null;
        }

        Array.Sort(codes, entries);
        var sorted = new byte[used];
        for (int i = 0; i < used; i++)
        {
            sorted[i] = lengths[entries[i]];
        }

        return new VorbisWords(codes, sorted, entries);
    }

    /// <summary>Reads the next word, and returns its entry; −1 at the end of the packet.</summary>
    internal int Read(ref VorbisBits bits)
    {
        if (_codes.Length == 0)
        {
            return -1;
        }

        int found = _table[bits.Peek(_tableBits)] - 1;
        if (found < 0)
        {
            found = Array.BinarySearch(_codes, Reversed(bits.Peek(LongestWord)));
            found = found < 0 ? ~found - 1 : found;
        }

        if (_lengths[found] > bits.Left)
        {
            bits.Skip(LongestWord);
            return -1;
        }

        bits.Skip(_lengths[found]);
        return _entries[found];
    }

    private static uint Reversed(uint value)
    {
        value = ((value >> 1) & 0x5555_5555) | ((value & 0x5555_5555) << 1);
        value = ((value >> 2) & 0x3333_3333) | ((value & 0x3333_3333) << 2);
        value = ((value >> 4) & 0x0F0F_0F0F) | ((value & 0x0F0F_0F0F) << 4);
        return BitOperations.RotateLeft(value & 0x00FF_00FF, 24) | (BitOperations.RotateLeft(value, 8) & 0x00FF_00FF);
    }
}
