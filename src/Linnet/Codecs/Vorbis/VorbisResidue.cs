using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>The fine structure of the spectra of some channels, as sums of vectors.</summary>
/// <remarks>Source: Vorbis I §8.</remarks>
internal sealed class VorbisResidue
{
    private const int Stages = 8;

    private readonly int _type;
    private readonly int _begin;
    private readonly int _end;
    private readonly int _partitionLength;
    private readonly VorbisBook _classBook;

    // The entries of that book that have a meaning.
    private readonly long _classWords;

    // One per class: the book of each stage.
    private readonly VorbisBook?[][] _books;

    // The class of each partition of each channel.
    private byte[] _classes = [];

    private VorbisResidue(int type, int begin, int end, int partitionLength, VorbisBook classBook, VorbisBook?[][] books)
    {
        (_type, _begin, _end, _partitionLength, _classBook, _books) = (type, begin, end, partitionLength, classBook, books);
        _classWords = VorbisNumbers.Power(books.Length, classBook.Dimensions, classBook.Entries);
    }

    /// <summary>Reads a residue of the setup header; returns <see langword="null"/> if it is malformed.</summary>
    internal static VorbisResidue? TryRead(ref VorbisBits bits, VorbisBook[] books)
    {
        int type = bits.Read(16);
        int begin = bits.Read(24);
        int end = bits.Read(24);
        int partitionLength = bits.Read(24) + 1;
        int classes = bits.Read(6) + 1;
        int classBook = bits.Read(8);
        if (type > 2 || classBook >= books.Length
            || VorbisNumbers.Power(classes, books[classBook].Dimensions, books[classBook].Entries) > books[classBook].Entries)
        {
            return null;
        }

        Span<int> stages = stackalloc int[classes];
        foreach (ref int used in stages)
        {
            used = bits.Read(3);
            used |= bits.ReadFlag() ? bits.Read(5) << 3 : 0;
        }

        var stageBooks = new VorbisBook?[classes][];
        for (int i = 0; i < classes; i++)
        {
            stageBooks[i] = new VorbisBook?[Stages];
            for (int stage = 0; stage < Stages; stage++)
            {
                if ((stages[i] & (1 << stage)) == 0)
                {
                    continue;
                }

                int book = bits.Read(8);
                if (book >= books.Length || !books[book].HasVectors)
                {
                    return null;
                }

                stageBooks[i][stage] = books[book];
            }
        }

        return bits.IsPastEnd ? null : new VorbisResidue(type, begin, end, partitionLength, books[classBook], stageBooks);
    }

    /// <summary>Adds the residue to the spectra. The end of the packet ends it: what was read is used.</summary>
    /// <param name="bits">The packet.</param>
    /// <param name="spectra">The spectra of these channels, one after the other.</param>
    /// <param name="length">Numbers in each spectrum.</param>
    /// <param name="isSilent">Which channels are silent.</param>
    internal void Add(ref VorbisBits bits, Span<float> spectra, int length, scoped ReadOnlySpan<bool> isSilent)
    {
        if (!isSilent.Contains(false))
        {
            return;
        }

        // Type 2 codes all channels as one, with their numbers interleaved.
        int channels = isSilent.Length;
        int vectors = _type == 2 ? 1 : channels;
        int partitions = Math.Max(0, Math.Min(_end, _type == 2 ? length * channels : length) - _begin) / _partitionLength;
        if (_classes.Length < vectors * partitions)
        {
            _classes = new byte[vectors * partitions];
        }

        for (int stage = 0; stage < Stages; stage++)
        {
            for (int partition = 0; partition < partitions; partition++)
            {
                if (stage == 0 && partition % _classBook.Dimensions == 0
                    && !TryReadClasses(ref bits, partition, partitions, _type == 2 ? [] : isSilent))
                {
                    return;
                }

                for (int vector = 0; vector < vectors; vector++)
                {
                    if ((_type == 2 || !isSilent[vector])
                        && _books[_classes[(vector * partitions) + partition]][stage] is { } book
                        && !TryAdd(ref bits, book, partition, spectra, length, _type == 2 ? channels : vector))
                    {
                        return;
                    }
                }
            }
        }
    }

    private bool TryReadClasses(ref VorbisBits bits, int partition, int partitions, scoped ReadOnlySpan<bool> isSilent)
    {
        for (int vector = 0; vector < Math.Max(1, isSilent.Length); vector++)
        {
            if (vector < isSilent.Length && isSilent[vector])
            {
                continue;
            }

            // One entry has the classes of several partitions, the first in the most significant digit.
            int rest = _classBook.Read(ref bits);
            if (rest < 0 || rest >= _classWords)
            {
                return false;
            }

            // The book may have any number of dimensions: no work for those that are 0, or beyond the last partition.
            Span<byte> classes = _classes.AsSpan((vector * partitions) + partition);
            classes = classes[..Math.Min(_classBook.Dimensions, partitions - partition)];
            classes.Clear();
            for (int i = _classBook.Dimensions - 1; rest > 0; i--)
            {
                (rest, int one) = Math.DivRem(rest, _books.Length);
                if (i < classes.Length)
                {
                    classes[i] = (byte)one;
                }
            }
        }

        return true;
    }

    /// <param name="bits">The packet.</param>
    /// <param name="book">Codes the numbers.</param>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="spectra">All spectra.</param>
    /// <param name="length">Numbers in each.</param>
    /// <param name="which">The spectrum; for type 2 the number of spectra.</param>
    private bool TryAdd(ref VorbisBits bits, VorbisBook book, int partition, Span<float> spectra, int length, int which)
    {
        int start = _begin + (partition * _partitionLength);
        if (_type == 2)
        {
            return TryAddInterleaved(ref bits, book, start, spectra, length, which);
        }

        Span<float> target = spectra.Slice((which * length) + start, _partitionLength);
        int step = _type == 0 ? _partitionLength / book.Dimensions : 1;
        int vectors = _type == 0 ? step : (_partitionLength + book.Dimensions - 1) / book.Dimensions;
        for (int i = 0; i < vectors; i++)
        {
            ReadOnlySpan<float> numbers = book.ReadVector(ref bits);
            if (numbers.IsEmpty)
            {
                return false;
            }

            int at = _type == 0 ? i : i * book.Dimensions;
            for (int j = 0; j < numbers.Length && at < target.Length; j++, at += step)
            {
                target[at] += numbers[j];
            }
        }

        return true;
    }

    private bool TryAddInterleaved(ref VorbisBits bits, VorbisBook book, int start, Span<float> spectra, int length, int channels)
    {
        (int at, int channel) = (start / channels, 0);
        int end = (start + _partitionLength) / channels;
        while (at < end)
        {
            ReadOnlySpan<float> numbers = book.ReadVector(ref bits);
            if (numbers.IsEmpty)
            {
                return false;
            }

            for (int i = 0; i < numbers.Length && at < end; i++)
            {
                spectra[(channel * length) + at] += numbers[i];
                if (++channel == channels)
                {
                    (at, channel) = (at + 1, 0);
                }
            }
        }

        return true;
    }
}
