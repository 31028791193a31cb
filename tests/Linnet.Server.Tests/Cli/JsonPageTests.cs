using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linnet.Cli.Stats;
using Linnet.Playback;
using Linnet.Playback.Probing;
using Linnet.Serving;
using Linnet.Transports.Impairments;

namespace Linnet.Server.Tests.Cli;

/// <summary>docs/json.md lists exactly the fields that are printed.</summary>
public partial class JsonPageTests
{
    private static readonly ImpairmentStatistics Impaired = new(default, default, default);

    // Objects whose fields are described in words.
    private static readonly string[] Whole = ["impairment", "http", "websocket", "hls", "pyaudio", "relay"];

    [Fact]
    public void The_fields_of_a_player_are_documented() => AssertDocumented(
        "Play and record",
        StatsJson.Line(new PlayerStats(new PlayerStatistics { Impairment = Impaired, Awaits = "The server has stopped." }, false)));

    [Fact]
    public void The_fields_of_a_server_are_documented()
    {
        ServerStatistics serving = ServerPanelTests.Serving;
        ServerStatistics server = serving with
        {
            Nodes = ServerPanelTests.Nodes,
            Stations = [serving.Stations[0] with { Awaits = "jazz.wav is gone." }],
            Protocols =
            [
                .. ((string[])["http", "websocket", "hls", "pyaudio", "relay"])
                    .Select(static name => new ProtocolSnapshot(name, []) { Stats = [] }),
            ],
        };

        AssertDocumented("Serve", StatsJson.Line(new ServerStats(server, [], hasEnded: false)));
    }

    [Fact]
    public void The_fields_of_a_probe_are_documented() => AssertDocumented(
        "Probe",
        StatsJson.Line(ProbeStats.Of(
            ProbePanelTests.Judged, new ProbeProgress { Impairment = Impaired }, new Uri("rtsp://studio:8554/jazz"))));

    private static void AssertDocumented(string section, string line)
    {
        string page = File.ReadAllText(Path.Join(ReadmeTests.RepositoryRoot, "docs", "json.md")).ReplaceLineEndings("\n");
        string text = page.Split($"\n## {section}\n")[1].Split("\n## ")[0];
        IEnumerable<string> documented = text.Split('\n').Where(static row => row.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(static row => Name().Matches(row.Split('|')[1]).Select(static name => name.Groups[1].Value));

        Assert.Equal(Fields(JsonNode.Parse(line)!, "").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Fields(JsonNode node, string at) => node switch
    {
        JsonObject fields when !Whole.Contains(at) => fields.SelectMany(field =>
            Fields(field.Value ?? JsonValue.Create(0), at.Length == 0 ? field.Key : $"{at}.{field.Key}")),
        JsonArray { Count: > 0 } list when list[0] is JsonObject first => Fields(first, $"{at}[]"),
        _ => [at],
    };

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
