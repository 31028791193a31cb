namespace Linnet.Transports.Rtp;

/// <summary>Why our server says goodbye, as its players read it in the RTCP packet: whether it is worth to come back.</summary>
/// <remarks>Source: RFC 3550 §6.6, where the reason is text for people. Others say nothing, or something else.</remarks>
internal static class GoodbyeReason
{
    /// <summary>The station has come to its end by itself: nothing more will come.</summary>
    internal const string StationEnded = "station ended";

    /// <summary>The server stops, whatever its stations do: it may be there again soon.</summary>
    internal const string ServerStopped = "server stopped";

    /// <summary>The server has heard nothing of the player for too long, and has forgotten it.</summary>
    internal const string TimedOut = "session timed out";

    /// <summary>Whether the reason says that the sound stops for this player only, or for now.</summary>
    internal static bool IsNotTheEnd(string? reason) => reason is ServerStopped or TimedOut;
}
