namespace Linnet.Receive;

/// <summary>Estimates how much slower the sender's clock runs than ours, from the earliest arrival in each half second.</summary>
/// <remarks>
/// Jitter only adds delay. So the true line lies below all points and as close to them as possible: it is the edge of their lower hull
/// that spans their middle. Points between the edge's two ends do not matter, however late they are. The confidence in the edge follows
/// from how close the points are to it and how far apart its ends are. Crystals are within 200 ppm, so with little data the estimate is
/// nearly 0. Source: S. B. Moon, P. Skelly, D. Towsley, "Estimation and Removal of Clock Skew from Network Delay Measurements" (1999).
/// </remarks>
internal sealed class ClockSlope(long ticksPerSecond)
{
    /// <summary>The largest plausible clock error. Anything larger is a change of the path.</summary>
    internal const double Most = 0.001;

    private const int Capacity = 128;
    private const double Prior = 200e-6;
    private const double FirstDoubtSeconds = 0.0005;

    private readonly long[] _media = new long[Capacity];
    private readonly long[] _origins = new long[Capacity];
    private readonly int[] _hull = new int[Capacity];
    private int _first;
    private int _count;

    /// <summary>How much faster our clock runs than the sender's, as a fraction.</summary>
    internal double Value { get; private set; }

    /// <summary>The uncertainty of <see cref="Value"/>.</summary>
    internal double Doubt { get; private set; } = Prior;

    /// <summary>The number of points held.</summary>
    internal int Count => _count;

    /// <summary>Gets point <paramref name="index"/>, oldest first.</summary>
    internal (long Media, long Origin) this[int index] => (_media[At(index)], _origins[At(index)]);

    /// <summary>Adds the earliest arrival of an interval.</summary>
    /// <param name="media">Its instant on the media clock. Not before the previous one.</param>
    /// <param name="origin">How many ticks our clock was ahead.</param>
    internal void Add(long media, long origin)
    {
        if (_count == Capacity)
        {
            _first = (_first + 1) % Capacity;
            _count--;
        }

        _count++;
        _media[At(_count - 1)] = media;
        _origins[At(_count - 1)] = origin;
        Estimate();
    }

    /// <summary>Adjusts to a changed path: moves the points before the change.</summary>
    /// <param name="ticks">How much longer the path became.</param>
    /// <param name="newest">How many of the newest points are already on the new path.</param>
    internal void Shift(long ticks, int newest)
    {
        for (int i = 0; i < _count - newest; i++)
        {
            _origins[At(i)] += ticks;
        }
    }

    private int At(int index) => (_first + index) % Capacity;

    private void Estimate()
    {
        (long firstMedia, long firstOrigin) = this[0];
        double span = this[_count - 1].Media - firstMedia;
        if (_count < 2 || span <= 0)
        {
            return;
        }

        int corners = FindHull();
        double middle = firstMedia + MeanMedia();
        int corner = 1;
        while (corner < corners - 1 && this[_hull[corner]].Media < middle)
        {
            corner++;
        }

        (long fromMedia, long fromOrigin) = this[_hull[corner - 1]];
        (long toMedia, long toOrigin) = this[_hull[corner]];
        double slope = (double)(toOrigin - fromOrigin) / (toMedia - fromMedia);

        double above = 0;
        for (int i = 0; i < _count; i++)
        {
            (long media, long origin) = this[i];
            above += origin - fromOrigin - (slope * (media - fromMedia));
        }

        double spread = (above / _count) + (FirstDoubtSeconds * ticksPerSecond / _count);
        double doubt = 2 * spread / span;
        double belief = Prior * Prior / ((Prior * Prior) + (doubt * doubt));
        Value = Math.Clamp(belief * slope, -Most, Most);
        Doubt = Prior * Math.Sqrt(1 - belief);
    }

    private double MeanMedia()
    {
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += this[i].Media - this[0].Media;
        }

        return sum / _count;
    }

    // The lower half of Andrew's monotone chain.
    private int FindHull()
    {
        int corners = 0;
        for (int i = 0; i < _count; i++)
        {
            while (corners >= 2 && IsAbove(_hull[corners - 2], _hull[corners - 1], i))
            {
                corners--;
            }

            _hull[corners++] = i;
        }

        return corners;
    }

    // Whether the middle point lies on or above the line through the other two.
    private bool IsAbove(int left, int middle, int right)
    {
        (long media, long origin) = this[left];
        double toMiddle = (double)(this[middle].Origin - origin) * (this[right].Media - media);
        double toRight = (double)(this[right].Origin - origin) * (this[middle].Media - media);
        return toMiddle >= toRight;
    }
}
