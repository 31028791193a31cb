using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Linnet.Serving;
using Linnet.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Options, configuration and servers other than Kestrel.</summary>
public class LinnetOptionsTests
{
    [Fact]
    public async Task Problems_of_the_options_end_the_start_with_all_of_them()
    {
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(() => WebHost.StartAsync(
            isDirect: true, services: static builder => builder.Services.AddLinnet(static linnet =>
            {
                linnet.AddStation("tone", static _ => new ToneSource(440));
                linnet.Server = linnet.Server with { HttpPort = 70_000 };
            })));

        Assert.Contains("There are two stations named tone", e.Message, StringComparison.Ordinal);
        Assert.Contains("The HTTP port is 70000", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_sets_ports_password_and_networks_and_code_comes_after_it()
    {
        await using WebHost host = await WebHost.StartAsync(
            isDirect: true, null, static builder => builder.Services.AddLinnet(
                static linnet => linnet.Server = linnet.Server with { Bind = IPAddress.Loopback }),
            HttpProtocols.Http1AndHttp2,
            ("Linnet:Bind", "192.0.2.1"), ("Linnet:RtspPort", "0"), ("Linnet:RtpPort", "off"), ("Linnet:MaxListeners", "7"),
            ("Linnet:PushPassword", "from the configuration"), ("Linnet:MetricsNetworks:0", "203.0.113.0/24"));

        LinnetOptions options = host.Services.GetRequiredService<IOptions<LinnetOptions>>().Value;
        Assert.Equal((0, null, 7, 7), (
            options.Server.RtspPort, options.Server.RtpPort, options.Server.Radio!.MaxListeners, options.Server.Rtsp.MaxSessions));
        Assert.Equal([IPNetwork.Parse("203.0.113.0/24")], options.MetricsNetworks);

        // The test's own code sets another password.
        Assert.Equal("hackme", options.Server.Push.Password);
        Assert.Equal(IPAddress.Loopback, host.Server.RtspEndPoint!.Address);
        string page = (await host.GetAsync("/")).Body;
        Assert.Contains($"rtsp://radio.example:{host.Server.RtspEndPoint.Port}/tone", page, StringComparison.Ordinal);
        Assert.Contains("LinnetOptions.MetricsNetworks", (await host.GetAsync("/metrics")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Linnet:RtspPort", "http")]
    [InlineData("Linnet:Bind", "here")]
    [InlineData("Linnet:TrustedProxies:0", "nginx")]
    public async Task A_setting_that_cannot_be_read_ends_the_start(string name, string value)
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WebHost.StartAsync(isDirect: true, settings: (name, value)));

        Assert.Contains($"is '{value}'; it takes ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_of_the_host()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        PortException e = await Assert.ThrowsAsync<PortException>(() => WebHost.StartAsync(
            isDirect: true, services: builder => builder.Services.AddLinnet(linnet =>
            {
                linnet.ServeRtsp(((IPEndPoint)taken.LocalEndpoint).Port, rtpPort: null);
                linnet.Server = linnet.Server with { Bind = IPAddress.Loopback };
            })));

        Assert.Contains("is taken", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MapLinnet_without_AddLinnet_says_what_is_missing()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddLinnet", Assert.Throws<InvalidOperationException>(() => app.MapLinnet()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_server_serves_pages_audio_and_pushes_with_chunks()
    {
        await using WebApplication app = Build(static builder => builder.WebHost.UseTestServer());
        await app.StartAsync(WebHost.HangLimit);
        using HttpClient client = app.GetTestClient();

        Assert.Equal("Hello", await client.GetStringAsync(new Uri("/hello", UriKind.Relative), WebHost.HangLimit));
        Assert.Contains(
            "/tone.wav", await client.GetStringAsync(new Uri("/", UriKind.Relative), WebHost.HangLimit), StringComparison.Ordinal);
        using Stream sound = await client.GetStreamAsync(new Uri("/tone.wav", UriKind.Relative), WebHost.HangLimit);
        byte[] start = new byte[20_000];
        await sound.ReadExactlyAsync(start, WebHost.HangLimit);
        Assert.Equal("RIFF"u8.ToArray(), start[..4]);

        using var push = new HttpRequestMessage(HttpMethod.Put, "/live")
        {
            Content = new StreamContent(new MemoryStream(new byte[100])),
        };
        push.Headers.Authorization = new AuthenticationHeaderValue("Basic", "c291cmNlOndyb25n");
        push.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage answer = await client.SendAsync(push, WebHost.HangLimit);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task The_applications_own_OpenTelemetry_gets_the_metrics()
    {
        var names = new Names();
        using var reader = new BaseExportingMetricReader(names);
        await using WebApplication app = Build(builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddReader(reader));
        });
        await app.StartAsync(WebHost.HangLimit);

        Assert.True(reader.Collect());

        Assert.Contains("linnet.listeners", names.Seen);
        Assert.Contains("linnet.station.playing", names.Seen);
    }

    private static WebApplication Build(Action<WebApplicationBuilder> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddLinnet(WebHost.Configure);
        configure(builder);
        WebApplication app = builder.Build();
        WebHost.Map(app);
        app.MapLinnet();
        return app;
    }

    private sealed class Names : BaseExporter<Metric>
    {
        public HashSet<string> Seen { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
            {
                Seen.Add(metric.Name);
            }

            return ExportResult.Success;
        }
    }
}
