using Linnet.Broadcast;
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
    private const int Levels = 7;

    /// <summary>The rank of figures.</summary>
    internal const int Numbers = 5;

    /// <summary>The line that explains the keys.</summary>
    public static IEnumerable<PanelLine> Keys(int width) =>
        new Flow(width).Add(PlayerPanel.Key("?", "explains")).Add(PlayerPanel.Key("a", "addresses"))
            .Add(PlayerPanel.Key("q", "quits")).Lines;

    /// <summary>The panel's lines for a terminal of <paramref name="width"/> cells.</summary>
    /// <param name="server">The server. The first of its protocols is the one that <c>linnet play</c> uses.</param>
    /// <param name="addresses">Where other machines reach each protocol, best first; empty: a
    /// user cannot give its ports to a player.</param>
    /// <param name="meters">The meters of each station, one per channel.</param>
    /// <param name="width">The terminal's width.</param>
    public static IEnumerable<PanelLine> Render(
        ServerStatistics server,
        IReadOnlyDictionary<string, IReadOnlyList<string>> addresses,
        IReadOnlyDictionary<string, IReadOnlyList<MeterLevel>> meters,
        int width) =>
    [
        .. new Flow(width).Add(new PanelLine().Add("linnet ", Tone.Strong).Add("serving", Tone.Good))
            .Add(Text.Clock(server.Elapsed), Tone.Quiet)
            .Add(Listeners(server.Listeners)).Lines,
        .. server.Protocols.Take(1).SelectMany(p => addresses[p.Name])
            .SelectMany((address, i) => new Flow(width, i == 0 ? 0 : OtherAddresses).Add(address, Tone.Accent).Lines),
        .. server.Protocols.Skip(1).SelectMany(protocol => Render(protocol, addresses[protocol.Name], width)),
        .. server.Stations.SelectMany(station => Render(
            station, meters[station.Name], server.Pushers.GetValueOrDefault(station.Name), width)),
        .. server.Awaited.SelectMany(name => Awaited(name, width)),
        .. server.Stations.Count + server.Awaited.Count == 0 ? NoStations(width) : [],
        .. server.Nodes.Take(1).Select(static _ => new PanelLine { Rank = Gap }),
        .. server.Nodes.SelectMany(node => Render(node, width)),
        .. Sending(server, width),
    ];

    private static IEnumerable<PanelLine> Render(ProtocolSnapshot protocol, IReadOnlyList<string> addresses, int width)
    {
        var flow = new Flow(width);
        foreach (string address in addresses)
        {
            flow.Add(address, Tone.Accent);
        }

        foreach (ProtocolFigure figure in protocol.Figures)
        {
            flow.Add(new Figure(figure.Name, figure.Meaning), Text.Count(figure.Value), figure.IsTrouble ? Of(figure.Value) : Tone.Plain);
        }

        long refused = protocol.Refused.Values.Sum();
        flow.Add(ServerFigures.Refused, Text.Count(refused), Of(refused));
        return [.. flow.Lines, .. new Flow(width, indent: 3).AddWords(protocol.Problem ?? "", Tone.Bad).Lines];
    }

    private static IEnumerable<PanelLine> Awaited(string station, int width) =>
    [
        new PanelLine { Rank = Gap },
        .. new Flow(width).Add(station, Tone.Strong).Add("waits for its first audio", Tone.Quiet).Lines,
    ];

    private static IEnumerable<PanelLine> NoStations(int width) =>
    [
        new PanelLine { Rank = Gap },
        .. new Flow(width).Add("waits for stations of other servers", Tone.Quiet).Lines,
    ];

    private static IEnumerable<PanelLine> Render(OtherNode node, int width) => new Flow(width, Numbers)
        .Add("server", Tone.Quiet).Add(node.Name, Tone.Strong)
        .Add(node.Load.MaxListeners > 0
            ? new PanelLine().Add($"{Text.Count(node.Load.Listeners)} of {Text.Number(node.Load.MaxListeners, "listener")}")
            : Listeners(node.Load.Listeners))
        .Add(Rate(node.Load), Tone.Quiet)
        .Add(node.Load.IsFull ? "full" : "", Tone.Warning)
        .Add(node.Http?.AbsoluteUri ?? node.Rtsp?.AbsoluteUri ?? "", Tone.Accent).Lines;

    private static string Rate(NodeLoad load) => load.MaxBitsPerSecond > 0
        ? $"{Text.MegabitsPerSecond(load.BitsPerSecond)} of {Text.MegabitsPerSecond(load.MaxBitsPerSecond)} Mb/s"
        : $"{Text.MegabitsPerSecond(load.BitsPerSecond)} Mb/s";

    private static IEnumerable<PanelLine> Sending(ServerStatistics server, int width) => new Flow(width, Numbers)
        .Add(ServerFigures.PacketsDue, Text.Count(server.Sending.PacketsDue))
        .Add(ServerFigures.Sent, Text.Count(server.Sending.PacketsSent))
        .Add(ServerFigures.LateBy, $"{Text.Ms(server.Sending.LatenessP50, 2)} (p50) {Text.Ms(server.Sending.LatenessP99, 2)} (p99)")
        .Add(ServerFigures.Skipped, Text.Count(server.Sending.PacketsSkipped), Of(server.Sending.PacketsSkipped))
        .Add(ServerFigures.Dropped, Text.Number(server.ListenersDropped, "listener"), Of(server.ListenersDropped)).Lines;

    private static IEnumerable<PanelLine> Render(
        StationSnapshot station, IReadOnlyList<MeterLevel> meters, string? pusher, int width)
    {
        Flow flow = new Flow(width).Add(station.Name, Tone.Strong)
            .Add(Text.Format(station.Format.SampleRate, station.Format.Channels), Tone.Quiet)
            .Add(station.State.ToString().ToLowerInvariant(), ToneOf(station.State)).Add(Text.Clock(station.Position), Tone.Quiet)
            .Add(Listeners(station.Listeners));
        foreach (RenditionSnapshot rendition in station.Renditions.Where(static r => r.Running))
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
            .. (station.State == StationState.Playing ? meters : []).Select(level =>
                new PanelLine { Rank = Levels }.Add($"{Margin}  ").AddMeter(level, Math.Clamp(width - 18, 4, 40))
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
