using System.Text.Json;
using Linnet.Cli.Panels;
using Linnet.Cli.Stats;
using Linnet.Codecs;
using Linnet.Playback.Probing;
using Linnet.Receive.Repair;
using Linnet.Transports;
using Linnet.Transports.Impairments;

namespace Linnet.Server.Tests.Cli;

public class ProbePanelTests
{
    private const string Address = "rtsp://studio:8554/jazz";

    internal static readonly PathReport Judged = new()
    {
        Duration = TimeSpan.FromSeconds(15),
        PacketTime = TimeSpan.FromMilliseconds(20),
        BitsPerSecond = 131_040,
        Received = 678,
        Lost = 73,
        Duplicate = 3,
        Reordered = 6,
        Corrupt = 1,
        Bursts = [new BurstCount(1, 50), new BurstCount(2, 5), new BurstCount(6, 1), new BurstCount(7, 1)],
        Delay = new DelaySpread
        {
            P50 = TimeSpan.FromMilliseconds(5.8),
            P90 = TimeSpan.FromMilliseconds(16.1),
            P99 = TimeSpan.FromMilliseconds(28.4),
            P999 = TimeSpan.FromMilliseconds(40.4),
            Most = TimeSpan.FromMilliseconds(140.6),
            Jitter = TimeSpan.FromMilliseconds(6.84),
            OverTime = [.. Enumerable.Range(0, 60).Select(i => TimeSpan.FromMilliseconds(i % 9))],
        },
        RoundTrip = TimeSpan.FromMilliseconds(44.84),
        IsRoundTripByRtcp = true,
        OneWay = TimeSpan.FromMilliseconds(20.2),
        DriftPpm = -12.34,
        DriftDoubtPpm = 3.2,
        Profiles =
        [
            new ProfileTrial(
                "low-latency", TimeSpan.FromMilliseconds(41), TimeSpan.FromMilliseconds(59.8), 0.0123, 0.1098, 3, RepairMode.None, 0.1098),
            new ProfileTrial(
                "balanced", TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(60), 0, 0.0974, 0, RepairMode.Redundancy, 0.0096),
            new ProfileTrial("robust", TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(400), 0, 0.096, 0, RepairMode.Both, 0),
        ],
        Recommended = "robust",
        Advice = "Use robust: 400 ms of delay, no audible loss after retransmission and with copies in later packets.",
    };

    private static readonly ProbeProgress Probed = new()
    {
        Payload = new PayloadFormat("opus", 48_000, 2),
        Transport = StationTransport.Udp,
        Elapsed = TimeSpan.FromSeconds(5),
        Duration = TimeSpan.FromSeconds(15),
        Packets = 250,
        Missing = 27,
    };

    [Fact]
    public void A_number_and_its_unit_stay_on_one_line() => Assert.All(
        Enumerable.Range(0, 80),
        static length =>
        {
            string advice = $"{string.Join(' ', Enumerable.Repeat("a", length))} 0.27 %. Use 40 ms of delay.";
            string report = string.Join('\n', ProbePanel.Report(Judged with { Advice = advice }, Probed, Address)
                .Select(static l => l.Render(int.MaxValue, colours: false)));
            Assert.Contains("0.27 %.", report, StringComparison.Ordinal);
            Assert.Contains("40 ms", report, StringComparison.Ordinal);
        });

    [Fact]
    public void The_report_fits_eighty_columns_and_needs_no_colours() => Assert.Equal(
        """

         linnet probe  rtsp://studio:8554/jazz  opus 48 kHz stereo over UDP

         packets     678 of 751 in 0:15, lost 9.72 % (73, in bursts of 1.3)
                     3 duplicate, 6 reordered, 1 corrupt
         throughput  131.0 kb/s, 20 ms of sound in a packet
         round trip  44.8 ms (RTCP)   one way 20.2 ms (if the clocks agree)
         jitter      6.8 ms (RFC 3550)
         clock       the sender's is 12.3 ppm slower (± 3.2)

         behind the quickest packet
           50 % 5.8 ms  90 % 16.1 ms  99 % 28.4 ms  99.9 % 40.4 ms  all 141 ms
           ▁▂▃▄▅▆▇██▁▂▃▄▅▆▇██▁▂▃▄▅▆▇██▁▂▃▄▅▆▇██▁▂▃▄▅▆▇██▁▂▃▄▅▆▇██▁▂▃▄▅▆  0 … 8.0 ms

         lost in a row
               1  ████████████████████████████████████████ 50
               2  ████ 5
               3   0
               4   0
             5–8  █▋ 2

         profile        delay   at most      late   missing  repair           left
         low-latency  41.0 ms   59.8 ms    1.23 %   10.98 %  –             10.98 %
         balanced     60.0 ms   60.0 ms    0.00 %    9.74 %  copies         0.96 %
         robust        400 ms    400 ms    0.00 %    9.60 %  both           0.00 %

         Use robust: 400 ms of delay, no audible loss after retransmission and with
         copies in later packets.
        """.Split('\n'),
        Lines(ProbePanel.Report(Judged, Probed, Address)));

