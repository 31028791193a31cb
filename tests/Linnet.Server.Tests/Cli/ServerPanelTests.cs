using Linnet.Audio;
using Linnet.Broadcast.Packets;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Server.Tests.Cli;

public class ServerPanelTests
{
    internal static readonly ServerSnapshot Serving = new(
        [new ProtocolRow("rtsp", ["rtsp://192.168.1.5:8554/", "rtsp://[2001:db8::5]:8554/"], new ProtocolSnapshot([]))],
        [
            new StationRow(
                new StationSnapshot(
                    "jazz", StationState.Playing, null, new TrackInfo("Ornithology", "Bird"), new AudioFormat(44_100, 2), 16,
                    TimeSpan.FromSeconds(3725), [0.5f, 0f], 2,
                    [new RenditionSnapshot("opus", "opus", 128_000, true, 2, 500) { LatePackets = 7, Failures = 1 },
                        new RenditionSnapshot("pcm", "L16", 1_411_200, true, 1, 900),
                        new RenditionSnapshot("l24", "L24", 2_116_800, false, 0, 0)]) { Underruns = 1 },
                [new MeterLevel(-30, -30), new MeterLevel(Ballistics.Floor, Ballistics.Floor)]),
            new StationRow(
                new StationSnapshot("news", StationState.Waiting, null, null, new AudioFormat(8_000, 1), 16, TimeSpan.Zero, [0f], 0, []),
                [new MeterLevel(Ballistics.Floor, Ballistics.Floor)]),
        ],
        new SenderStatistics(
            12_345, 12_344, 1, 0, 2, 3, TimeSpan.FromMicroseconds(64), TimeSpan.FromMicroseconds(512), TimeSpan.FromMilliseconds(4)),
        TimeSpan.FromMinutes(61));

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
        StationRow jazz = Serving.Stations[0];
        StationSnapshot failed = jazz.Station with { State = StationState.Failed, Problem = "jazz.wav is gone." };

        Assert.Contains("   jazz.wav is gone.", Lines(Serving with { Stations = [jazz with { Station = failed }] }, 80, 80));
    }

    [Fact]
    public void A_narrow_terminal_gets_shorter_lines() =>
        Assert.All(Lines(Serving, 20, 20), line => Assert.InRange(line.Length, 0, 20));

    internal static ServerSnapshot With(ProtocolRow protocol) => Serving with { Protocols = [.. Serving.Protocols, protocol] };

    private static string[] Lines(ServerSnapshot snapshot, int width, int cut) =>
        [.. ServerPanel.Render(snapshot, width).Select(l => l.Render(cut, colours: false))];
}
