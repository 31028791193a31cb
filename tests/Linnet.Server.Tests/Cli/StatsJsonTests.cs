using System.Text.Json.Nodes;
using Linnet.Audio;
using Linnet.Cli.Stats;
using Linnet.Codecs;
using Linnet.Playback;
using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Serving;
using Linnet.Transports;
using Linnet.Transports.Impairments;

namespace Linnet.Server.Tests.Cli;

public class StatsJsonTests
{
    private static readonly ReceiverStatistics Received = new()
    {
        Received = 50,
        Lost = 1,
        Late = 2,
        Duplicate = 3,
        Reordered = 4,
        Corrupt = 5,
        Concealed = TimeSpan.FromMilliseconds(20),
        Buffer = TimeSpan.FromMilliseconds(61.257),
        Latency = TimeSpan.FromMilliseconds(80),
        Profile = "balanced",
        Target = TimeSpan.FromMilliseconds(60),
        Delay = TimeSpan.FromMilliseconds(60.5),
        Lateness = TimeSpan.FromMilliseconds(12.25),
        Underruns = 6,
        Stretches = 7,
        DriftPpm = 1.5,
        IsDriftKnown = true,
        Repair = PlayerPanelTests.Repaired,
    };

    private static readonly PlayerStatistics Playing = new()
    {
        State = PlayerState.Playing,
        Address = "rtsp://studio:8554/jazz",
        Output = "null",
        Payload = new PayloadFormat("OPUS", 48_000, 2),
        Format = new AudioFormat(48_000, 2),
        Receiver = Received,
        Peak = 0.24143f,
        Reconnects = 1,
        DeviceReopens = 2,
    };

    [Fact]
    public void A_player_prints_exactly_the_documented_fields_in_order() => Assert.Equal(
        """{"state":"playing","codec":"opus","sample_rate":48000,"channels":2,"received":50,"lost":1,"late":2,"duplicate":3,"concealed_ms":20,"buffer_ms":61.26,"latency_ms":80,"drift_ppm":1.5,"peak_dbfs":-12.34,"reconnects":1,"device_reopens":2,"output":"null","reordered":4,"corrupt":5,"profile":"balanced","target_ms":60,"delay_ms":60.5,"lateness_ms":12.25,"underruns":6,"stretches":7,"repair":{"mode":"retransmission","reason":"Requests lost packets: a round trip of 5 ms fits 9× into 60 ms; 4.0% lost.","copies":0,"spacing_ms":0,"round_trip_ms":5.13,"path_loss_percent":4,"repaired":41,"by_retransmission":40,"by_redundancy":2,"requested":45,"too_late":3,"needless":4,"overhead_bytes":14000},"title":null,"transport":null}""",
        Line(Playing));

    [Fact]
    public void It_prints_the_title_of_the_track_and_not_that_of_the_station() => Assert.EndsWith(
        ""","title":"Bird – Ornithology","transport":"http"}""",
        Line(Playing with { Title = "jazz", Track = "Bird – Ornithology", Transport = StationTransport.Http }),
        StringComparison.Ordinal);

