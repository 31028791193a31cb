namespace Linnet.Transports.Rtp;

/// <summary>The reasons of our server's goodbyes, as its players read them in the RTCP packet: they decide whether to reconnect.</summary>
/// <remarks>Source: RFC 3550 §6.6, which defines the reason as text for people. Other servers give none, or other texts.</remarks>
internal static class GoodbyeReason
{
    /// <summary>The station ended by itself: no more audio follows.</summary>
    internal const string StationEnded = "station ended";

    /// <summary>The server is stopping, whatever its stations do. It may be back soon.</summary>
    internal const string ServerStopped = "server stopped";

    /// <summary>The server received nothing from the player for too long, and ended the session.</summary>
    internal const string TimedOut = "session timed out";

    /// <summary>Whether the reason means that only this player's audio stops, or only for now.</summary>
    internal static bool IsNotTheEnd(string? reason) => reason is ServerStopped or TimedOut;
}
