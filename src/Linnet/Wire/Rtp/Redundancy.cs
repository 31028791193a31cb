using System.Globalization;

namespace Linnet.Wire.Rtp;

/// <summary>How many copies of earlier packets each packet carries, and how far apart in time they are.</summary>
/// <param name="Copies">Copies in each packet: 1 or 2.</param>
/// <param name="SpacingMs">Milliseconds between a packet and its first copy, and between the first and the second: 20, 40, 80 or
/// 160.</param>
/// <remarks>
/// The list is fixed, so that listeners share a few combinations. The longest reach is 320 ms, because a copy's offset has 14 bits.
/// </remarks>
public readonly record struct Redundancy(int Copies, int SpacingMs)
{
    /// <summary>The most copies per packet.</summary>
    internal const int MaxCopies = 2;

    /// <summary>The available spacings, in milliseconds.</summary>
    internal static IReadOnlyList<int> SpacingsMs { get; } = [20, 40, 80, 160];

    /// <summary>Whether this combination is on the list.</summary>
    internal bool IsValid => Copies is >= 1 and <= MaxCopies && SpacingsMs.Contains(SpacingMs);

    /// <summary>How long after a packet its last copy is sent.</summary>
    public TimeSpan Reach => TimeSpan.FromMilliseconds(Copies * SpacingMs);

    /// <summary>The spacing in packets, at least one.</summary>
    internal int SpacingIn(TimeSpan packetTime) => Math.Max(1, (int)Math.Round(SpacingMs / packetTime.TotalMilliseconds));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"×{Copies}, {SpacingMs} ms apart");
}
