namespace Linnet.Receive;

/// <summary>Estimates how much slower the sender's clock runs than ours, from the earliest arrivals of each half second.</summary>
/// <remarks>
/// Jitter only adds, so the truth is a line under all points that comes as near to them as it can: the edge of their lower hull that
/// spans their middle. What lies between two such points does not matter, however late it is. How far to believe the edge
/// follows from how near the points lie to it and how far apart its ends are; crystals are within 200 ppm, so with little to go by it is
/// nearly 0. Source: S. B. Moon, P. Skelly, D. Towsley, "Estimation and Removal of Clock Skew from Network Delay Measurements" (1999).
/// </remarks>
internal sealed class ClockSlope(long ticksPerSecond)
{
    /// <summary>The most that a clock can be off; more is a path that changes.</summary>
    internal const double Most = 0.001;

    private const int Capacity = 128;
    private const double Prior = 200e-6;
    private const double FirstDoubtSeconds = 0.0005;

    private readonly long[] _media = new long[Capacity];
    private readonly long[] _origins = new long[Capacity];
    private readonly int[] _hull = new int[Capacity];
    private int _first;
    private int _count;

    /// <summary>By how much our clock gains on the sender's, as a fraction.</summary>
    internal double Value { get; private set; }

    /// <summary>How far off that may be.</summary>
    internal double Doubt { get; private set; } = Prior;

    /// <summary>Points held.</summary>
    internal int Count => _count;

    /// <summary>Point <paramref name="index"/>, the oldest first.</summary>
    internal (long Media, long Origin) this[int index] => (_media[At(index)], _origins[At(index)]);

    /// <summary>Takes the earliest arrival of a stretch of time into account.</summary>
    /// <param name="media">Its instant of the media clock. Not before the last.</param>
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

    /// <summary>The path has changed: what was seen before would now have come so much later.</summary>
    /// <param name="ticks">How much.</param>
    /// <param name="newest">How many of the newest points came on the new path.</param>
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

    // Andrew's monotone chain, its lower half.
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

    // Whether the middle one lies on or above the line through the others.
    private bool IsAbove(int left, int middle, int right)
    {
        (long media, long origin) = this[left];
        double toMiddle = (double)(this[middle].Origin - origin) * (this[right].Media - media);
        double toRight = (double)(this[right].Origin - origin) * (this[middle].Media - media);
        return toMiddle >= toRight;
    }
}
