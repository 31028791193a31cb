using System.Net;

namespace Linnet.Broadcast;

/// <summary>A listener's request for a rendition.</summary>
/// <param name="Stock">How much audio it wants at once. If the request starts the rendition, that begins with this much of the audio
/// already played. If it starts the station and the source can be read ahead, the station begins as if it had played for this long.</param>
/// <param name="Address">The listener's address: renditions made on demand are shared fairly by address. <see langword="null"/> for a
/// listener in this process.</param>
internal readonly record struct RingRequest(TimeSpan Stock, IPAddress? Address = null);

/// <summary>Why a listener is refused a rendition.</summary>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Text">One or two sentences that tell the listener what to do.</param>
/// <param name="RetryAfter">When to try again; <see langword="null"/> if that is unknown, or trying again cannot help
/// (<see cref="IsFinal"/>).</param>
internal sealed record RingRefusal(RingRefusalReason Reason, string Text, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether trying again cannot help while the server runs. Default <see langword="false"/>.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The rendition failed and pauses.</summary>
    internal static RingRefusal Paused(string name, TimeSpan left) => new(
        RingRefusalReason.Paused,
        $"{name} failed and is started again in {Math.Ceiling(left.TotalSeconds):0} s. Try again then, or take another rendition.", left);
}

/// <summary>The kinds of <see cref="RingRefusal"/>.</summary>
internal enum RingRefusalReason
{
    /// <summary>The station has ended.</summary>
    StationEnded,

    /// <summary>The station is not available: its server stops, or it has failed.</summary>
    Unavailable,

    /// <summary>The rendition is made on demand, and other listeners already use all the slots.</summary>
    TooManyOnDemand,

    /// <summary>The rendition has just failed and is paused.</summary>
    Paused,

    /// <summary>The kernel holds too much audio that listeners have not received, in total or for this address.</summary>
    TooMuchUntaken,

    /// <summary>The rendition would be made on demand, and the server allows none.</summary>
    NeverOnDemand,
}
