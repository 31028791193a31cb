using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linnet.Interop.Tests.Networks;

namespace Linnet.Interop.Tests.Proxies;

/// <summary>A server behind Debian's nginx or HAProxy, configured exactly as in docs/proxy.md, and a host of strangers.</summary>
internal sealed class ProxiedServer : IAsyncDisposable
{
    internal const string Password = "hackme";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly BadNetwork _network;
    private readonly TempFolder _folder;
    private Tool? _proxy;

    private ProxiedServer(BadNetwork network, TempFolder folder)
    {
        _network = network;
        _folder = folder;
        Linnet = network.OnServer(
            "linnet", "serve", "jazz=tone:440", "live=push", "--live", "--push-takeover", "--push-password", Password, "--trusted-proxy",
            "127.0.0.1");
    }

    /// <summary>The server.</summary>
    public Tool Linnet { get; }

    /// <summary>Starts the proxy and the server.</summary>
    /// <param name="folder">The folder for the proxy's files.</param>
    /// <param name="isHaproxy">Whether to use HAProxy rather than nginx.</param>
    public static async Task<ProxiedServer> StartAsync(TempFolder folder, bool isHaproxy = false)
    {
        BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        var server = new ProxiedServer(network, folder);
        try
        {
            await server.Linnet.LineAsync("In a browser", Limit);
            await (isHaproxy ? server.StartHaproxyAsync() : server.StartNginxAsync());
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program on the strangers' host to its end, and returns its output.</summary>
    public Task<(int Code, string Output)> StrangerAsync(string program, params string[] arguments) =>
        RunAsync(_network.OnClient(program, arguments));

    /// <summary>Runs a program on the server's host to its end.</summary>
    public Task<(int Code, string Output)> NeighbourAsync(string program, params string[] arguments) =>
        RunAsync(_network.OnServer(program, arguments));

    /// <summary>Runs curl on the strangers' host. Returns the body without line breaks, and the status.</summary>
    public async Task<string> CurlAsync(params string[] arguments) =>
        (await StrangerAsync("curl", ["-sk", "--max-time", "20", "-w", " %{http_code}", .. arguments])).Output.ReplaceLineEndings(" ")
            .Trim();

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await Linnet.DisposeAsync();
        await _network.DisposeAsync();
    }

    private static async Task<(int Code, string Output)> RunAsync(Tool tool)
    {
        await using (tool)
        {
            int code = await tool.ExitAsync(Limit);
            return (code, tool.Output + tool.Errors);
        }
    }

    private async Task StartNginxAsync()
    {
        string[] recipes = Repository.Recipes("proxy.md", "nginx");
        Assert.Equal(2, recipes.Length);
        await Nginx.ConfigureAsync(_folder, recipes[0], recipes[1]);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=radio.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        await File.WriteAllTextAsync(_folder["radio.example.crt"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder["radio.example.key"], key.ExportPkcs8PrivateKeyPem());
        _proxy = _network.OnServer("nginx", Nginx.Arguments(_folder));
        await UntilSaidAsync(Nginx.Started);
    }

    private async Task StartHaproxyAsync()
    {
        // Debian's default file has these sections before the added ones.
        await File.WriteAllTextAsync(_folder["haproxy.cfg"], $$"""
            global
                log stderr format raw local0 notice
            defaults
                log global
                timeout connect 5s
                timeout client 1h
                timeout server 1h
            {{Assert.Single(Repository.Recipes("proxy.md", "haproxy"))}}
            """);
        _proxy = _network.OnServer("haproxy", "-V", "-db", "-f", _folder["haproxy.cfg"]);
        await UntilSaidAsync("for FREE", "Available polling", "Loading success", "started");
    }

    private async Task UntilSaidAsync(params string[] signs)
    {
        for (int i = 0; !signs.Any(sign => (_proxy!.Output + _proxy.Errors).Contains(sign, StringComparison.Ordinal)); i++)
        {
            Assert.True(i < 400, $"The proxy does not start: {_proxy!.Output} {_proxy.Errors}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
