using System.Globalization;
using System.Text.RegularExpressions;
using Linnet.Playback.Probing;
using Linnet.Receive.Repair;
using Linnet.Transports.Impairments;

namespace Linnet.Cli.Panels;

/// <summary>Draws the progress and the results of a probe, at most 79 cells wide.</summary>
internal static partial class ProbePanel
{
    private const string Margin = " ";
    private const int Indent = 12;
    private const int BarCells = 40;
    private const int TextCells = 76;

    // Lengths of gaps, in packets: the upper end of each row of the chart.
    private static readonly int[] BurstRows = [1, 2, 3, 4, 8, 16, 32, int.MaxValue];

    private static readonly Figure Packets = new("packets", "packets that came");

    private static readonly Figure Missing = new("missing", "packets that should have come by now, by their numbers, and did not");

    /// <summary>Explanations of the panel's figures.</summary>
    public static IReadOnlyList<Figure> Figures { get; } = [Packets, Missing];

    /// <summary>The panel while it listens.</summary>
    public static IEnumerable<PanelLine> Progress(ProbeProgress probe, string address, int width)
    {
        foreach (PanelLine line in Title(probe, address, width))
        {
            yield return line;
        }

        int cells = Math.Clamp(width - 24, 4, 60);
        double share = probe.Duration > TimeSpan.Zero ? probe.Elapsed / probe.Duration : 0;
        int filled = (int)Math.Round(Math.Clamp(share, 0, 1) * cells);
        yield return new PanelLine().Add(Margin)
            .Add(new string('━', filled), Tone.Good).Add(new string('╌', cells - filled), Tone.Quiet)
            .Add($"  {Text.Clock(probe.Elapsed)} of {Text.Clock(probe.Duration)}", Tone.Quiet);
        foreach (PanelLine line in new Flow(width)
            .Add(Packets, Text.Count(probe.Packets))
            .Add(Missing, Text.Count(probe.Missing), probe.Missing > 0 ? Tone.Warning : Tone.Plain)
            .Add(PlayerPanel.Key("Ctrl-C", "reports what was heard so far"))
            .Add(PlayerPanel.Key("?", "explains")).Lines)
        {
            yield return line;
        }
    }

    /// <summary>The report.</summary>
    public static IEnumerable<PanelLine> Report(PathReport report, ProbeProgress probe, string address)
    {
        IEnumerable<PanelLine> lines = [new PanelLine(), .. Title(probe, address), new PanelLine(), .. Facts(report, probe)];
        if (report.Profiles.Count > 0)
        {
            lines = [.. lines, new PanelLine(), .. Delays(report.Delay), .. Bursts(report), new PanelLine(), .. Profiles(report)];
        }

        return [.. lines, new PanelLine(), .. Wrapped(AdviceOf(report))];
    }

    /// <summary>The report's advice, with the option of this program that follows it.</summary>
    public static string AdviceOf(PathReport report) =>
        report.SuggestsTcp ? $"{report.Advice.TrimEnd('.')} (--transport tcp)." : report.Advice;

    private static string Sound(ProbeProgress probe) => probe.Payload is null ? ""
        : $"{probe.Payload.EncodingName.ToLowerInvariant()} {Text.Format(probe.Payload.ClockRate, probe.Payload.Channels)}"
            + (probe.Transport is null ? "" : $" over {probe.Transport.ToString()!.ToUpperInvariant()}");

    private static IEnumerable<PanelLine> Title(ProbeProgress probe, string address, int width = TextCells + 3) =>
        new Flow(width).Add(new PanelLine().Add("linnet probe", Tone.Strong)).Add(address, Tone.Accent).Add(Sound(probe), Tone.Quiet).Lines;

