using System.Globalization;

namespace Linnet.Cli.Panels;

/// <summary>Draws the status of a player.</summary>
internal static class PlayerPanel
{
    private const string Margin = " ";

    // Ranks of lines: on a low terminal, higher ranks are left out first.
    private const int Details = 4;
    private const int Where = 3;
    private const int Meters = 2;
    private const int Numbers = 1;

    /// <summary>The panel's lines for a terminal of <paramref name="width"/> cells.</summary>
    public static IEnumerable<PanelLine> Render(PlayerSnapshot player, int width) =>
    [
        .. new Flow(width).Add(new PanelLine().Add("linnet ", Tone.Strong).Add(StateOf(player), StateTone(player.State)))
            .Add(Text.Clock(player.Elapsed), Tone.Quiet).Add(player.Address, Tone.Accent).Lines,
        .. new Flow(width).AddWords(TitleOf(player), Tone.Strong).Lines,
        .. player.Awaits is null ? [] : new Flow(width).Add("waiting", Tone.Bad).AddWords(player.Awaits).Lines,
        .. new Flow(width, Where).Add(Format(player), Tone.Plain)
            .Add(new PanelLine().Add("→ ", Tone.Quiet).Add(player.Output, Tone.Quiet), gap: 1).Lines,
        .. Levels(player, width),
        .. Figures(player, width),
        .. More(player, width),
    ];

    /// <summary>The line that explains the keys.</summary>
    public static IEnumerable<PanelLine> Keys(PlayerSnapshot player, int width, bool hasAddresses = false)
    {
        Flow keys = new Flow(width).Add(Key("space", player.IsMuted ? "unmutes" : "mutes"))
            .Add(Key("+ −",
                $"volume {player.Volume.ToString("P0", CultureInfo.InvariantCulture)}".Replace(" %", "%", StringComparison.Ordinal)))
            .Add(Key("?", "explains"));
        return (hasAddresses ? keys.Add(Key("a", "addresses")) : keys).Add(Key("q", "quits")).Lines;
    }

    /// <summary>A key and its action.</summary>
    public static PanelLine Key(string key, string does) => new PanelLine().Add(key, Tone.Strong).Add($" {does}", Tone.Quiet);

    // The address mostly contains the station's name, so the track's title comes first.
    private static string TitleOf(PlayerSnapshot player) => player.Track is null ? player.Title ?? ""
        : player.Title is null ? player.Track : $"{player.Track}  ({player.Title})";

    private static IReadOnlyList<PanelLine> Figures(PlayerSnapshot player, int width) => new Flow(width, Numbers)
        .Add(PlayerFigures.Delay, Text.Ms(player.Delay))
        .Add(PlayerFigures.Target, Text.Ms(player.Target) + (player.Codec is null ? "" : $" ({player.Profile ?? "fixed"})"))
        .Add(PlayerFigures.Latency, Text.Ms(player.Latency))
        .Add(PlayerFigures.Buffer, Text.Ms(player.Buffer))
        .Add(PlayerFigures.Drift,
            player.DriftPpm is double drift ? string.Create(CultureInfo.InvariantCulture, $"{drift:+0;-0;0} ppm") : "not known yet")
        .Add(PlayerFigures.Lost, Text.Count(player.Lost), Of(player.Lost))
        .Add(PlayerFigures.Late, Text.Count(player.Late), Of(player.Late))
        .Add(PlayerFigures.Concealed, Text.Ms(player.Concealed))
        .Add(PlayerFigures.Lateness, Text.Ms(player.Lateness))
        .Add(PlayerFigures.RanDry, Text.Count(player.Underruns), Of(player.Underruns))
        .Add(PlayerFigures.Stretched, Text.Count(player.Stretches))
        .AddIfAny(PlayerFigures.Reconnected, player.Reconnects, Tone.Warning)
        .AddIfAny(PlayerFigures.Reopened, player.DeviceReopens, Tone.Warning)
        .Lines;

    private static IEnumerable<PanelLine> More(PlayerSnapshot player, int width)
    {
        IEnumerable<PanelLine> lines = [];
        if (player.Repair is { Repaired: > 0 } or { PathLoss: > 0 })
        {
            lines = new Flow(width, Numbers)
                .Add(PlayerFigures.Repaired, Text.Count(player.Repair.Repaired), player.Repair.Repaired > 0 ? Tone.Good : Tone.Plain)
                .AddWords(player.Repair.Choice.Reason, Tone.Quiet).Lines;
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

    private static IEnumerable<PanelLine> Levels(PlayerSnapshot player, int width)
    {
        string[] names = player.Levels.Count switch
        {
            1 => ["M"],
            2 => ["L", "R"],
            _ => [.. Enumerable.Range(1, player.Levels.Count).Select(static i => $"{i}")]
        };
        int cells = Math.Clamp(width - 16, 4, 60);
        for (int i = 0; i < player.Levels.Count; i++)
        {
            MeterLevel level = player.Levels[i];
            yield return new PanelLine { Rank = Meters }.Add($"{Margin}{names[i]} ", Tone.Quiet).AddMeter(level, cells)
                .Add(player.IsMuted ? "  muted" : $" {Text.Dbfs(level.Peak)}", player.IsMuted ? Tone.Warning : Tone.Plain);
        }
    }

    private static string Format(PlayerSnapshot player)
    {
        string over = player.Transport is null ? "" : $" over {player.Transport}";
        return player.Codec is null ? "…" : $"{player.Codec} {Text.Format(player.SampleRate, player.Channels)}{over}";
    }

    private static string StateOf(PlayerSnapshot player) => player is { IsRecording: true, State: "playing" } ? "recording" : player.State;

    private static Tone StateTone(string state) => state switch
    {
        "playing" => Tone.Good,
        "ended" => Tone.Quiet,
        "reconnecting" or "no device" => Tone.Bad,
        _ => Tone.Warning,
    };
}