    [Fact]
    public void The_report_names_the_impairment() => Assert.Contains(
        " impaired    on purpose: 10 of 100 dropped, 8 doubled, 2 damaged, 3 overtaken",
        Lines(ProbePanel.Report(
            Judged, Probed with { Impairment = new ImpairmentStatistics(new(100, 98, 10, 1, 8, 2, 3, 4), default, default) }, Address)));

    [Fact]
    public void The_report_names_the_option_for_TCP_if_TCP_would_help() => Assert.Equal(
        " If that is too much, TCP delivers everything (--transport tcp).",
        Lines(ProbePanel.Report(
            new PathReport { Advice = "If that is too much, TCP delivers everything.", SuggestsTcp = true }, new ProbeProgress(),
            Address))[^1]);

    [Fact]
    public void With_hardly_any_packets_there_are_no_charts()
    {
        string[] lines = Lines(ProbePanel.Report(new PathReport { Advice = "Too few packets arrived." }, new ProbeProgress(), Address));

        Assert.Equal(" Too few packets arrived.", lines[^1]);
        Assert.DoesNotContain(lines, line => line.Contains("profile", StringComparison.Ordinal));
        Assert.Contains(" packets     none", lines);
        Assert.DoesNotContain(lines, line => line.Contains('0', StringComparison.Ordinal));
    }

    [Fact]
    public void A_bar_shows_the_progress_of_a_probe()
    {
        string[] lines = Lines(ProbePanel.Progress(Probed, Address, 54));

        Assert.Equal(
            [
                " linnet probe  rtsp://studio:8554/jazz",
                " opus 48 kHz stereo over UDP",
                " " + new string('━', 10) + new string('╌', 20) + "  0:05 of 0:15",
                " packets 250  missing 27",
                " Ctrl-C reports what was heard so far  ? explains",
            ],
            lines);
    }

    [Fact]
    public void Json_has_every_number_and_only_valid_values()
    {
        JsonElement json = JsonDocument.Parse(StatsJson.Line(ProbeStats.Of(Judged, Probed, new Uri(Address)))).RootElement;

        Assert.Equal((678, 73, 9.7204),
            (json.GetProperty("received").GetInt64(), json.GetProperty("lost").GetInt64(), json.GetProperty("loss_percent").GetDouble()));
        Assert.Equal((44.84, "rtcp"), (json.GetProperty("round_trip_ms").GetDouble(), json.GetProperty("round_trip_by").GetString()));
        Assert.Equal(40.4, json.GetProperty("delay_ms").GetProperty("p99_9").GetDouble());
        Assert.Equal(
            (6, 1), (json.GetProperty("bursts")[2].GetProperty("packets").GetInt32(),
                json.GetProperty("bursts")[2].GetProperty("times").GetInt32()));
        Assert.Equal(["low-latency", "balanced", "robust"],
            json.GetProperty("profiles").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Equal(
            (1.23, "both"),
            (json.GetProperty("profiles")[0].GetProperty("late_percent").GetDouble(),
                json.GetProperty("profiles")[2].GetProperty("repair").GetString()));
        Assert.Equal("robust", json.GetProperty("recommended").GetString());
        Assert.False(json.TryGetProperty("impairment", out _));

        string unknown = StatsJson.Line(ProbeStats.Of(new PathReport(), new ProbeProgress(), new Uri(Address)));
        Assert.Contains(
            "\"round_trip_ms\":null,\"round_trip_by\":null,\"one_way_ms\":null,\"drift_ppm\":null", unknown, StringComparison.Ordinal);
    }

    private static string[] Lines(IEnumerable<PanelLine> lines)
    {
        string[] rendered = [.. lines.Select(line => line.Render(79, colours: false).TrimEnd())];
        Assert.All(rendered, line => Assert.InRange(line.Length, 0, 79));
        return rendered;
    }
}
