namespace Linnet.Cli.Panels;

/// <summary>The figures of a player's panel.</summary>
internal static class PlayerFigures
{
    public static readonly Figure Delay = new("delay", "how long packets wait here, from their arrival to the device");

    public static readonly Figure Target =
        new("target", "how long they should wait, by what was seen of the network; the delay follows it unheard");

    public static readonly Figure Buffer = new("buffer", "sound that is here and not played yet");

    public static readonly Figure Latency =
        new("latency", "from the sender's clock to your ear if both clocks agree, else from arrival to your ear");

    public static readonly Figure Drift =
        new("drift", "how much faster the sender's clock runs than your sound device, in millionths (ppm); the player makes up for it");

    public static readonly Figure Lost = new("lost", "packets that never came");

    public static readonly Figure Late = new("late", "packets that came after their turn to be played");

    public static readonly Figure Concealed = new("concealed", "sound that was made up in place of packets that were lost or late");

    public static readonly Figure Lateness = new("late by", "how late packets come, the worst half seconds left out; the target covers it");

    public static readonly Figure RanDry = new("ran dry", "times there was no sound left in the buffer");

    public static readonly Figure Stretched =
        new("stretched", "times sound was left out or played twice, unheard, so that the delay comes to its target");

    public static readonly Figure Repaired =
        new("repaired", "packets that were lost and came after all, or as a copy; behind it, what is done about losses and why");

    public static readonly Figure Reconnected = new("reconnected", "times the server was gone and found again");

    public static readonly Figure Reopened =
        new("device reopened", "times the sound device was gone and opened again, or another in its place");

    public static readonly Figure Dropped = new("impaired: dropped", "packets that --impair took away");

    public static readonly Figure Doubled = new("doubled", "packets that --impair sent twice");

    public static readonly Figure Damaged = new("damaged", "packets that --impair damaged");

    public static readonly Figure Overtaken = new("overtaken", "packets that --impair let others overtake");

    public static readonly Figure Levels =
        new("L R", "how loud each channel is: the bar is now, its mark and the number the peak of the last seconds; 0 dBFS is as loud as "
            + "can be");

    /// <summary>All, in the panel's order.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        Levels, Delay, Target, Latency, Buffer, Drift, Lost, Late, Concealed, Lateness, RanDry, Stretched,
        Repaired, Reconnected, Reopened, Dropped, Doubled, Damaged, Overtaken,
    ];
}
