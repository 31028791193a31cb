using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>The coarse curve of a channel's spectrum: lines between points, in decibels.</summary>
/// <remarks>Source: Vorbis I §7 (floor type 1). Type 0, which no encoder has used since 2001, is not supported.</remarks>
internal sealed class VorbisFloor
{
    /// <summary>Maximum number of points.</summary>
    internal const int MaxPoints = 65;

    // 140 dB in 256 steps; the last is 1.
    private static readonly float[] Gains =
        [.. Enumerable.Range(0, 256).Select(static i => (float)Math.Pow(10, (i - 255) * 140.0 / 256 / 20))];

    private readonly byte[] _partitions;
    private readonly PointClass[] _classes;
    private readonly int _multiplier;
    private readonly int[] _x;

    // The points in order of x, and for each point the nearest of the earlier ones on both sides.
    private readonly int[] _order;
    private readonly int[] _low;
    private readonly int[] _high;

    private VorbisFloor(byte[] partitions, PointClass[] classes, int multiplier, int[] x)
    {
        (_partitions, _classes, _multiplier, _x) = (partitions, classes, multiplier, x);
        _order = [.. Enumerable.Range(0, x.Length).OrderBy(i => x[i])];
        (_low, _high) = (new int[x.Length], new int[x.Length]);
        for (int i = 2; i < x.Length; i++)
        {
            (_low[i], _high[i]) = (0, 1);
            for (int other = 0; other < i; other++)
            {
                if (x[other] < x[i] && x[other] > x[_low[i]])
                {
                    _low[i] = other;
                }
                else if (x[other] > x[i] && x[other] < x[_high[i]])
                {
                    _high[i] = other;
                }
            }
        }
    }

    private int Range => (256 + _multiplier - 1) / _multiplier;

    /// <summary>Reads a floor of the setup header, after its type; returns <see langword="null"/> if it is malformed.</summary>
    internal static VorbisFloor? TryRead(ref VorbisBits bits, VorbisBook[] books)
    {
        byte[] partitions = new byte[bits.Read(5)];
        int classCount = 0;
        for (int i = 0; i < partitions.Length; i++)
        {
            partitions[i] = (byte)bits.Read(4);
            classCount = Math.Max(classCount, partitions[i] + 1);
        }

        var classes = new PointClass[classCount];
        for (int i = 0; i < classCount; i++)
        {
            int points = bits.Read(3) + 1;
            int choiceBits = bits.Read(2);
            VorbisBook? choices = null;
            if (choiceBits > 0 && !TryFind(bits.Read(8), books, out choices))
            {
                return null;
            }

            var values = new VorbisBook?[1 << choiceBits];
            for (int choice = 0; choice < values.Length; choice++)
            {
                int book = bits.Read(8) - 1;
                if (book >= 0 && !TryFind(book, books, out values[choice]))
                {
                    return null;
                }
            }

            classes[i] = new PointClass(points, choiceBits, choices, values);
        }

        int multiplier = bits.Read(2) + 1;
        int width = bits.Read(4);
        List<int> x = [0, 1 << width];
        foreach (byte partition in partitions)
        {
            for (int i = 0; i < classes[partition].Points; i++)
            {
                x.Add(bits.Read(width));
            }
        }

        return bits.IsPastEnd || x.Count > MaxPoints || x.Distinct().Count() != x.Count
            ? null : new VorbisFloor(partitions, classes, multiplier, [.. x]);
    }

