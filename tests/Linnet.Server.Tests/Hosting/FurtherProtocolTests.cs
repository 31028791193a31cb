using System.Text.Json;
using Linnet.Cli;
using Linnet.Cli.Panels;
using Linnet.Cli.Stats;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A further protocol needs nothing but itself to be served, counted, shown and stopped.</summary>
public sealed class FurtherProtocolTests : IAsyncLifetime
{
    private DrumProtocol _drum = null!;
    private HostedServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var jazz = new Station(new StationOptions { Name = "jazz" }, new ToneSource(440));
        _server = await HostedServer.StartAsync([jazz], protocols: [context => _drum = new DrumProtocol(context)]);
        while (_drum.GetListeners() is not [{ PacketsSent: > 0 }])
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, HostedServer.HangLimit);
        }
    }

    [Fact]
    public async Task It_is_in_the_metrics()
    {
        string metrics = await _server.GetAsync("/metrics");

        Assert.Matches("""linnet_listeners\{[^}]*rendition="opus",station="jazz",transport="drum"\} 1\n""", metrics);
        Assert.Matches("""linnet_requests_refused_total\{[^}]*protocol="drum",reason="too_loud"\} 3\n""", metrics);
        Assert.Matches("""linnet_send_packets_sent_total\{[^}]*\} [1-9]""", metrics);
    }

    [Fact]
    public async Task Its_listeners_are_in_the_status_and_on_the_page()
    {
        string answer = await _server.GetAsync("/status-json.xsl");
        using var status = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..]);
        JsonElement opus = status.RootElement.GetProperty("icestats").GetProperty("source").EnumerateArray()
            .Single(static s => s.GetProperty("listenurl").GetString()!.EndsWith("/jazz.opus", StringComparison.Ordinal));

        Assert.Equal(1, opus.GetProperty("listeners").GetInt32());
        Assert.Contains("playing, 1 listener<", await _server.GetAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_on_the_panel_with_its_addresses_and_figures()
    {
        string[] panel = [.. Monitor().Render(200).Select(static l => l.Render(200, colours: false))];

        Assert.Contains(panel, static line => line.StartsWith(" drum://127.0.0.1:9/  beats ", StringComparison.Ordinal)
            && line.EndsWith("  refused 3", StringComparison.Ordinal));
        Assert.Contains(Monitor().Figures, static f => f is { Name: "beats", Meaning: "packets that were beaten" });
        Assert.Equal([("Drums", "drum://127.0.0.1:9/")], Monitor().OtherAddresses);
    }

    [Fact]
    public void It_is_in_the_statistics_as_JSON() => Assert.EndsWith(
        ""","drum":{"drummers":1}}""",
        StatsJson.Line(new ServerStats(Monitor().GetStatistics(), [], hasEnded: false)),
        StringComparison.Ordinal);

    [Fact]
    public async Task It_stops_with_the_server()
    {
        await _server.StopAsync();

        Assert.True(_drum.HasStopped);
    }

    [Fact]
    public void Its_listeners_are_listed_like_all_others()
    {
        ListenerSnapshot listener = Assert.Single(_server.Server.GetListeners());

        Assert.Equal(("jazz", "opus", "drum"), (listener.Station, listener.Rendition, listener.Transport));
        Assert.Equal("127.0.0.1:9", listener.Remote.ToString());
        Assert.True(listener is { IsPlaying: true, BytesSent: > 0 } && listener.Id > 0 && listener.Since > DateTimeOffset.UnixEpoch);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ServerMonitor Monitor() => new(_server.Server, System.Net.IPAddress.Loopback);
}
