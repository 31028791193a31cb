using Linnet.Cli.Panels;
using Linnet.Receive.Repair;

namespace Linnet.Server.Tests.Cli;

public class PlayerPanelTests
{
    private static readonly PlayerSnapshot Playing = new()
    {
        State = "playing",
        Address = "rtsp://studio:8554/jazz",
        Output = "Built-in Audio",
        Title = "Bird – Ornithology",
        Codec = "opus",
        SampleRate = 48_000,
        Channels = 2,
        Transport = "UDP",
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
        Levels = [new MeterLevel(-30, -12), new MeterLevel(Ballistics.Floor, Ballistics.Floor)],
        Elapsed = TimeSpan.FromSeconds(83),
    };

    [Fact]
    public void It_shows_what_plays_how_loud_and_how_well() => Assert.Equal(
        [
            " linnet playing  1:23  rtsp://studio:8554/jazz",
            " Bird – Ornithology",
            " opus 48 kHz stereo over UDP → Built-in Audio",
            " L " + new string('█', 16) + new string('·', 9) + "│" + new string('·', 6) + " −12.0 dBFS",
            " R " + new string('·', 32) + "    −∞ dBFS",
            " buffer 62 ms  latency 91 ms  lost 3  late 1  concealed 60 ms  drift -12 ppm",
            " balanced waits 60 ms of 60 ms  packets late by 12 ms  ran dry 2  stretched 7",
            " space mutes  + − volume 100%  q quits",
        ],
        Lines(Playing, 48, 200));

    [Fact]
    public void What_is_waited_for_stands_above_all_that_is_measured() => Assert.Equal(
        " waiting  The server at studio:8554 has stopped.",
        Lines(Playing with { State = "reconnecting", Awaits = "The server at studio:8554 has stopped." }, 48, 200)[2]);

    [Fact]
    public void What_was_repaired_is_shown_with_what_is_done_and_why() => Assert.Contains(
        " repaired 41  Asks again for what is lost: a round trip of 5 ms fits 9× into 60 ms; 4.0% lost.",
        Lines(Playing with { Repair = Repaired }, 48, 200));

    internal static RepairSummary Repaired => new()
    {
        Choice = new RepairChoice(RepairMode.Retransmission, null, "Asks again for what is lost: a round trip of 5 ms fits 9× into 60 ms; 4.0% lost."),
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
    public void Before_it_knows_anything_it_says_so() => Assert.Equal(
        [
            " linnet connecting  0:00  rtsp://studio:8554/jazz",
            " ",
            " … → default",
        ],
        Lines(new PlayerSnapshot { State = "connecting", Address = "rtsp://studio:8554/jazz", Output = "default" }, 80, 80).Take(3));

    [Fact]
    public void Silence_by_choice_is_told_from_silence()
    {
        string[] lines = Lines(Playing with { IsMuted = true, Volume = 0.65 }, 48, 200);

        Assert.EndsWith("muted", lines[3], StringComparison.Ordinal);
        Assert.Equal(" space sounds  + − volume 65%  q quits", lines[^1]);
    }

    [Fact]
    public void Each_channel_of_many_has_its_meter() =>
        Assert.Equal(6, Lines(Playing with { Channels = 6, Levels = new MeterLevel[6] }, 80, 80).Count(l => l.EndsWith("dBFS", StringComparison.Ordinal)));

    private static string[] Lines(PlayerSnapshot snapshot, int width, int cut) =>
        [.. PlayerPanel.Render(snapshot, width).Select(l => l.Render(cut, colours: false))];
}