    private static IEnumerable<PanelLine> Facts(PathReport report, ProbeProgress probe)
    {
        if (report.Duration <= TimeSpan.Zero)
        {
            // Too few packets for more figures.
            yield return Fact("packets").Add(report.Received == 0 ? "none" : Text.Count(report.Received), Tone.Warning);
            if (probe.Impairment is { Rtp: var few })
            {
                yield return Fact("impaired").Add(Does(few), Tone.Warning);
            }

            yield break;
        }

        yield return Fact("packets")
            .Add($"{Text.Count(report.Received)} of {Text.Count(report.Received + report.Lost)} in {Text.Clock(report.Duration)}")
            .Add(report.IsPartial ? " (the newest that are kept)" : "", Tone.Quiet)
            .Add(", lost ", Tone.Quiet).Add(Share(report.LossShare), report.Lost > 0 ? Tone.Warning : Tone.Good)
            .Add(report.Lost > 0 ? Invariant($" ({Text.Count(report.Lost)}, in bursts of {report.MeanBurst:0.0})") : "", Tone.Quiet);
        if (report.Duplicate + report.Reordered + report.Corrupt + report.Foreign + report.Restarts > 0)
        {
            yield return new PanelLine().To(Indent + 1).Add(string.Join(", ", new[]
            {
                Named(report.Duplicate, "duplicate"), Named(report.Reordered, "reordered"), Named(report.Corrupt, "corrupt"),
                Named(report.Foreign, "of others"), Named(report.Restarts, "restarts of the sender"),
            }.Where(static text => text.Length > 0)), Tone.Warning);
        }

        yield return Fact("throughput").Add(Invariant($"{report.BitsPerSecond / 1000:0.0} kb/s"))
            .Add(Invariant($", {report.PacketTime.TotalMilliseconds:0.##} ms of sound in a packet"), Tone.Quiet);
        yield return Fact("round trip").Add(report.RoundTrip is { } trip ? Ms(trip) : "unknown")
            .Add(report.RoundTrip is null ? "" : report.IsRoundTripByRtcp ? " (RTCP)" : " (RTSP)", Tone.Quiet)
            .Add("   one way ", Tone.Quiet).Add(report.OneWay is { } way ? Ms(way) : "unknown")
            .Add(report.OneWay is null ? " (not told, or the clocks do not agree)" : " (if the clocks agree)", Tone.Quiet);
        yield return Fact("jitter").Add(Ms(report.Delay.Jitter)).Add(" (RFC 3550)", Tone.Quiet);
        yield return Fact("clock").Add(report.DriftPpm is { } ppm
            ? Invariant($"the sender's is {Math.Abs(ppm):0.0} ppm {(ppm < 0 ? "slower" : "faster")} (± {report.DriftDoubtPpm:0.0})")
            : "too little was heard to tell how fast it runs");
        if (probe.Impairment is { Rtp: var rtp })
        {
            yield return Fact("impaired").Add(Does(rtp), Tone.Warning);
        }
    }

    private static IEnumerable<PanelLine> Delays(DelaySpread delay)
    {
        yield return Heading("behind the quickest packet");
        yield return new PanelLine().Add($"{Margin}  ")
            .Add("50 % ", Tone.Quiet).Add(Ms(delay.P50)).Add("  90 % ", Tone.Quiet).Add(Ms(delay.P90))
            .Add("  99 % ", Tone.Quiet).Add(Ms(delay.P99)).Add("  99.9 % ", Tone.Quiet).Add(Ms(delay.P999))
            .Add("  all ", Tone.Quiet).Add(Ms(delay.Most));
        TimeSpan most = delay.OverTime.DefaultIfEmpty().Max();
        yield return new PanelLine().Add($"{Margin}  ").Add(Sparkline(delay.OverTime, most), Tone.Accent)
            .Add($"  0 … {Ms(most)}", Tone.Quiet);
    }

