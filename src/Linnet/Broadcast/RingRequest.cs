using System.Net;

namespace Linnet.Broadcast;

/// <summary>What a listener asks of a rendition.</summary>
/// <param name="Stock">
/// How much sound it wants at once. If it starts the rendition, that begins with so much of what was heard before; if it starts the
/// station, and the source can be read ahead, the station begins as if it had played for so long.
/// </param>
/// <param name="Address">Where the listener is: renditions made on demand are shared fairly by address. <see langword="null"/>: in this
/// process.</param>
public readonly record struct RingRequest(TimeSpan Stock, IPAddress? Address = null);

/// <summary>Why a listener gets no part in a rendition.</summary>
/// <param name="Reason">The kind.</param>
/// <param name="Text">One sentence or two for the listener: what to do.</param>
/// <param name="RetryAfter">When it is worth to ask again; <see langword="null"/>: nobody knows, or never (<see cref="IsFinal"/>).</param>
public sealed record RingRefusal(RingRefusalReason Reason, string Text, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether trying again cannot help, as long as the server runs. Default <see langword="false"/>.</summary>
    public bool IsFinal { get; init; }

    /// <summary>What a ring says whose owner gives no reason.</summary>
    internal static RingRefusal Closed { get; } =
        new(RingRefusalReason.StationEnded, "The station has ended, or cannot be heard just now.");
}

/// <summary>The kinds of <see cref="RingRefusal"/>.</summary>
public enum RingRefusalReason
{
    /// <summary>The station has ended.</summary>
    StationEnded,

    /// <summary>The rendition is made on demand, and as many as may be are made for others.</summary>
    TooManyOnDemand,

    /// <summary>The rendition failed just now and pauses.</summary>
    Paused,

    /// <summary>The kernel holds too much sound that listeners have not taken, in all or of this address.</summary>
    TooMuchUntaken,

    /// <summary>The rendition would be made on demand, and none are.</summary>
    NeverOnDemand,
}
