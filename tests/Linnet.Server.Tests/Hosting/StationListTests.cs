using System.Text.Json;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports;
using Linnet.Transports.Rtsp;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A player that gets the address of a server's pages.</summary>
public class StationListTests
{
    [Fact]
    public async Task The_station_list_names_the_stations_and_the_rtsp_port()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz"), Tone("news")]);

        string answer = await server.GetAsync("/stations.json");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8\r\n", answer, StringComparison.Ordinal);
        JsonElement list = JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement;
        Assert.Equal(server.Server.RtspEndPoint!.Port, list.GetProperty("rtsp_port").GetInt32());
        Assert.Equal(["jazz", "news"], list.GetProperty("stations").EnumerateArray().Select(e => e.GetString()));
    }

    [Theory]
    [InlineData("/", false)]
    [InlineData("/live", true)]
    public async Task A_player_waits_for_a_station_that_waits_for_its_first_push(string path, bool hasOther)
    {
        using var live = new IngestStation(new StationOptions { Name = "live" });
        await using HostedServer server = await HostedServer.StartAsync(hasOther ? [Tone("jazz")] : [], fed: live);
        string answer = await server.GetAsync("/stations.json");
        Assert.Contains("\"awaited\":[\"live\"]", answer, StringComparison.Ordinal);

        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(() => HearAsync($"http://127.0.0.1:{{0}}{path}", server));

        Assert.Contains("is waiting for its source to send audio", e.Message, StringComparison.Ordinal);
        Assert.Equal((false, false), (e.IsFinal, e.IsUnknown));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://127.0.0.1:{0}/jazz.opus")]
    [InlineData("rtsp://127.0.0.1:{0}/")]
    [InlineData("rtsp://127.0.0.1:{0}/jazz")]
    public async Task A_page_address_leads_to_the_only_station(string address)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz")]);

        Assert.NotNull(await HearAsync(address, server));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("rtsp://127.0.0.1:{0}/")]
    public async Task A_page_address_with_several_stations_leads_to_the_first(string address)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz"), Tone("news")]);

        Assert.NotNull(await HearAsync(address, server));
        Assert.Equal("jazz", Assert.Single(server.Server.GetStatistics().Stations, static s => s.Renditions.Any(r => r.Packets > 0)).Name);
    }

    private static Station Tone(string name) => new(new StationOptions { Name = name }, new ToneSource(440));

    private static async Task<object?> HearAsync(string address, HostedServer server)
    {
        var options = new PlayerOptions
        {
            Url = new Uri(address.Replace("{0}", $"{server.Host.EndPoint.Port}", StringComparison.Ordinal)),
            Transport = RtspTransport.Tcp,
            Duration = TimeSpan.FromMilliseconds(50),
        };
        await using IAudioDevice device = AudioDevices.Create("null", TimeProvider.System);
        await using var player = new Player(options, device);
        await player.RunAsync(HostedServer.HangLimit);
        return player.GetStatistics().Payload;
    }
}
