using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Linnet.Interop.Tests.Devices;

namespace Linnet.Interop.Tests.Page.Drivers;

/// <summary>WebKitGTK's MiniBrowser on a virtual screen, driven by WebDriver. It plays to a null sink.</summary>
internal sealed class WebKitBrowser : ITestPage, IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly List<Process> _processes = [];
    private readonly HttpClient _client = new() { Timeout = Limit };
    private string _session = "";

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    /// <summary>Starts one that plays only after a click.</summary>
    public static async Task<WebKitBrowser> StartAsync(PulseServer pulse)
    {
        var browser = new WebKitBrowser();
        try
        {
            await browser.BeginAsync(pulse);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public Task OpenAsync(string url) => AskAsync("url", new() { ["url"] = url });

    public async Task<string> EvaluateAsync(string expression)
    {
        JsonNode? answer = await AskAsync("execute/async", new()
        {
            ["script"] =
                $$"""
                const done = arguments[arguments.length - 1];
                (async () => JSON.stringify((await ({{expression}})) ?? null))().then(done, (error) => done(`failed: ${error}`));
                """,
            ["args"] = new JsonArray(),
        });
        string text = (string)answer!;
        Assert.False(text.StartsWith("failed: ", StringComparison.Ordinal), text);
        return text;
    }

    public async Task ClickAsync(string selector)
    {
        JsonNode middle = JsonNode.Parse(await EvaluateAsync(Clicks.MiddleOf(selector)))!;
        await AskAsync("actions", new() { ["actions"] = Clicks.At((int)middle[0]!, (int)middle[1]!) });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (Process process in Enumerable.Reverse(_processes))
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task BeginAsync(PulseServer pulse)
    {
        // It prints the number of the first free screen.
        Process screen = pulse.Start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp");
        _processes.Add(screen);
        string? number = await screen.StandardOutput.ReadLineAsync(HangLimit);
        Assert.True(number is not null, "Xvfb did not start.");

        string port = FreePort().ToString(CultureInfo.InvariantCulture);
        _processes.Add(pulse.Start(
            "env", $"DISPLAY=:{number}", "NO_AT_BRIDGE=1", "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1",
            "WebKitWebDriver", $"--port={port}"));
        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}/");
        await AnswersAsync();

        var options = new JsonObject { ["binary"] = MiniBrowser(), ["args"] = new JsonArray("--automation") };
        var capabilities = new JsonObject { ["alwaysMatch"] = new JsonObject { ["webkitgtk:browserOptions"] = options } };
        JsonNode? session = await PostAsync("session", new() { ["capabilities"] = capabilities });
        _session = $"session/{session!["sessionId"]}/";
        await AskAsync("timeouts", new() { ["script"] = Limit.TotalMilliseconds });
    }

    private async Task AnswersAsync()
    {
        while (true)
        {
            try
            {
                await _client.GetStringAsync(new Uri("status", UriKind.Relative), HangLimit);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, HangLimit); // Not yet.
            }
        }
    }

    /// <summary>It is no command, so each distribution has it in a folder of its own.</summary>
    private static string MiniBrowser()
    {
        string[] folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/libexec", "/usr/lib"];
        return folders.Where(Directory.Exists)
            .SelectMany(static folder => Directory.EnumerateDirectories(folder, "webkit2gtk-*"))
            .Select(static folder => Path.Combine(folder, "MiniBrowser"))
            .First(File.Exists);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<JsonNode?> AskAsync(string command, JsonObject parameters) => PostAsync(_session + command, parameters);

    /// <summary>Runs a command and returns its value.</summary>
    private async Task<JsonNode?> PostAsync(string path, JsonObject parameters)
    {
        using HttpResponseMessage response = await _client.PostAsJsonAsync(path, parameters, HangLimit);
        string text = await response.Content.ReadAsStringAsync(HangLimit);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!["value"];
    }
}
