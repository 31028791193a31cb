using Linnet.Serving;

namespace Linnet.Cli.Panels;

/// <summary>The figures of a server's panel.</summary>
internal static class ServerFigures
{
    public static readonly Figure Listeners = new(
        "listeners",
        "listeners now, over all protocols and servers, in total or of one station; after a station's, the number for each rendition");

    public static readonly Figure Refused = new("refused", "listeners that were refused: too many, not allowed, or nothing of that name");

    public static readonly Figure SourceUnderruns =
        new("source underruns", "times a source delivered its audio too late, so that the station's clock was reset");

    public static readonly Figure SenderUnderruns = new("sender underruns", "times a pushed or pulled station received no audio in time");

    public static readonly Figure PacketsLate = new("packets late", "packets that were encoded after they were due");

    public static readonly Figure RenditionsFailed = new("renditions failed", "times an encoder failed; its next listener starts it again");

    public static readonly Figure PacketsDue =
        new("packets due", "packets that should have been sent so far: one to each listener, each time");

    public static readonly Figure Sent = new("sent", "packets that have been sent");

    public static readonly Figure LateBy = new("late by", "how late half of them (p50) and all but a hundredth (p99) were sent");

    public static readonly Figure Skipped = new("skipped", "packets that a listener did not get because it was too slow");

    public static readonly Figure Dropped = new("dropped", "listeners that were dropped because they stopped reading or sending failed");

    /// <summary>The figures of every server, in the panel's order.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        Listeners, Refused, SourceUnderruns, SenderUnderruns, PacketsLate, RenditionsFailed, PacketsDue, Sent, LateBy, Skipped, Dropped,
    ];

    /// <summary>The figures of every server and of its protocols, each name once, in the panel's order.</summary>
    public static IReadOnlyList<Figure> With(IEnumerable<ProtocolSnapshot> protocols) =>
    [
        Listeners,
        .. protocols.SelectMany(static p => p.Figures).DistinctBy(static f => f.Name)
            .Where(static figure => All.All(known => known.Name != figure.Name)).Select(static f => new Figure(f.Name, f.Meaning)),
        .. All.Skip(1),
    ];
}
