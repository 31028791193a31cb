using System.Net.Sockets;
using System.Text;
using Linnet.Server.Tests.Cli;

namespace Linnet.Server.Tests.Hosting;

/// <summary>The program in a folder and an environment that mean some other web server.</summary>
public sealed class PlainHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-ambient-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Settings_for_other_ASP_NET_applications_do_not_configure_the_server()
    {
        (int port, int fromFile, int fromVariable, int fromUrls) =
            (LinnetProcess.FreePort(), LinnetProcess.FreePort(), LinnetProcess.FreePort(), LinnetProcess.FreePort());
        string settings =
            "{'AllowedHosts':'other.example','Logging':{'LogLevel':{'Default':'Trace'}},"
            + "'Kestrel':{'Limits':{'MaxConcurrentConnections':0},'Endpoints':{'Other':{'Url':'http://127.0.0.1:"
            + fromFile + "'}}}}";
        foreach (string name in (string[])["appsettings.json", "appsettings.Production.json", "appsettings.Development.json"])
        {
            await File.WriteAllTextAsync(Path.Join(_folder, name), settings.Replace('\'', '"'), TestContext.Current.CancellationToken);
        }

        await using LinnetProcess server = LinnetProcess.Start(
            "exec \"$0\" \"$@\"",
            LinnetProcess.Serve(port, "tone"),
            _folder,
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{fromUrls}"),
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("DOTNET_ENVIRONMENT", "Development"),
            ("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "No.Such.Assembly"),
            ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"),
            ("ASPNETCORE_CONTENTROOT", "/nonexistent"),
            ("ASPNETCORE_Kestrel__Endpoints__Variable__Url", $"http://127.0.0.1:{fromVariable}"),
            ("Kestrel__Endpoints__Variable__Url", $"http://127.0.0.1:{fromVariable}"),
            ("Logging__LogLevel__Default", "Trace"),
            ("AllowedHosts", "other.example"));

        string answer = await AskAsync(port, "GET /health/live HTTP/1.1\r\nHost: radio.example\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        foreach (int other in (int[])[fromFile, fromVariable, fromUrls])
        {
            using var client = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(
                () => client.ConnectAsync("127.0.0.1", other, TestContext.Current.CancellationToken).AsTask());
        }

        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(
            (0, ""), (await server.ExitAsync(),
                ProgramTests.WithoutAdvice(await server.Errors.ReadToEndAsync(TestContext.Current.CancellationToken))));
        Assert.DoesNotContain(
            "Microsoft.", await server.Output.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_variables_of_OpenTelemetry_are_read_and_lost_output_is_a_metric()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start(
            "exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"), null, ("OTEL_RESOURCE_ATTRIBUTES", "deployment.name=kitchen"));

        string answer = await AskAsync(
            port, "GET /metrics HTTP/1.1\r\nHost: radio.example\r\nAccept: text/plain\r\nConnection: close\r\n\r\n");

        Assert.Contains("kitchen", answer, StringComparison.Ordinal);
        Assert.Matches("linnet_output_dropped(_lines)?_total\\{[^}]*output=\"stdout\"[^}]*\\} 0", answer);
        Assert.Matches("linnet_output_dropped(_lines)?_total\\{[^}]*output=\"stderr\"[^}]*\\} 0", answer);
    }

    private static async Task<string> AskAsync(int port, string request)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(LinnetProcess.Limit);
        using TcpClient client = await LinnetProcess.ConnectAsync(port, late.Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), late.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync(late.Token);
    }
}
