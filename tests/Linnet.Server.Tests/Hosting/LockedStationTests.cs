using System.Text;
using System.Text.Json;
using Linnet.Access;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Stations that are not open to everyone, on a server with pages.</summary>
public class LockedStationTests
{
    private static readonly LinkKey Key = new("k1", Encoding.ASCII.GetBytes("0123456789abcdef"));

    [Fact]
    public async Task Pages_show_the_name_of_a_locked_station_and_no_more()
    {
        await using HostedServer server = await StartAsync();

        string page = await server.GetAsync("/");
        Assert.Contains("needs a password or a link", page, StringComparison.Ordinal);
        Assert.Contains("src=\"/jazz.mp3\"", page, StringComparison.Ordinal);

        string list = await server.GetAsync("/stations.json");
        Assert.Contains("\"stations\":[\"jazz\",\"news\"]", list, StringComparison.Ordinal);
        Assert.EndsWith("\"locked\":[\"jazz\"]}", list, StringComparison.Ordinal);

        JsonElement status = JsonDocument.Parse(BodyOf(await server.GetAsync("/status-json.xsl"))).RootElement;
        Assert.DoesNotContain("/jazz.", status.ToString(), StringComparison.Ordinal);
        Assert.Contains("/news.mp3", status.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_locked_stations_does_not_mention_them()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz")]);

        Assert.DoesNotContain("locked", await server.GetAsync("/stations.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_station_is_served_to_a_request_that_the_web_server_has_read_as_to_a_first_one()
    {
        await using HostedServer server = await StartAsync();
        using var client = new HttpClient();
        var root = new Uri($"http://127.0.0.1:{server.Server.HttpEndPoint!.Port}/");
        string link = Key.Sign("jazz", TimeProvider.System.GetUtcNow().AddHours(1));

        // The second request of a kept-alive connection goes through the web server.
        using HttpResponseMessage page = await client.GetAsync(root, Stop);
        using HttpResponseMessage locked = await client.GetAsync(new Uri(root, "/jazz.mp3"), Stop);
        using HttpResponseMessage again = await client.GetAsync(root, Stop);
        using HttpResponseMessage playlist = await client.GetAsync(new Uri(root, $"{link}/jazz.m3u"), Stop);
        string text = await playlist.Content.ReadAsStringAsync(Stop);

        Assert.Equal(401, (int)locked.StatusCode);
        Assert.Equal("Basic realm=\"linnet\", charset=\"UTF-8\"", locked.Headers.WwwAuthenticate.ToString());
        Assert.Equal(200, (int)playlist.StatusCode);
        Assert.Contains($"{link}/jazz.mp3", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "/radio")]
    [InlineData(true, "/radio")]
    public async Task An_application_serves_a_locked_station_below_its_prefix_and_a_link(bool isDirect, string prefix)
    {
        await using WebHost host = await WebHost.StartAsync(
            isDirect, app => _ = prefix.Length == 0 ? app.MapLinnet() : app.MapLinnet(prefix));
        host.Server.Access = new AccessOptions { ClosedStations = ["tone"], LinkKeys = [Key] };
        string link = prefix + Key.Sign("tone", TimeProvider.System.GetUtcNow().AddHours(1));
        using var client = new HttpClient { BaseAddress = new Uri($"http://{host.EndPoint}") };

        using HttpResponseMessage locked = await client.GetAsync(new Uri($"{prefix}/tone.mp3", UriKind.Relative), Stop);
        string playlist = await client.GetStringAsync(new Uri($"{link}/tone.m3u", UriKind.Relative), Stop);

        Assert.Equal(401, (int)locked.StatusCode);
        Assert.Contains($"http://{host.EndPoint}{link}/tone.", playlist, StringComparison.Ordinal);
        using HttpResponseMessage other = await client.GetAsync(new Uri($"{prefix}/~x/other.html", UriKind.Relative), Stop);
        Assert.Equal(WebHost.OwnPage, await other.Content.ReadAsStringAsync(Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string BodyOf(string answer) => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    private static async Task<HostedServer> StartAsync()
    {
        HostedServer server = await HostedServer.StartAsync([Tone("jazz"), Tone("news")]);
        server.Server.Access = new AccessOptions { ClosedStations = ["jazz"], LinkKeys = [Key] };
        return server;
    }

    private static Station Tone(string name) => new(new StationOptions { Name = name }, new ToneSource(440));
}