    /// <summary>Reads the points of one channel; returns <see langword="false"/> if it is silent.</summary>
    /// <param name="bits">The packet.</param>
    /// <param name="points">Receives the points; <see cref="MaxPoints"/> long.</param>
    internal bool TryReadPoints(ref VorbisBits bits, Span<int> points)
    {
        if (!bits.ReadFlag())
        {
            return false;
        }

        int width = VorbisNumbers.BitsFor(Range - 1);
        points[0] = bits.Read(width);
        points[1] = bits.Read(width);
        int at = 2;
        foreach (byte partition in _partitions)
        {
            PointClass kind = _classes[partition];
            int choice = 0;
            if (kind.Choices is not null && (choice = kind.Choices.Read(ref bits)) < 0)
            {
                return false;
            }

            for (int i = 0; i < kind.Points; i++, at++, choice >>= kind.ChoiceBits)
            {
                VorbisBook? book = kind.Values[choice & (kind.Values.Length - 1)];
                points[at] = book?.Read(ref bits) ?? 0;
                if (points[at] < 0)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Multiplies a spectrum by the curve through the points.</summary>
    internal void Apply(Span<int> points, Span<float> spectrum)
    {
        Span<bool> isUsed = stackalloc bool[MaxPoints];
        Unwrap(points, isUsed);
        (int lastX, int lastY) = (0, Level(points[0]));
        foreach (int i in _order.AsSpan(1))
        {
            if (isUsed[i])
            {
                int y = Level(points[i]);
                Draw(lastX, lastY, _x[i], y, spectrum);
                (lastX, lastY) = (_x[i], y);
            }
        }

        for (int x = lastX; x < spectrum.Length; x++)
        {
            spectrum[x] *= Gains[lastY];
        }
    }

    /// <summary>Replaces each point's difference from the line between its neighbors by its value.</summary>
    private void Unwrap(Span<int> points, Span<bool> isUsed)
    {
        (isUsed[0], isUsed[1]) = (true, true);
        for (int i = 2; i < _x.Length; i++)
        {
            (int low, int high) = (_low[i], _high[i]);
            int predicted = PointOnLine(_x[low], points[low], _x[high], points[high], _x[i]);
            int coded = points[i];
            isUsed[i] = coded != 0;
            points[i] = predicted;
            if (coded == 0)
            {
                continue;
            }

            (isUsed[low], isUsed[high]) = (true, true);
            (int below, int above) = (predicted, Range - predicted);
            int change = coded >= 2 * Math.Min(below, above)
                ? above > below ? coded - below : above - coded - 1
                : (coded & 1) == 1 ? -((coded + 1) >> 1) : coded >> 1;
            points[i] = (predicted + change) & 0x7FFF;
        }
    }

    private int Level(int point) => Math.Min(point * _multiplier, Gains.Length - 1);

    private static int PointOnLine(int x0, int y0, int x1, int y1, int x)
    {
        int way = Math.Abs(y1 - y0) * (x - x0) / (x1 - x0);
        return y1 < y0 ? y0 - way : y0 + way;
    }

    /// <summary>Multiplies the part of the spectrum below a line, without its end.</summary>
    private static void Draw(int x0, int y0, int x1, int y1, Span<float> spectrum)
    {
        int width = x1 - x0;
        (int step, int rest) = Math.DivRem(y1 - y0, width);
        int direction = y1 < y0 ? -1 : 1;
        rest = Math.Abs(rest);
        int error = 0;
        for (int x = x0, y = y0; x < Math.Min(x1, spectrum.Length); x++)
        {
            spectrum[x] *= Gains[y];
            y += step;
            error += rest;
            if (error >= width)
            {
                error -= width;
                y += direction;
            }
        }
    }

    private static bool TryFind(int index, VorbisBook[] books, out VorbisBook? book)
    {
        book = index < books.Length ? books[index] : null;
        return book is not null;
    }

    /// <summary>How the points of a partition are coded.</summary>
    /// <param name="Points">Number of points.</param>
    /// <param name="ChoiceBits">Bits of the choice for each point.</param>
    /// <param name="Choices">Codes the choices of all points; absent if there is nothing to choose.</param>
    /// <param name="Values">For each choice, the book that codes the point; absent for 0.</param>
    private sealed record PointClass(int Points, int ChoiceBits, VorbisBook? Choices, VorbisBook?[] Values);
}
