namespace Linnet.Cli.Panels;

/// <summary>The figures of a player's panel.</summary>
internal static class PlayerFigures
{
    public static readonly Figure Delay = new("delay", "how long packets wait in the player, from arrival to the device");

    public static readonly Figure Target =
        new("target", "the delay that the network needs, as measured; the delay follows it inaudibly");

    public static readonly Figure Buffer = new("buffer", "audio that was received but not played yet");

    public static readonly Figure Latency =
        new("latency", "from the sender's clock to your ear if both clocks are synchronized, else from arrival to your ear");

    public static readonly Figure Drift =
        new("drift", "how much faster the sender's clock runs than your audio device, in millionths (ppm); the player compensates");

    public static readonly Figure Lost = new("lost", "packets that never arrived");

    public static readonly Figure Late = new("late", "packets that arrived too late to be played");

    public static readonly Figure Concealed = new("concealed", "audio synthesized in place of lost or late packets");

    public static readonly Figure Lateness = new(
        "late by", "how much later than the fastest packet most packets arrive; the target delay covers this");

    public static readonly Figure RanDry = new("ran dry", "times the buffer ran out of audio");

    public static readonly Figure Stretched =
        new("stretched", "times audio was skipped or repeated, inaudibly, to move the delay to its target");

    public static readonly Figure Repaired =
        new("repaired", "lost packets that were resent or arrived as a copy; then how losses are repaired, and why");

    public static readonly Figure Reconnected = new("reconnected", "times the connection to the server was lost and restored");

    public static readonly Figure Reopened =
        new("device reopened", "times the audio device was lost and reopened, or replaced by another");

    public static readonly Figure Dropped = new("impaired: dropped", "packets that --impair dropped");

    public static readonly Figure Doubled = new("doubled", "packets that --impair sent twice");

    public static readonly Figure Damaged = new("damaged", "packets that --impair damaged");

    public static readonly Figure Overtaken = new("overtaken", "packets that --impair delayed behind later ones");

    public static readonly Figure Levels =
        new("L R", "the level of each channel: the bar is now, its mark and the number are the peak of the last seconds; 0 dBFS is full "
            + "scale");

    /// <summary>All figures, in the panel's order.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        Levels, Delay, Target, Latency, Buffer, Drift, Lost, Late, Concealed, Lateness, RanDry, Stretched,
        Repaired, Reconnected, Reopened, Dropped, Doubled, Damaged, Overtaken,
    ];
}
