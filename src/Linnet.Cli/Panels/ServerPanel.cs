using Linnet.Broadcast.Packets;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Cli.Panels;

/// <summary>Draws the state of a server.</summary>
internal static class ServerPanel
{
    private const string Margin = " ";

    /// <summary>The rank of empty lines, which a low terminal leaves out first.</summary>
    internal const int Gap = 9;

    private const int OtherAddresses = 8;
    private const int Meters = 7;

    /// <summary>The rank of figures.</summary>
    internal const int Numbers = 5;

    /// <summary>The line that explains the keys.</summary>
    public static IEnumerable<PanelLine> Keys(int width) =>
        new Flow(width).Add(PlayerPanel.Key("?", "explains")).Add(PlayerPanel.Key("a", "addresses"))
            .Add(PlayerPanel.Key("q", "quits")).Lines;

    /// <summary>The panel's lines for a terminal of <paramref name="width"/> cells.</summary>
    public static IEnumerable<PanelLine> Render(ServerSnapshot server, int width) =>
    [
        .. new Flow(width).Add(new PanelLine().Add("linnet ", Tone.Strong).Add("serving", Tone.Good))
            .Add(Text.Clock(server.Elapsed), Tone.Quiet)
            .Add(Listeners(server.Listeners)).Lines,
        .. server.Protocols.Take(1).SelectMany(static p => p.Addresses)
            .SelectMany((address, i) => new Flow(width, i == 0 ? 0 : OtherAddresses).Add(address, Tone.Accent).Lines),
        .. server.Protocols.Skip(1).SelectMany(protocol => Render(protocol, width)),
        .. server.Stations.SelectMany(station => Render(station, server.Pushers.GetValueOrDefault(station.Station.Name), width)),
        .. Sending(server, server.Sending, width),
    ];

    private static IEnumerable<PanelLine> Render(ProtocolRow protocol, int width)
    {
        var flow = new Flow(width);
        foreach (string address in protocol.Addresses)
        {
            flow.Add(address, Tone.Accent);
        }

        foreach (ProtocolFigure figure in protocol.Now.Figures)
        {
            flow.Add(new Figure(figure.Name, figure.Meaning), Text.Count(figure.Value), figure.IsTrouble ? Of(figure.Value) : Tone.Plain);
        }

        long refused = protocol.Now.Refused.Values.Sum();
        return flow.Add(ServerFigures.Refused, Text.Count(refused), Of(refused)).Lines;
    }

    private static IEnumerable<PanelLine> Sending(ServerSnapshot server, SenderStatistics sending, int width) => new Flow(width, Numbers)
        .Add(ServerFigures.PacketsDue, Text.Count(sending.PacketsDue))
        .Add(ServerFigures.Sent, Text.Count(sending.PacketsSent))
        .Add(ServerFigures.LateBy, $"{Text.Ms(sending.LatenessP50, 2)} (p50) {Text.Ms(sending.LatenessP99, 2)} (p99)")
        .Add(ServerFigures.Skipped, Text.Count(sending.PacketsSkipped), Of(sending.PacketsSkipped))
        .Add(ServerFigures.Dropped, Text.Number(server.Dropped, "listener"), Of(server.Dropped)).Lines;

    private static IEnumerable<PanelLine> Render(StationRow row, string? pusher, int width)
    {
        StationSnapshot station = row.Station;
        Flow flow = new Flow(width).Add(station.Name, Tone.Strong)
            .Add(Text.Format(station.Format.SampleRate, station.Format.Channels), Tone.Quiet)
            .Add(row.State, ToneOf(station.State)).Add(Text.Clock(station.Position), Tone.Quiet)
            .Add(Listeners(row.Listeners));
        foreach (RenditionSnapshot rendition in row.Running)
        {
            flow.Add($"{rendition.Name} {rendition.Listeners}", Tone.Quiet);
        }

        flow.Add(pusher is null ? "" : $"pushed by {pusher}", Tone.Good)
            .AddIfAny(ServerFigures.SourceUnderruns, station.Reanchored, Tone.Warning)
            .AddIfAny(ServerFigures.SenderUnderruns, station.Underruns, Tone.Warning)
            .AddIfAny(ServerFigures.PacketsLate, station.Renditions.Sum(static r => r.LatePackets), Tone.Warning)
            .AddIfAny(ServerFigures.RenditionsFailed, station.Renditions.Sum(static r => r.Failures), Tone.Bad);
        string? problem = station.Problem ?? station.Awaits;
        return
        [
            new PanelLine { Rank = Gap },
            .. flow.Lines,
            .. new Flow(width, indent: 3).AddWords(
                problem ?? station.Track?.ToString() ?? "", problem is null ? Tone.Plain : Tone.Bad).Lines,
            .. (station.State == StationState.Playing ? row.Levels : []).Select(level =>
                new PanelLine { Rank = Meters }.Add($"{Margin}  ").AddMeter(level, Math.Clamp(width - 18, 4, 40))
                    .Add($" {Text.Dbfs(level.Peak)}")),
        ];
    }

    // The figure is named in the plural where it is explained.
    private static PanelLine Listeners(int count) => new PanelLine().Add(Text.Number(count, "listener"));

    private static Tone Of(long count) => count > 0 ? Tone.Warning : Tone.Plain;

    private static Tone ToneOf(StationState state) => state switch
    {
        StationState.Playing => Tone.Good,
        StationState.Failed => Tone.Bad,
        _ => Tone.Quiet,
    };
}
