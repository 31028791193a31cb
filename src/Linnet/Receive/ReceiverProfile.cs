using System.Diagnostics.CodeAnalysis;

namespace Linnet.Receive;

/// <summary>A choice of latency by name: how far behind the live edge to play, and how far the network may push that.</summary>
/// <param name="Name">As the command line and statistics have it.</param>
/// <param name="Base">From a packet's arrival to its play-out while the network is calm.</param>
/// <param name="Most">The same, however late packets come: what is later still is lost.</param>
/// <param name="Rendition">The rendition to ask a Linnet server for where the address names none; <see langword="null"/>: the station's
/// first.</param>
public sealed record ReceiverProfile(string Name, TimeSpan Base, TimeSpan Most, string? Rendition = null)
{
    /// <summary>
    /// For musicians, and for sound that belongs to a picture: packets of 5 ms, and 5 – 60 ms of waiting. What lies between the recording
    /// of a packet's first frame and its play-out is 10 ms at best.
    /// </summary>
    public static ReceiverProfile LowLatency { get; } = Of("low-latency", 5, 60, "opus-5ms");

    /// <summary>The default: 40 – 300 ms, for homes and offices. With a packet of 20 ms that is a buffer of 60 ms.</summary>
    public static ReceiverProfile Balanced { get; } = Of("balanced", 40, 300);

    /// <summary>For paths that are bad now and then, and for those who would rather wait than miss something: 400 – 2000 ms.</summary>
    public static ReceiverProfile Robust { get; } = Of("robust", 400, 2000);

    /// <summary>All there are, from the least delay to the most.</summary>
    public static IReadOnlyList<ReceiverProfile> All { get; } = [LowLatency, Balanced, Robust];

    /// <summary>A profile by its name.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out ReceiverProfile? profile)
    {
        profile = All.FirstOrDefault(p => p.Name == name);
        return profile is not null;
    }

    private static ReceiverProfile Of(string name, int baseMs, int mostMs, string? rendition = null) =>
        new(name, TimeSpan.FromMilliseconds(baseMs), TimeSpan.FromMilliseconds(mostMs), rendition);
}
