using System.Globalization;
using Linnet.Diagnostics;
using Linnet.Playback;

namespace Linnet.Cli.Panels;

/// <summary>Draws the status of a player.</summary>
internal static class PlayerPanel
{
    private const string Margin = " ";

    // Ranks of lines: on a low terminal, higher ranks are left out first.
    private const int Details = 4;
    private const int Where = 3;
    private const int Levels = 2;
    private const int Numbers = 1;

    /// <summary>The panel's lines for a terminal of <paramref name="width"/> cells.</summary>
    /// <param name="player">The player.</param>
    /// <param name="meters">The meters, one per channel shown.</param>
    /// <param name="width">The terminal's width.</param>
    public static IEnumerable<PanelLine> Render(PlayerStatistics player, IReadOnlyList<MeterLevel> meters, int width) =>
    [
        .. new Flow(width).Add(new PanelLine().Add("linnet ", Tone.Strong).Add(StateOf(player), StateTone(player.State)))
            .Add(Text.Clock(player.Elapsed), Tone.Quiet).Add(player.Address, Tone.Accent).Lines,
        .. new Flow(width).AddWords(TitleOf(player), Tone.Strong).Lines,
        .. player.Awaits is null ? [] : new Flow(width).Add("waiting", Tone.Bad).AddWords(player.Awaits).Lines,
        .. new Flow(width, Where).Add(Format(player), Tone.Plain)
            .Add(new PanelLine().Add("→ ", Tone.Quiet).Add(player.Output, Tone.Quiet), gap: 1).Lines,
        .. Meters(meters, player.IsMuted, width),
        .. Figures(player, width),
        .. More(player, width),
    ];

    /// <summary>The line that explains the keys.</summary>
    /// <param name="player">The player.</param>
    /// <param name="width">The terminal's width.</param>
    /// <param name="hasAddresses">Whether there is a page of addresses.</param>
    /// <param name="hasVolume">Whether keys change the volume.</param>
    public static IEnumerable<PanelLine> Keys(PlayerStatistics player, int width, bool hasAddresses = false, bool hasVolume = true)
    {
        var keys = new Flow(width);
        if (hasVolume)
        {
            keys.Add(Key("space", player.IsMuted ? "unmutes" : "mutes")).Add(Key("+ −",
                $"volume {player.Volume.ToString("P0", CultureInfo.InvariantCulture)}".Replace(" %", "%", StringComparison.Ordinal)));
        }

        keys.Add(Key("?", "explains"));
        return (hasAddresses ? keys.Add(Key("a", "addresses")) : keys).Add(Key("q", "quits")).Lines;
    }

    /// <summary>A key and its action.</summary>
    public static PanelLine Key(string key, string does) => new PanelLine().Add(key, Tone.Strong).Add($" {does}", Tone.Quiet);

    // The address mostly contains the station's name, so the track's title comes first.
    private static string TitleOf(PlayerStatistics player) => player.Track is null ? player.Title ?? ""
        : player.Title is null ? player.Track : $"{player.Track}  ({player.Title})";

    private static IReadOnlyList<PanelLine> Figures(PlayerStatistics player, int width) => new Flow(width, Numbers)
        .Add(PlayerFigures.Delay, Text.Ms(player.Receiver.Delay))
        .Add(
            PlayerFigures.Target,
            Text.Ms(player.Receiver.Target) + (player.Codec is null ? "" : $" ({player.Receiver.Profile ?? "fixed"})"))
        .Add(PlayerFigures.Latency, Text.Ms(player.Receiver.Latency))
        .Add(PlayerFigures.Buffer, Text.Ms(player.Receiver.Buffer))
        .Add(PlayerFigures.Drift,
            player.Receiver.IsDriftKnown
                ? string.Create(CultureInfo.InvariantCulture, $"{player.Receiver.DriftPpm:+0;-0;0} ppm")
                : "not known yet")
        .Add(PlayerFigures.Lost, Text.Count(player.Receiver.Lost), Of(player.Receiver.Lost))
        .Add(PlayerFigures.Late, Text.Count(player.Receiver.Late), Of(player.Receiver.Late))
        .Add(PlayerFigures.Concealed, Text.Ms(player.Receiver.Concealed))
        .Add(PlayerFigures.Lateness, Text.Ms(player.Receiver.Lateness))
        .Add(PlayerFigures.RanDry, Text.Count(player.Receiver.Underruns), Of(player.Receiver.Underruns))
        .Add(PlayerFigures.Stretched, Text.Count(player.Receiver.Stretches))
        .AddIfAny(PlayerFigures.Reconnected, player.Reconnects, Tone.Warning)
        .AddIfAny(PlayerFigures.Reopened, player.DeviceReopens, Tone.Warning)
        .Lines;

    private static IEnumerable<PanelLine> More(PlayerStatistics player, int width)
    {
        IEnumerable<PanelLine> lines = [];
        if (player.Receiver.Repair is { Repaired: > 0 } or { PathLoss: > 0 })
        {
            lines = new Flow(width, Numbers)
                .Add(
                    PlayerFigures.Repaired,
                    Text.Count(player.Receiver.Repair.Repaired),
                    player.Receiver.Repair.Repaired > 0 ? Tone.Good : Tone.Plain)
                .AddWords(player.Receiver.Repair.Choice.Reason, Tone.Quiet).Lines;
        }

        return player.Impairment is { Rtp: var rtp }
            ? lines.Concat(new Flow(width, Details)
                .Add(PlayerFigures.Dropped, $"{Text.Count(rtp.Dropped)} of {Text.Count(rtp.Taken)}")
                .Add(PlayerFigures.Doubled, Text.Count(rtp.Duplicated))
                .Add(PlayerFigures.Damaged, Text.Count(rtp.Corrupted))
                .Add(PlayerFigures.Overtaken, Text.Count(rtp.Reordered)).Lines)
            : lines;
    }

    private static Tone Of(long count) => count > 0 ? Tone.Warning : Tone.Plain;

    private static IEnumerable<PanelLine> Meters(IReadOnlyList<MeterLevel> meters, bool isMuted, int width)
    {
        string[] names = meters.Count switch
        {
            1 => ["M"],
            2 => ["L", "R"],
            _ => [.. Enumerable.Range(1, meters.Count).Select(static i => $"{i}")]
        };
        int cells = Math.Clamp(width - 16, 4, 60);
        return meters.Select((level, i) => new PanelLine { Rank = Levels }.Add($"{Margin}{names[i]} ", Tone.Quiet).AddMeter(level, cells)
            .Add(isMuted ? "  muted" : $" {Text.Dbfs(level.Peak)}", isMuted ? Tone.Warning : Tone.Plain));
    }

    private static string Format(PlayerStatistics player)
    {
        string over = player.Transport is null ? "" : $" over {player.Transport.ToString()!.ToUpperInvariant()}";
        return player.Codec is null ? "…" : $"{player.Codec} {Text.Format(player.Format.SampleRate, player.Format.Channels)}{over}";
    }

    private static string StateOf(PlayerStatistics player) =>
        player is { IsRecording: true, State: PlayerState.Playing } ? "recording" : player.State.ToWords();

    private static Tone StateTone(PlayerState state) => state switch
    {
        PlayerState.Playing => Tone.Good,
        PlayerState.Ended => Tone.Quiet,
        PlayerState.Reconnecting or PlayerState.NoDevice => Tone.Bad,
        _ => Tone.Warning,
    };
}
