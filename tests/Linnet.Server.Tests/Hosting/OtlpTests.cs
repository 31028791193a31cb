using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Server.Tests.Cli;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Metrics that the program pushes by OTLP.</summary>
public class OtlpTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "", "POST /v1/metrics HTTP/1.1\r\n")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/push", "POST /push HTTP/1.1\r\n")]
    public async Task Metrics_are_pushed_where_the_standard_variables_say(string variable, string path, string request)
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = Start(port, variable, $"http://{collector.LocalEndpoint}{path}");

        using var client = new HttpClientConnection(await collector.AcceptSocketAsync(HangLimit));
        string metrics;
        do
        {
            (string head, byte[] body) = await client.ReadResponseAsync();
            Assert.StartsWith(request, head, StringComparison.Ordinal);
            Assert.Contains("application/x-protobuf", head, StringComparison.Ordinal);
            metrics = Encoding.Latin1.GetString(body);
            await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
        while (!metrics.Contains("linnet.station.playing", StringComparison.Ordinal));

        Assert.Contains("linnet.listeners", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_cannot_be_reached_is_logged_once_and_disturbs_nothing()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = Start(
            port, "OTEL_EXPORTER_OTLP_ENDPOINT",
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LinnetProcess.FreePort()}"));
        var log = new StringBuilder();
        do
        {
            log.AppendLine(await server.Output.ReadLineAsync(HangLimit) ?? throw new EndOfStreamException(log.ToString()));
        }
        while (!log.ToString().Contains("Metrics cannot be pushed by OTLP", StringComparison.Ordinal));

        // The exporter fails again and again during this.
        Assert.True(await LinnetProcess.HearAsync(port, "/tone.wav", 600_000) >= 600_000);
        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
        log.Append(await server.Output.ReadToEndAsync(HangLimit));
        Assert.Equal(2, log.ToString().Split("Metrics cannot be pushed by OTLP").Length);
    }

    private static LinnetProcess Start(int port, string variable, string value) => LinnetProcess.Start(
        "exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"), null, (variable, value),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"));
}