    private static IEnumerable<PanelLine> Bursts(PathReport report)
    {
        if (report.Bursts.Count == 0)
        {
            yield break;
        }

        yield return new PanelLine();
        yield return Heading("lost in a row");
        (string Name, long Times)[] rows = [.. BurstRows.Select((last, i) =>
        {
            int first = i == 0 ? 1 : BurstRows[i - 1] + 1;
            string name = first == last ? $"{first}" : last == int.MaxValue ? $"{first}…" : $"{first}–{last}";
            return (name, report.Bursts.Where(b => b.Packets >= first && b.Packets <= last).Sum(static b => b.Times));
        })];
        long most = rows.Max(static r => r.Times);
        int end = Array.FindLastIndex(rows, static r => r.Times > 0);
        foreach ((string name, long times) in rows.Take(end + 1))
        {
            yield return new PanelLine().Add($"{Margin}{name,7}  ", Tone.Quiet)
                .Add(Bar(times / (double)most), Tone.Warning).Add($" {Text.Count(times)}");
        }
    }

    private static IEnumerable<PanelLine> Profiles(PathReport report)
    {
        yield return new PanelLine().Add(Margin).Add("profile", Tone.Strong)
            .Add("        delay   at most      late   missing  repair           left", Tone.Quiet);
        foreach (ProfileTrial trial in report.Profiles)
        {
            bool isTaken = trial.Name == report.Recommended;
            yield return new PanelLine().Add(Margin).Add($"{trial.Name,-12}", isTaken ? Tone.Good : Tone.Plain)
                .Add($"{Ms(trial.AverageDelay),8}{Ms(trial.MostDelay),10}{Share(trial.Late),10}{Share(trial.Missing),10}")
                .Add($"  {Name(trial.Repair),-12}", Tone.Quiet)
                .Add($"{Share(trial.MissingAfterRepair),9}",
                    isTaken ? Tone.Good : trial.MissingAfterRepair > 0.01 ? Tone.Warning : Tone.Plain);
        }
    }

    private static IEnumerable<PanelLine> Wrapped(string text)
    {
        string line = "";
        foreach (string word in Unit().Split(text))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > TextCells)
            {
                yield return new PanelLine().Add(Margin).Add(line, Tone.Strong);
                line = "";
            }

            line += line.Length == 0 ? word : $" {word}";
        }

        yield return new PanelLine().Add(Margin).Add(line, Tone.Strong);
    }

    // A number and its unit stay on one line.
    [GeneratedRegex("(?<![0-9]) | (?!%|(?:ms|s|kb/s|ppm)\\b)")]
    private static partial Regex Unit();

    private static string Bar(double share)
    {
        const string Eighths = "▏▎▍▌▋▊▉█";
        int eighths = (int)Math.Round(share * BarCells * 8);
        return new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : Eighths[(eighths % 8) - 1]);
    }

    private static string Sparkline(IReadOnlyList<TimeSpan> values, TimeSpan most)
    {
        const string Levels = "▁▂▃▄▅▆▇█";
        return string.Concat(
            values.Select(v => most <= TimeSpan.Zero ? Levels[0] : Levels[Math.Min((int)(v / most * Levels.Length), Levels.Length - 1)]));
    }

    private static string Does(ImpairmentCounts counts) =>
        $"on purpose: {Text.Count(counts.Dropped)} of {Text.Count(counts.Taken)} dropped, {Text.Count(counts.Duplicated)} doubled, "
        + $"{Text.Count(counts.Corrupted)} damaged, {Text.Count(counts.Reordered)} overtaken";

    private static string Name(RepairMode repair) => repair switch
    {
        RepairMode.Retransmission => "asks again",
        RepairMode.Redundancy => "copies",
        RepairMode.Both => "both",
        _ => "–",
    };

    private static PanelLine Fact(string name) => new PanelLine().Add(Margin).Add(name, Tone.Quiet).To(Indent + 1);

    private static PanelLine Heading(string text) => new PanelLine().Add(Margin).Add(text, Tone.Strong);

    private static string Named(long count, string name) => count == 0 ? "" : $"{Text.Count(count)} {name}";

    private static string Ms(TimeSpan time) => Text.Ms(time, time.TotalMilliseconds < 99.95 ? 1 : 0);

    private static string Share(double share) => Invariant($"{share * 100:0.00} %");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
