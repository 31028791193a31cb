namespace Linnet.Transports.Impairments;

/// <summary>
/// When a path is bad: good and bad periods alternate, each exponentially distributed (Gilbert's model, in time instead of packets).
/// </summary>
/// <remarks>Starts with the first call. Depends only on the seed, not on the number of calls.</remarks>
/// <param name="meanBad">Mean length of a bad period, in ticks.</param>
/// <param name="share">The share of time that is bad; above 0, below 1.</param>
/// <param name="lots">The random numbers.</param>
internal sealed class BurstSchedule(double meanBad, double share, SeededLots lots)
{
    // After this many periods without a call it starts again: the process has no memory anyway.
    private const double MaxTurns = 10_000;

    private readonly double _meanGood = meanBad * (1 - share) / share;
    private bool _isBad;
    private double _until = double.NegativeInfinity;
    private long _drawn;

    /// <summary>Whether the path is bad at <paramref name="now"/>, which must not decrease.</summary>
    internal bool IsBad(long now)
    {
        if (now - _until > MaxTurns * (meanBad + _meanGood))
        {
            _isBad = lots.Even(_drawn++) < share;
            _until = now + Length();
        }

        while (now >= _until)
        {
            _isBad = !_isBad;
            _until += Length();
        }

        return _isBad;
    }

    private double Length() => Math.Max(double.Epsilon, lots.Exponential(_drawn++)) * (_isBad ? meanBad : _meanGood);
}
