using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>
/// When each position would arrive without network delay: a straight line, because both clocks run evenly, if not equally fast.
/// </summary>
/// <param name="Media">The stream's clock, with epoch 0.</param>
/// <param name="Anchor">An instant of the media clock, in ticks.</param>
/// <param name="Origin">How many ticks our clock is ahead of the media clock at <paramref name="Anchor"/>.</param>
/// <param name="Slope">How much that grows per tick: how much slower the sender's clock runs than ours.</param>
/// <param name="Shifted">Ticks by which the line was moved in steps, because the path became longer or shorter.</param>
internal readonly record struct ArrivalLine(MediaTimeline Media, long Anchor, long Origin, double Slope, long Shifted)
{
    /// <summary>When a position arrives without network delay.</summary>
    internal long ArrivalOf(long position)
    {
        long media = Media.DueAt(position);
        return media + OriginAt(media);
    }

    /// <summary>The position that arrives at <paramref name="instant"/> without network delay.</summary>
    internal long PositionArrivingAt(long instant)
    {
        long since = instant - Origin - Anchor;
        return Media.PositionAt(Anchor + (long)Math.Round(since / (1 + Slope)));
    }

    /// <summary>How many ticks our clock is ahead at an instant of the media clock.</summary>
    internal long OriginAt(long media) => Origin + (long)Math.Round(Slope * (media - Anchor));
}
