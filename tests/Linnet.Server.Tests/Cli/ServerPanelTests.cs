using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Server.Tests.Cli;

public class ServerPanelTests
{
    internal static readonly ServerStatistics Serving = new()
    {
        Elapsed = TimeSpan.FromMinutes(61),
        Protocols = [new ProtocolSnapshot("rtsp", [])],
        Stations =
        [
            new StationSnapshot(
                "jazz", StationState.Playing, null, new TrackInfo("Ornithology", "Bird"), new AudioFormat(44_100, 2), 16,
                TimeSpan.FromSeconds(3725), [0.5f, 0f], 2,
                [new RenditionSnapshot("opus", "opus", 128_000, true, 2, 500) { LatePackets = 7, Failures = 1 },
                    new RenditionSnapshot("pcm", "L16", 1_411_200, true, 1, 900),
                    new RenditionSnapshot("l24", "L24", 2_116_800, false, 0, 0)]) { Underruns = 1 },
            new StationSnapshot("news", StationState.Waiting, null, null, new AudioFormat(8_000, 1), 16, TimeSpan.Zero, [0f], 0, []),
        ],
        Sending = new SenderStatistics(
            12_345, 12_344, 1, 0, 2, 3, TimeSpan.FromMicroseconds(64), TimeSpan.FromMicroseconds(512), TimeSpan.FromMilliseconds(4)),
        Streams = new StreamStatistics(0, 0, 0, 0, 0, 0, 0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero),
    };

    internal static readonly OtherNode[] Nodes =
    [
        new("radio2", new NodeLoad(12, 1_536_000) { MaxListeners = 1000 }) { Http = new Uri("https://radio2.example/") },
        new("radio3", new NodeLoad(1200, 153_600_000) { MaxBitsPerSecond = 100_000_000 })
        {
            Rtsp = new Uri("rtsp://radio3.example:8554/"),
        },
    ];

    internal static readonly Dictionary<string, IReadOnlyList<string>> Addresses = new()
    {
        ["rtsp"] = ["rtsp://192.168.1.5:8554/", "rtsp://[2001:db8::5]:8554/"],
        ["pigeon"] = ["pigeon-slow://192.168.1.5:9610", "pigeon-fast://192.168.1.5:9633"],
    };

    private static readonly Dictionary<string, IReadOnlyList<MeterLevel>> Meters = new()
    {
        ["jazz"] = [new MeterLevel(-30, -30), new MeterLevel(Ballistics.Floor, Ballistics.Floor)],
        ["news"] = [new MeterLevel(Ballistics.Floor, Ballistics.Floor)],
    };

    [Fact]
    public void It_shows_addresses_titles_and_figures_of_sending() => Assert.Equal(
        [
            " linnet serving  1:01:00  3 listeners",
            " rtsp://192.168.1.5:8554/",
            " rtsp://[2001:db8::5]:8554/",
            "",
            " jazz  44.1 kHz stereo  playing  1:02:05  3 listeners  opus 2  pcm 1",
            " source underruns 2  sender underruns 1  packets late 7  renditions failed 1",
            "   Bird – Ornithology",
            "   " + new string('█', 20) + new string('·', 20) + " −30.0 dBFS",
            "   " + new string('·', 40) + "    −∞ dBFS",
            "",
            " news  8 kHz mono  waiting  0:00  0 listeners",
            "   ",
            " packets due 12,345  sent 12,344  late by 0.06 ms (p50) 0.51 ms (p99)",
            " skipped 1  dropped 2 listeners",
        ],
        Lines(Serving, 79, 79));

    [Fact]
    public void It_shows_the_figures_of_each_protocol_beside_its_addresses() => Assert.Equal(
        " pigeon-slow://192.168.1.5:9610  pigeon-fast://192.168.1.5:9633  slow 3  lost 2  refused 8",
        Lines(With(StatsJsonTests.Pigeon), 120, 120)[3]);

    [Fact]
    public void A_failed_station_shows_the_reason()
    {
        StationSnapshot failed = Serving.Stations[0] with { State = StationState.Failed, Problem = "jazz.wav is gone." };

        Assert.Contains("   jazz.wav is gone.", Lines(Serving with { Stations = [failed] }, 80, 80));
    }

    [Fact]
    public void A_station_that_waits_for_its_first_audio_is_shown() => Assert.Equal(
        ["", " live  waits for its first audio"],
        Lines(Serving with { Awaited = ["live"] }, 79, 79)[12..14]);

    [Fact]
    public void Other_servers_have_a_line_each() => Assert.Equal(
        [
            "",
            " server  radio2  12 of 1,000 listeners  1.5 Mb/s  https://radio2.example/",
            " server  radio3  1,200 listeners  153.6 of 100 Mb/s  full  rtsp://radio3.example:8554/",
        ],
        Lines(Serving with { Nodes = Nodes }, 100, 100)[^5..^2]);

    [Fact]
    public void A_station_shows_the_listeners_of_all_servers()
    {
        StationSnapshot jazz = Serving.Stations[0];
        RenditionSnapshot opus = jazz.Renditions[0] with { ListenersElsewhere = 40 };

        string[] lines = Lines(
            Serving with { Stations = [jazz with { Renditions = [opus, jazz.Renditions[1]], ListenersElsewhere = 40 }] }, 100, 100);

        Assert.StartsWith(
            " jazz  44.1 kHz stereo  playing  1:02:05  43 listeners  opus 42  pcm 1", lines[4], StringComparison.Ordinal);
        Assert.Equal(" linnet serving  1:01:00  43 listeners", lines[0]);
    }

    [Fact]
    public void The_explanation_of_listeners_covers_all_protocols() =>
        Assert.StartsWith("listeners now, over all protocols", ServerFigures.Listeners.Meaning, StringComparison.Ordinal);

    [Fact]
    public void Dropped_listeners_include_those_of_streams_and_those_that_could_not_be_sent_to() => Assert.Equal(
        " skipped 1  dropped 110 listeners",
        Lines(
            Serving with
            {
                Sending = Serving.Sending with { FailedListeners = 3 },
                Streams = Serving.Streams with { StalledListeners = 5, FailedListeners = 100, DisconnectedListeners = 1000 },
            },
            79, 79)[^1]);

    [Fact]
    public void A_narrow_terminal_gets_shorter_lines() =>
        Assert.All(Lines(Serving, 20, 20), line => Assert.InRange(line.Length, 0, 20));

    internal static ServerStatistics With(ProtocolSnapshot protocol) => Serving with { Protocols = [.. Serving.Protocols, protocol] };

    /// <summary>The panel's lines.</summary>
    internal static IEnumerable<PanelLine> Render(ServerStatistics server, int width) =>
        ServerPanel.Render(server, Addresses, Meters, width);

    private static string[] Lines(ServerStatistics server, int width, int cut) =>
        [.. Render(server, width).Select(l => l.Render(cut, colours: false))];
}
