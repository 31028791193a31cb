using System.Globalization;

namespace Linnet.Wire.Rtp;

/// <summary>How copies of earlier packets go with each packet: how many, and how far apart in time.</summary>
/// <param name="Copies">Copies in each packet: 1 or 2.</param>
/// <param name="SpacingMs">Milliseconds from a packet to its first copy, and from that to the second: 20, 40, 80 or 160.</param>
/// <remarks>
/// A fixed list, so that listeners share the few kinds there are. The farthest reach is 320 ms, for a copy's offset has 14 bits
/// (<see cref="RedPayload.MaxOffset"/>).
/// </remarks>
public readonly record struct Redundancy(int Copies, int SpacingMs)
{
    /// <summary>The most copies.</summary>
    public const int MaxCopies = 2;

    /// <summary>The spacings there are, in milliseconds.</summary>
    public static IReadOnlyList<int> SpacingsMs { get; } = [20, 40, 80, 160];

    /// <summary>How many kinds there are.</summary>
    internal const int Kinds = MaxCopies * 4;

    /// <summary>Whether it is one of those on the list.</summary>
    public bool IsValid => Copies is >= 1 and <= MaxCopies && SpacingsMs.Contains(SpacingMs);

    /// <summary>How long after a packet its last copy comes.</summary>
    public TimeSpan Reach => TimeSpan.FromMilliseconds(Copies * SpacingMs);

    /// <summary>Its place on the list.</summary>
    internal int Kind => ((Copies - 1) * SpacingsMs.Count) + int.Log2(SpacingMs / SpacingsMs[0]);

    /// <summary>The same in packets, at least one.</summary>
    internal int SpacingIn(TimeSpan packetTime) => Math.Max(1, (int)Math.Round(SpacingMs / packetTime.TotalMilliseconds));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"×{Copies}, {SpacingMs} ms apart");
}
