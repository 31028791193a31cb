namespace Linnet.Clock;

/// <summary>
/// A question about another machine's clock and its answer. All times are in microseconds of monotonic clocks, each with its own zero.
/// </summary>
/// <param name="Sent">Our clock when the question was sent.</param>
/// <param name="Received">Its clock when the question arrived.</param>
/// <param name="Replied">Its clock when the answer was sent.</param>
/// <param name="Returned">Our clock when the answer arrived.</param>
internal readonly record struct ClockExchange(long Sent, long Received, long Replied, long Returned)
{
    /// <summary>The longest round trip that says anything useful: 10 s.</summary>
    internal const long MaxRoundTrip = 10_000_000;

    /// <summary>The greatest time that is accepted: 2^50, so that sums and differences are exact in a double as well.</summary>
    internal const long MaxTime = 1L << 50;

    /// <summary>Time that the two messages spent on their way.</summary>
    public long RoundTrip => Returned - Sent - (Replied - Received);

    /// <summary>Whether the times can be true. Clocks of different rates may make the round trip a little negative.</summary>
    public bool IsPlausible =>
        IsTime(Sent) && IsTime(Received) && IsTime(Replied) && IsTime(Returned)
        && Returned >= Sent && Returned - Sent <= MaxRoundTrip && Replied >= Received;

    private static bool IsTime(long time) => time is >= -MaxTime and <= MaxTime;
}
