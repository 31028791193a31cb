using Linnet.Audio;
using Linnet.Cli.Panels;
using Linnet.Codecs;
using Linnet.Playback;
using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Transports;

namespace Linnet.Server.Tests.Cli;

public class PlayerPanelTests
{
    private static readonly ReceiverStatistics Received = new()
    {
        Received = 4_100,
        Lost = 3,
        Late = 1,
        Concealed = TimeSpan.FromMilliseconds(60),
        Buffer = TimeSpan.FromMilliseconds(62.4),
        Latency = TimeSpan.FromMilliseconds(91),
        Profile = "balanced",
        Target = TimeSpan.FromMilliseconds(60),
        Delay = TimeSpan.FromMilliseconds(60.2),
        Lateness = TimeSpan.FromMilliseconds(12),
        Underruns = 2,
        Stretches = 7,
        DriftPpm = -12.3,
        IsDriftKnown = true,
    };

    private static readonly PlayerStatistics Playing = new()
    {
        State = PlayerState.Playing,
        Elapsed = TimeSpan.FromSeconds(83),
        Address = "rtsp://studio:8554/jazz",
        Output = "Built-in Audio",
        Title = "jazz",
        Track = "Bird – Ornithology",
        Payload = new PayloadFormat("OPUS", 48_000, 2),
        Format = new AudioFormat(48_000, 2),
        Transport = StationTransport.Udp,
        Receiver = Received,
        Volume = 1,
    };

    /// <summary>Two channels, one of them silent.</summary>
    internal static readonly MeterLevel[] Meters = [new MeterLevel(-30, -12), new MeterLevel(Ballistics.Floor, Ballistics.Floor)];

    [Fact]
    public void The_panel_shows_the_track_the_levels_and_the_reception() => Assert.Equal(
        [
            " linnet playing  1:23  rtsp://studio:8554/jazz",
            " Bird – Ornithology (jazz)",
            " opus 48 kHz stereo over UDP → Built-in Audio",
            " L " + new string('█', 16) + new string('·', 9) + "│" + new string('·', 6) + " −12.0 dBFS",
            " R " + new string('·', 32) + "    −∞ dBFS",
            " delay 60 ms  target 60 ms (balanced)",
            " latency 91 ms  buffer 62 ms  drift -12 ppm",
            " lost 3  late 1  concealed 60 ms  late by 12 ms",
            " ran dry 2  stretched 7",
            " space mutes  + − volume 100%  ? explains",
            " q quits",
        ],
        Lines(Playing, 48, 200));

    [Fact]
    public void A_player_that_writes_to_a_file_is_recording() => Assert.Equal(
        " linnet recording  1:23  rtsp://studio:8554/jazz", Lines(Playing with { IsRecording = true }, 80, 200)[0]);

    /// <summary>Every line that a panel can have, with large numbers.</summary>
    internal static PlayerStatistics Worst => Playing with
    {
        Receiver = Received with
        {
            Lost = 123_456,
            Late = 12_345,
            Concealed = TimeSpan.FromMilliseconds(98_765),
            Buffer = TimeSpan.FromMilliseconds(1206),
            Latency = TimeSpan.FromMilliseconds(1391),
            Target = TimeSpan.FromMilliseconds(153),
            Delay = TimeSpan.FromMilliseconds(206),
            Lateness = TimeSpan.FromMilliseconds(1204),
            Underruns = 2345,
            Stretches = 17_777,
            IsDriftKnown = false,
            Repair = Repaired,
        },
    };

    [Theory]
    [InlineData("Ornithology", "jazz", " Ornithology (jazz)")]
    [InlineData("Ornithology", null, " Ornithology")]
    [InlineData(null, "jazz", " jazz")]
    [InlineData(null, null, " ")]
    public void The_tracks_title_comes_before_the_stations(string? track, string? station, string line) =>
        Assert.Equal(line, Lines(Playing with { Track = track, Title = station }, 79, 79)[1]);

    [Fact]
    public void The_reason_for_waiting_stands_above_the_figures() => Assert.Equal(
        " waiting  The server at studio:8554 has stopped.",
        Lines(Playing with { State = PlayerState.Reconnecting, Awaits = "The server at studio:8554 has stopped." }, 48, 200)[3]);

    [Fact]
    public void Repaired_packets_are_shown_with_the_method_and_its_reason() => Assert.Contains(
        " repaired 41  Requests lost packets: a round trip of 5 ms fits 9× into 60 ms; 4.0% lost.",
        Lines(Playing with { Receiver = Received with { Repair = Repaired } }, 120, 120));

    internal static RepairSummary Repaired => new()
    {
        Choice = new RepairChoice(
            RepairMode.Retransmission, null, "Requests lost packets: a round trip of 5 ms fits 9× into 60 ms; 4.0% lost."),
        ByRetransmission = 40,
        ByRedundancy = 2,
        Overtaken = 1,
        Requested = 45,
        TooLate = 3,
        Needless = 4,
        OverheadBytes = 14_000,
        PathLoss = 0.04,
        RoundTrip = TimeSpan.FromMilliseconds(5.126),
    };

    [Fact]
    public void A_narrow_terminal_gets_shorter_lines() =>
        Assert.All(Lines(Playing, 20, 20), line => Assert.InRange(line.Length, 0, 20));

    [Fact]
    public void Unknown_values_are_shown_as_unknown() => Assert.Equal(
        [
            " linnet connecting  0:00  rtsp://studio:8554/jazz",
            " ",
            " … → default",
        ],
        Lines(new PlayerStatistics { Address = "rtsp://studio:8554/jazz", Output = "default" }, 80, 80).Take(3));

    [Theory]
    [InlineData(PlayerState.Connecting, "connecting")]
    [InlineData(PlayerState.Reconnecting, "reconnecting")]
    [InlineData(PlayerState.NoDevice, "no device")]
    [InlineData(PlayerState.Ended, "ended")]
    public void The_state_is_shown_in_words(PlayerState state, string words) => Assert.Equal(
        $" linnet {words}  1:23  rtsp://studio:8554/jazz", Lines(Playing with { State = state, IsRecording = true }, 80, 200)[0]);

    [Fact]
    public void A_muted_player_is_distinguished_from_a_silent_one()
    {
        string[] lines = Lines(Playing with { IsMuted = true, Volume = 0.65 }, 48, 200);

        Assert.EndsWith("muted", lines[3], StringComparison.Ordinal);
        Assert.Equal(" space unmutes  + − volume 65%  ? explains", lines[^2]);
    }

    [Fact]
    public void Each_of_many_channels_has_a_meter() =>
        Assert.Equal(6, PlayerPanel.Render(Playing with { Format = new AudioFormat(48_000, 6) }, new MeterLevel[6], 80)
            .Count(static l => l.Render(80, colours: false).EndsWith("dBFS", StringComparison.Ordinal)));

    private static string[] Lines(PlayerStatistics player, int width, int cut) =>
    [
        .. PlayerPanel.Render(player, Meters, width).Concat(PlayerPanel.Keys(player, width)).Select(l => l.Render(cut, colours: false)),
    ];
}