    [Fact]
    public void The_impairment_is_printed_after_the_received_packets()
    {
        Assert.EndsWith(
            ",\"awaits\":\"The server has stopped.\"}",
            Line(Playing with { Awaits = "The server has stopped." }), StringComparison.Ordinal);
        var impairment =
            new ImpairmentStatistics(Rtp: new(100, 98, 10, 1, 8, 2, 3, 4), Rtcp: new(5, 5, 0, 0, 0, 0, 0, 0), Feedback: default);

        Assert.EndsWith(
            """
            ,"impairment":{"rtp":{"taken":100,"passed":98,"dropped":10,"overflowed":1,"duplicated":8,"corrupted":2,"reordered":3,"held_back":4},
            "rtcp":{"taken":5,"passed":5,"dropped":0,"overflowed":0,"duplicated":0,"corrupted":0,"reordered":0,"held_back":0},
            "feedback":{"taken":0,"passed":0,"dropped":0,"overflowed":0,"duplicated":0,"corrupted":0,"reordered":0,"held_back":0}}}
            """.ReplaceLineEndings(""),
            Line(Playing with { Impairment = impairment }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_line_says_ended() =>
        Assert.StartsWith("""{"state":"ended",""", Line(Playing, hasEnded: true), StringComparison.Ordinal);

    [Theory]
    [InlineData(PlayerState.NoDevice, "no device")]
    [InlineData(PlayerState.Buffering, "buffering")]
    public void The_state_is_the_panels_word(PlayerState state, string word) => Assert.StartsWith(
        $$"""{"state":"{{word}}",""", Line(Playing with { State = state }), StringComparison.Ordinal);

    [Fact]
    public void What_is_not_known_yet_is_null() => Assert.StartsWith(
        """
        {"state":"connecting","codec":null,"sample_rate":0,"channels":0,"received":0,"lost":0,"late":0,"duplicate":0,
        "concealed_ms":0,"buffer_ms":0,"latency_ms":0,"drift_ppm":null,"peak_dbfs":-120,
        """.ReplaceLineEndings(""),
        Line(new PlayerStatistics()), StringComparison.Ordinal);

    [Fact]
    public void Silence_is_a_number_because_json_has_no_infinity() =>
        Assert.Contains(
            ""","peak_dbfs":-120,""",
            Line(Playing with { Peak = 0 }),
            StringComparison.Ordinal);

    [Fact]
    public void Repair_that_is_off_is_printed_as_off() =>
        Assert.EndsWith(
            ""","repair":{"mode":"none","reason":"The server offers no repair.","copies":0,"spacing_ms":0,"round_trip_ms":null,"path_loss_percent":0,"repaired":0,"by_retransmission":0,"by_redundancy":0,"requested":0,"too_late":0,"needless":0,"overhead_bytes":0},"title":null,"transport":null}""",
            Line(Playing with { Receiver = Received with { Repair = RepairSummary.None } }),
            StringComparison.Ordinal);

    [Fact]
    public void A_server_prints_its_stations_and_figures_of_sending() => Assert.Equal(
        """
        {"state":"serving","elapsed_s":3660,"listeners":3,"listeners_elsewhere":0,"packets_due":12345,"packets_sent":12344,"packets_skipped":1,"listeners_dropped":2,
        "lateness_p50_ms":0.064,"lateness_p99_ms":0.512,"lateness_max_ms":4,"stations":[
        {"name":"jazz","state":"playing","title":"Bird – Ornithology","sample_rate":44100,"channels":2,"position_s":3725,"peak_dbfs":-6.02,"listeners":3,"listeners_elsewhere":0,
        "source_underruns":2,"sender_underruns":1,"renditions":[
        {"name":"opus","bit_rate":128000,"listeners":2,"listeners_elsewhere":0,"packets":500,"packets_late":7,"failures":1},
        {"name":"pcm","bit_rate":1411200,"listeners":1,"listeners_elsewhere":0,"packets":900,"packets_late":0,"failures":0}]},
        {"name":"news","state":"waiting","title":null,"sample_rate":8000,"channels":1,"position_s":0,"peak_dbfs":-120,"listeners":0,"listeners_elsewhere":0,
        "source_underruns":0,"sender_underruns":0,"renditions":[]}],
        "awaited":["live"],"nodes":[],"addresses":["rtsp://192.168.1.5:8554/","http://192.168.1.5:8000/"]}
        """.ReplaceLineEndings(""),
        StatsJson.Line(new ServerStats(
            ServerPanelTests.Serving with { Awaited = ["live"] },
            ["rtsp://192.168.1.5:8554/", "http://192.168.1.5:8000/"],
            hasEnded: false)));

    [Fact]
    public void A_server_prints_the_load_of_other_servers() => Assert.Contains(
        """
        "nodes":[{"name":"radio2","listeners":12,"max_listeners":1000,"bit_rate":1536000,"max_bit_rate":0,"full":false,
        "http":"https://radio2.example/","rtsp":null},{"name":"radio3","listeners":1200,"max_listeners":0,"bit_rate":153600000,
        "max_bit_rate":100000000,"full":true,"http":null,"rtsp":"rtsp://radio3.example:8554/"}]
        """.ReplaceLineEndings(""),
        StatsJson.Line(new ServerStats(ServerPanelTests.Serving with { Nodes = ServerPanelTests.Nodes }, [], hasEnded: false)),
        StringComparison.Ordinal);

    [Fact]
    public void A_server_prints_the_figures_of_each_protocol_under_its_name() => Assert.EndsWith(
        """
        "renditions":[]}],"awaited":[],"nodes":[],"addresses":[],"pigeon":{"listeners":5,"refused":{"no_wings":8}}}
        """.Trim(),
        StatsJson.Line(new ServerStats(ServerPanelTests.With(Pigeon), [], hasEnded: false)),
        StringComparison.Ordinal);

    [Fact]
    public void Protocols_that_share_a_name_or_have_the_name_of_a_field_take_no_field_away()
    {
        ServerStatistics server = ServerPanelTests.With(Pigeon) with
        {
            Protocols = [Pigeon, Pigeon, Pigeon with { Name = "state" }],
        };

        string line = StatsJson.Line(new ServerStats(server, [], hasEnded: false));

        Assert.StartsWith("{\"state\":\"serving\",", line, StringComparison.Ordinal);
        Assert.EndsWith(
            ",\"pigeon\":{\"listeners\":5,\"refused\":{\"no_wings\":8}},"
            + "\"state_protocol\":{\"listeners\":5,\"refused\":{\"no_wings\":8}}}",
            line, StringComparison.Ordinal);
    }

    internal static ProtocolSnapshot Pigeon { get; } = new("pigeon", [])
    {
        Figures = [new("slow", "pigeons on foot", 3), new("lost", "pigeons that were never seen again", 2, IsTrouble: true)],
        Refused = new Dictionary<string, long> { ["no_wings"] = 8 },
        Stats = new JsonObject { ["listeners"] = 5, ["refused"] = new JsonObject { ["no_wings"] = 8 } },
    };

    private static string Line(PlayerStatistics player, bool hasEnded = false) => StatsJson.Line(new PlayerStats(player, hasEnded));
}
