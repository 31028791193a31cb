using System.Text.Json;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Server.Endpoints.Events;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A server that is joined with others shows the listeners of all. Its own metrics stay its own.</summary>
public class JoinedServersTests
{
    [Fact]
    public async Task The_page_the_status_and_the_events_show_the_listeners_of_all_servers()
    {
        await using HostedServer server = await JoinedAsync();

        string page = await server.GetAsync("/");
        Assert.Contains("playing, 7 listeners</p>", page.Replace("starts with its first listener", "playing", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains("<p class=\"quiet\">3 servers</p>", page, StringComparison.Ordinal);

        string status = await server.GetAsync("/status-json.xsl");
        JsonElement source = JsonDocument.Parse(status[status.IndexOf('{', StringComparison.Ordinal)..]).RootElement
            .GetProperty("icestats").GetProperty("source");
        Assert.Equal((6, 6), (source.GetProperty("listeners").GetInt32(), source.GetProperty("listener_peak").GetInt32()));

        ServerNow now = ServerNow.Of(server.Server, null);
        Assert.Equal((3, 7), (now.Servers, Assert.Single(now.Stations).Listeners));
    }

    [Fact]
    public async Task Metrics_count_only_this_server_but_for_those_of_the_cluster()
    {
        await using HostedServer server = await JoinedAsync();

        string metrics = await server.GetAsync("/metrics");

        Assert.Matches("""linnet_listeners\{[^}]*rendition="wav",station="jazz",transport="http"\} 0\n""", metrics);
        Assert.Matches("""linnet_cluster_station_listeners\{[^}]*station="jazz"[^}]*\} 7\n""", metrics);
        Assert.Matches("""linnet_cluster_node_listeners\{[^}]*node="radio2"[^}]*\} 5\n""", metrics);
        Assert.Matches("""linnet_cluster_node_rate_bytes_per_second\{[^}]*node="radio2"[^}]*\} 80000\n""", metrics);
        Assert.Matches("""linnet_cluster_node_load\{[^}]*node="radio2"[^}]*\} 1\n""", metrics);
        Assert.Matches("""linnet_cluster_node_load\{[^}]*node="radio3"[^}]*\} 0\n""", metrics);
    }

    [Fact]
    public async Task A_server_that_is_alone_says_nothing_of_others()
    {
        await using HostedServer server = await JoinedAsync();
        server.Server.Directory.Others = [];

        Assert.DoesNotContain("servers</p>", await server.GetAsync("/"), StringComparison.Ordinal);
        Assert.DoesNotContain("linnet_cluster_", await server.GetAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_statistics_have_the_load_of_each_other_server()
    {
        await using HostedServer server = await JoinedAsync();

        ServerStatistics now = server.Server.GetStatistics();

        Assert.Equal((7, 7), (now.Listeners, now.ListenersElsewhere));
        Assert.Equal(
            [("radio2", 5, 640_000, true), ("radio3", 2, 0, false)],
            now.Nodes.Select(static n => (n.Name, n.Load.Listeners, n.Load.BitsPerSecond, n.Load.IsFull)));
    }

    private static async Task<HostedServer> JoinedAsync()
    {
        var jazz = new Station(new StationOptions { Name = "jazz", Streams = ["wav"] }, new ToneSource(440));
        HostedServer server = await HostedServer.StartAsync([jazz]);
        server.Server.Directory.Others =
        [
            new OtherNode("radio2", new NodeLoad(5, 640_000) { MaxListeners = 5, MaxBitsPerSecond = 1_000_000 })
            {
                Http = new Uri("https://radio2.example/"),
                Stations = With(("wav", 4), ("opus", 1)),
            },
            new OtherNode("radio3", new NodeLoad(2, 0)) { Stations = With(("wav", 2)) },
        ];
        return server;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, int>> With(params (string Rendition, int Count)[] listeners) =>
        new() { ["jazz"] = listeners.ToDictionary(static l => l.Rendition, static l => l.Count) };
}
