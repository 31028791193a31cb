using System.Net.Sockets;
using System.Text.RegularExpressions;
using Linnet.Server.Hosting;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

public partial class MetricNamesTests
{
    [Fact]
    public async Task Every_counter_exists_with_zero_from_the_start()
    {
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] });
        await using HostedServer server = await HostedServer.StartAsync([Tone()], fed: live);

        string metrics = await server.GetAsync("/metrics");

        Assert.Matches("""linnet_listeners\{[^}]*rendition="wav",station="jazz",transport="http"\} 0\n""", metrics);
        Assert.Matches("""linnet_listeners\{[^}]*rendition="opus",station="jazz",transport="rtsp-udp"\} 0\n""", metrics);
        Assert.Matches("""linnet_listeners\{[^}]*rendition="pcm",station="jazz",transport="rtsp-tcp"\} 0\n""", metrics);
        Assert.Matches("""linnet_listeners\{[^}]*rendition="",station="live",transport="http"\} 0\n""", metrics);
        foreach (string transport in new[] { "rtsp-udp", "rtsp-tcp", "http" })
        {
            Assert.Matches($$"""linnet_connections_total\{[^}]*transport="{{transport}}"\} 0\n""", metrics);
            Assert.Matches($$"""linnet_sent_bytes_total\{[^}]*transport="{{transport}}"\} 0\n""", metrics);
        }

        Assert.Matches("""linnet_connections_total\{[^}]*transport="push"\} 0\n""", metrics);
        Assert.Matches("""linnet_received_bytes_total\{[^}]*transport="push"\} 0\n""", metrics);
    }

    [Fact]
    public async Task The_build_and_the_start_time_are_reported()
    {
        double before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);

        string metrics = await server.GetAsync("/metrics");

        Assert.Matches("""linnet_build_info\{[^}]*runtime="10\.[^"]+",version="[0-9]+\.[0-9]+\.[0-9]+[^"]*"\} 1\n""", metrics);
        double startedAt = double.Parse(StartTime().Match(metrics).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(startedAt, before - 1, before + 600);
        Assert.Matches("""target_info\{[^}]*service_name="linnet"[^}]*\} 1\n""", metrics);
    }

    [Fact]
    public async Task Connections_and_bytes_over_HTTP_are_counted()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        using (TcpClient listener = await server.ConnectAsync())
        {
            await listener.GetStream().WriteAsync("GET /jazz.wav HTTP/1.0\r\n\r\n"u8.ToArray(), HostedServer.HangLimit);
            await listener.GetStream().ReadExactlyAsync(new byte[100_000], HostedServer.HangLimit);
        }

        // The client may have the bytes before the sender thread has counted them.
        string metrics;
        do
        {
            metrics = await server.GetAsync("/metrics");
        }
        while (!SentOverHttp().IsMatch(metrics));

        Assert.Matches("""linnet_connections_total\{[^}]*transport="http"\} 1\n""", metrics);
    }

    private static Station Tone() => new(new StationOptions { Name = "jazz" }, new ToneSource(440));

    [GeneratedRegex("linnet_sent_bytes_total\\{[^}]*transport=\"http\"\\} [1-9][0-9]{5}")]
    private static partial Regex SentOverHttp();

    [GeneratedRegex("linnet_start_time_seconds\\{[^}]*\\} ([0-9.E+]+)\n")]
    private static partial Regex StartTime();
}
