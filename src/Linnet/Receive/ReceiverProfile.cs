using System.Diagnostics.CodeAnalysis;

namespace Linnet.Receive;

/// <summary>A named choice of latency: how far behind the live edge to play, and how far that may grow with the network.</summary>
/// <param name="Name">The name on the command line and in statistics.</param>
/// <param name="Base">The delay from a packet's arrival to its playback on a calm network.</param>
/// <param name="Most">The longest such delay. Packets later than that are lost.</param>
/// <param name="Rendition">The rendition to request from a Linnet server if the address names none; <see langword="null"/>: the
/// station's first.</param>
public sealed record ReceiverProfile(string Name, TimeSpan Base, TimeSpan Most, string? Rendition = null)
{
    /// <summary>
    /// For musicians, and for audio that accompanies video: packets of 5 ms, and a delay of 5 – 60 ms. The best case from the recording
    /// of a packet's first frame to its playback is 10 ms.
    /// </summary>
    public static ReceiverProfile LowLatency { get; } = Of("low-latency", 5, 60, "opus-5ms");

    /// <summary>The default: a delay of 40 – 300 ms, for homes and offices. With packets of 20 ms that is a buffer of 60 ms.</summary>
    public static ReceiverProfile Balanced { get; } = Of("balanced", 40, 300);

    /// <summary>For paths that are sometimes bad, and for users who prefer delay to gaps: a delay of 400 – 2000 ms.</summary>
    public static ReceiverProfile Robust { get; } = Of("robust", 400, 2000);

    /// <summary>All profiles, from the shortest delay to the longest.</summary>
    public static IReadOnlyList<ReceiverProfile> All { get; } = [LowLatency, Balanced, Robust];

    /// <summary>Finds a profile by name.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out ReceiverProfile? profile)
    {
        profile = All.FirstOrDefault(p => p.Name == name);
        return profile is not null;
    }

    private static ReceiverProfile Of(string name, int baseMs, int mostMs, string? rendition = null) =>
        new(name, TimeSpan.FromMilliseconds(baseMs), TimeSpan.FromMilliseconds(mostMs), rendition);
}
