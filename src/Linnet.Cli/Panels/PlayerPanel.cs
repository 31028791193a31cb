using System.Globalization;

namespace Linnet.Cli.Panels;

/// <summary>Draws what a player does.</summary>
internal static class PlayerPanel
{
    private const string Margin = " ";

    /// <summary>The panel's lines for a terminal of <paramref name="width"/> cells.</summary>
    public static IEnumerable<PanelLine> Render(PlayerSnapshot player, int width)
    {
        yield return new PanelLine().Add(Margin).Add("linnet ", Tone.Strong).Add(player.State, StateTone(player.State))
            .Add($"  {Text.Clock(player.Elapsed)}", Tone.Quiet).Add("  ").Add(player.Address, Tone.Accent);
        yield return new PanelLine().Add(Margin).Add(player.Title ?? "", Tone.Strong);
        if (player.Awaits is not null)
        {
            yield return new PanelLine().Add(Margin).Add("waiting  ", Tone.Bad).Add(player.Awaits);
        }

        yield return new PanelLine().Add(Margin).Add(Format(player)).Add($" → {player.Output}", Tone.Quiet);
        foreach (PanelLine line in Levels(player, width))
        {
            yield return line;
        }

        yield return new PanelLine().Add(Margin)
            .Add("buffer ", Tone.Quiet).Add(Text.Ms(player.Buffer))
            .Add("  latency ", Tone.Quiet).Add(Text.Ms(player.Latency))
            .Add("  lost ", Tone.Quiet).Add(Text.Count(player.Lost), player.Lost > 0 ? Tone.Warning : Tone.Plain)
            .Add("  late ", Tone.Quiet).Add(Text.Count(player.Late), player.Late > 0 ? Tone.Warning : Tone.Plain)
            .Add("  concealed ", Tone.Quiet).Add(Text.Ms(player.Concealed))
            .Add("  drift ", Tone.Quiet).Add(player.DriftPpm is double drift ? string.Create(CultureInfo.InvariantCulture, $"{drift:+0;-0;0} ppm") : "not known yet");
        yield return new PanelLine().Add(Margin)
            .Add(player.Profile ?? "fixed").Add(" waits ", Tone.Quiet).Add(Text.Ms(player.Delay))
            .Add(" of ", Tone.Quiet).Add(Text.Ms(player.Target))
            .Add("  packets late by ", Tone.Quiet).Add(Text.Ms(player.Lateness))
            .Add("  ran dry ", Tone.Quiet).Add(Text.Count(player.Underruns), player.Underruns > 0 ? Tone.Warning : Tone.Plain)
            .Add("  stretched ", Tone.Quiet).Add(Text.Count(player.Stretches));
        if (player.Repair is { Repaired: > 0 } or { PathLoss: > 0 })
        {
            yield return new PanelLine().Add(Margin)
                .Add("repaired ", Tone.Quiet).Add(Text.Count(player.Repair.Repaired), player.Repair.Repaired > 0 ? Tone.Good : Tone.Plain)
                .Add($"  {player.Repair.Choice.Reason}", Tone.Quiet);
        }

        if (player.Impairment is { Rtp: var rtp })
        {
            yield return new PanelLine().Add(Margin)
                .Add("impaired ", Tone.Quiet).Add("dropped ", Tone.Quiet).Add($"{Text.Count(rtp.Dropped)} of {Text.Count(rtp.Taken)}")
                .Add("  doubled ", Tone.Quiet).Add(Text.Count(rtp.Duplicated))
                .Add("  damaged ", Tone.Quiet).Add(Text.Count(rtp.Corrupted))
                .Add("  overtaken ", Tone.Quiet).Add(Text.Count(rtp.Reordered));
        }

        yield return new PanelLine().Add(Margin)
            .Add("space", Tone.Strong).Add(player.IsMuted ? " sounds  " : " mutes  ", Tone.Quiet)
            .Add("+ −", Tone.Strong).Add($" volume {player.Volume:P0}  ".Replace(" %", "%", StringComparison.Ordinal), Tone.Quiet)
            .Add("q", Tone.Strong).Add(" quits", Tone.Quiet);
    }

    private static IEnumerable<PanelLine> Levels(PlayerSnapshot player, int width)
    {
        string[] names = player.Levels.Count switch { 1 => ["M"], 2 => ["L", "R"], _ => [.. Enumerable.Range(1, player.Levels.Count).Select(static i => $"{i}")] };
        int cells = Math.Clamp(width - 16, 4, 60);
        for (int i = 0; i < player.Levels.Count; i++)
        {
            MeterLevel level = player.Levels[i];
            yield return new PanelLine().Add($"{Margin}{names[i]} ", Tone.Quiet).AddMeter(level, cells)
                .Add(player.IsMuted ? "  muted" : $" {Text.Dbfs(level.Peak)}", player.IsMuted ? Tone.Warning : Tone.Plain);
        }
    }

    private static string Format(PlayerSnapshot player) => player.Codec is null
        ? "…"
        : $"{player.Codec} {Text.Format(player.SampleRate, player.Channels)}{(player.Transport is null ? "" : $" over {player.Transport}")}";

    private static Tone StateTone(string state) => state switch
    {
        "playing" => Tone.Good,
        "ended" => Tone.Quiet,
        "reconnecting" or "no device" => Tone.Bad,
        _ => Tone.Warning,
    };
}
