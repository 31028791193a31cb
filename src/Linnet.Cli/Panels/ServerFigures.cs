namespace Linnet.Cli.Panels;

/// <summary>The figures of a server's panel.</summary>
internal static class ServerFigures
{
    public static readonly Figure Listeners =
        new("listeners", "who hears by RTSP now, in all or of one station; behind a station's, how many hear which rendition of it");

    public static readonly Figure Http = new("http", "who hears over HTTP now: browsers, internet radios");

    public static readonly Figure Moved = new("moved", "times a listener over HTTP was too slow and was moved to what is live");

    public static readonly Figure Refused = new("refused", "listeners that were refused: too many, not allowed, or nothing of that name");

    public static readonly Figure Tcp = new("tcp", "the PyAudio tutorial's clients that hear by TCP");

    public static readonly Figure Udp = new("udp", "the same by UDP");

    public static readonly Figure SourceUnderruns =
        new("source underruns", "times a source gave its sound too late, so that the station's clock was set anew");

    public static readonly Figure SenderUnderruns = new("sender underruns", "times nothing came from who sends to the station");

    public static readonly Figure PacketsLate = new("packets late", "packets that were made after they were due");

    public static readonly Figure RenditionsFailed = new("renditions failed", "times an encoder failed; its next listener starts it again");

    public static readonly Figure PacketsDue =
        new("packets due", "packets that should have been sent so far: one to each listener, each time");

    public static readonly Figure Sent = new("sent", "packets that were");

    public static readonly Figure LateBy = new("late by", "how late half of them (p50) and all but a hundredth (p99) were sent");

    public static readonly Figure Skipped = new("skipped", "packets that a listener did not get because it was too slow");

    public static readonly Figure Dropped = new("dropped", "listeners that were let go because they took nothing or could not be sent to");

    /// <summary>All, in the panel's order.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        Listeners, Http, Moved, Refused, Tcp, Udp, SourceUnderruns, SenderUnderruns, PacketsLate, RenditionsFailed, PacketsDue, Sent,
        LateBy, Skipped, Dropped,
    ];
}
