using Linnet.Cli.Panels;
using Linnet.Cli.Stats;

namespace Linnet.Server.Tests.Cli;

public class StatsJsonTests
{
    private static readonly PlayerSnapshot Playing = new()
    {
        State = "playing",
        Address = "rtsp://studio:8554/jazz",
        Output = "null",
        Codec = "opus",
        SampleRate = 48_000,
        Channels = 2,
        Received = 50,
        Lost = 1,
        Late = 2,
        Duplicate = 3,
        Concealed = TimeSpan.FromMilliseconds(20),
        Buffer = TimeSpan.FromMilliseconds(61.257),
        Latency = TimeSpan.FromMilliseconds(80),
        DriftPpm = 1.5,
        PeakDbfs = -12.344,
        Reconnects = 1,
        DeviceReopens = 2,
    };

    [Fact]
    public void A_player_prints_exactly_the_fields_promised_in_their_order() => Assert.Equal(
        """{"state":"playing","codec":"opus","sample_rate":48000,"channels":2,"received":50,"lost":1,"late":2,"duplicate":3,"concealed_ms":20,"buffer_ms":61.26,"latency_ms":80,"drift_ppm":1.5,"peak_dbfs":-12.34,"reconnects":1,"device_reopens":2,"output":"null"}""",
        StatsJson.Line(PlayerStats.Of(Playing, hasEnded: false)));

    [Fact]
    public void The_last_line_says_ended() =>
        Assert.StartsWith("""{"state":"ended",""", StatsJson.Line(PlayerStats.Of(Playing, hasEnded: true)), StringComparison.Ordinal);

    [Fact]
    public void Silence_is_a_number_though_json_has_no_infinity() =>
        Assert.EndsWith(
            ""","peak_dbfs":-120,"reconnects":0,"device_reopens":0,"output":"null"}""",
            StatsJson.Line(PlayerStats.Of(Playing with { PeakDbfs = double.NegativeInfinity }, hasEnded: false)),
            StringComparison.Ordinal);

    [Fact]
    public void A_server_prints_its_stations_and_how_sending_goes() => Assert.Equal(
        """
        {"state":"serving","elapsed_s":3660,"listeners":3,"packets_due":12345,"packets_sent":12344,"packets_skipped":1,"listeners_dropped":2,
        "lateness_p50_ms":0.064,"lateness_p99_ms":0.512,"lateness_max_ms":4,"stations":[
        {"name":"jazz","state":"playing","title":"Bird – Ornithology","sample_rate":44100,"channels":2,"position_s":3725,"peak_dbfs":-6.02,"listeners":3,"renditions":[
        {"name":"opus","bit_rate":128000,"listeners":2,"packets":500},
        {"name":"pcm","bit_rate":1411200,"listeners":1,"packets":900}]},
        {"name":"news","state":"waiting","title":null,"sample_rate":8000,"channels":1,"position_s":0,"peak_dbfs":-120,"listeners":0,"renditions":[]}]}
        """.ReplaceLineEndings(""),
        StatsJson.Line(ServerStats.Of(ServerPanelTests.Serving, hasEnded: false)));
}
