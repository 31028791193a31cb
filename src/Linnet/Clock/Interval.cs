namespace Linnet.Clock;

/// <summary>All numbers from <paramref name="Least"/> to <paramref name="Most"/>; none if they are in the wrong order.</summary>
/// <param name="Least">The least of them.</param>
/// <param name="Most">The greatest of them.</param>
internal readonly record struct Interval(double Least, double Most)
{
    /// <summary>Negative: the interval is empty.</summary>
    public double Length => Most - Least;

    /// <summary>The number in the middle.</summary>
    public double Middle => (Least + Most) / 2;

    /// <summary>The numbers that are at most <paramref name="distance"/> from <paramref name="middle"/>.</summary>
    public static Interval Around(double middle, double distance) => new(middle - distance, middle + distance);

    /// <summary>The numbers that are in both.</summary>
    public Interval And(Interval other) => new(Math.Max(Least, other.Least), Math.Min(Most, other.Most));
}
