using System.Text;
using Linnet.Access;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;
using static Linnet.Server.Tests.Hosting.LiveTests;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Who may listen over WebSocket, and what the others are told.</summary>
public class LiveAccessTests
{
    [Fact]
    public async Task Other_requests_are_told_what_is_spoken_there()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));

        string answer = await server.GetAsync("/jazz/live");

        Assert.StartsWith("HTTP/1.1 426 Upgrade Required\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: websocket\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("This address speaks WebSocket", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing/live", 404, "")]
    [InlineData("/health/live", 200, "")]
    [InlineData("/jazz/live?rendition=mp3", 404, "not_found")]
    [InlineData("/jazz/live?rendition=nothing", 404, "not_found")]
    [InlineData("/locked/live", 401, "no_password")]
    public async Task What_cannot_be_heard_is_refused(string path, int status, string counted)
    {
        var locked = new Station(new StationOptions { Name = "locked" }, new ToneSource(440));
        await using HostedServer server = await HostedServer.StartAsync([Jazz(new ToneSource(440)), locked]);
        server.Server.Access = new AccessOptions { ClosedStations = ["locked"] };

        Assert.Equal(status, await LiveClient.RefusalAsync(Url(server, path)));

        // A script cannot read that answer. It asks again, without a handshake.
        Assert.StartsWith($"HTTP/1.1 {status} ", await server.GetAsync(path), StringComparison.Ordinal);
        Assert.Equal(
            counted,
            string.Concat(server.Server.GetStatistics().Protocols.Single(static p => p.Name == "websocket").Refused.Keys));
    }

    [Fact]
    public async Task A_script_learns_that_there_is_no_room()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        server.Server.Change(new StationServerOptions { Radio = new RadioServerOptions { MaxListeners = 1 } });
        Assert.StartsWith("HTTP/1.1 426 ", await server.GetAsync("/jazz/live"), StringComparison.Ordinal);
        using LiveClient client = await LiveClient.ConnectAsync(Url(server, "/jazz/live"));
        await client.PacketAsync();

        Assert.StartsWith("HTTP/1.1 503 ", await server.GetAsync("/jazz/live"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 426)]
    [InlineData("Origin: http://radio.example:8000\r\n", 426)]
    [InlineData("Origin: https://other.example\r\n", 403)]
    [InlineData("Sec-Fetch-Site: cross-site\r\n", 403)]
    public async Task A_page_of_another_site_cannot_use_the_password_that_a_browser_keeps(string header, int status)
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        server.Server.Access = new AccessOptions
        {
            ClosedStations = ["jazz"],
            Accounts = [new Account("ann") { PasswordHash = "pink", Roles = [new(AccessAction.Listen, "jazz")] }],
            Verify = static (hash, password) => hash == Encoding.UTF8.GetString(password),
        };

        string answer = await server.AskAsync(
            $"GET /jazz/live HTTP/1.1\r\nHost: radio.example:8000\r\nAuthorization: Basic YW5uOnBpbms=\r\n{header}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_link_opens_a_closed_station_for_the_renditions_that_it_names()
    {
        await using HostedServer server = await StartAsync(new ToneSource(440));
        server.Server.Access = new AccessOptions { ClosedStations = ["jazz"], LinkKeys = [Key] };
        string link = Key.Sign("jazz", TimeProvider.System.GetUtcNow().AddHours(1), "opus");

        using LiveClient client = await LiveClient.ConnectAsync(Url(server, $"{link}/jazz/live"));

        Assert.NotNull(await client.PacketAsync());
        Assert.Equal(403, await LiveClient.RefusalAsync(Url(server, $"{link}/jazz/live?rendition=pcm")));
    }
}
