using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linnet.Interop.Tests.Devices;

namespace Linnet.Interop.Tests.Page.Drivers;

/// <summary>Debian's Firefox without a window, driven by WebDriver BiDi. It plays to a null sink.</summary>
internal sealed class FirefoxBrowser : ITestPage, IAsyncDisposable
{
    // A browser that hangs must not hang all tests after it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _profile;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];
    private string _page = "";
    private int _asked;

    private FirefoxBrowser(TempFolder profile, Process process)
    {
        _profile = profile;
        _process = process;
    }

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    /// <summary>Starts one that plays only after a click.</summary>
    /// <param name="pulse">Where it plays.</param>
    /// <param name="preferences">Lines of <c>user.js</c>.</param>
    public static async Task<FirefoxBrowser> StartAsync(PulseServer pulse, params string[] preferences)
    {
        var profile = new TempFolder();
        profile.Write(
            "user.js",
            $"""
            user_pref("app.update.enabled", false);
            user_pref("browser.shell.checkDefaultBrowser", false);
            user_pref("datareporting.policy.dataSubmissionEnabled", false);
            user_pref("network.captive-portal-service.enabled", false);
            user_pref("network.connectivity-service.enabled", false);
            user_pref("services.settings.server", "data:,");
            user_pref("toolkit.telemetry.server", "");
            {string.Join('\n', preferences)}
            """);
        Process process = pulse.Start(
            Program(), "--headless", "--no-remote", "--profile", profile.Path, "--remote-debugging-port", "0");
        var browser = new FirefoxBrowser(profile, process);
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public Task OpenAsync(string url) =>
        AskAsync("browsingContext.navigate", new() { ["context"] = _page, ["url"] = url, ["wait"] = "complete" });

    public async Task<string> EvaluateAsync(string expression)
    {
        JsonNode answer = await AskAsync("script.evaluate", new()
        {
            ["expression"] = $"(async () => JSON.stringify((await ({expression})) ?? null))()",
            ["target"] = new JsonObject { ["context"] = _page },
            ["awaitPromise"] = true,
        });
        Assert.True((string?)answer["type"] == "success", answer.ToJsonString());
        return (string)answer["result"]!["value"]!;
    }

    public async Task ClickAsync(string selector)
    {
        JsonNode middle = JsonNode.Parse(await EvaluateAsync(Clicks.MiddleOf(selector)))!;
        await AskAsync("input.performActions", new() { ["context"] = _page, ["actions"] = Clicks.At((int)middle[0]!, (int)middle[1]!) });
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _profile.Dispose();
    }

    /// <summary>Debian's name for it, or that of the others.</summary>
    private static string Program() => File.Exists("/usr/bin/firefox-esr") ? "firefox-esr" : "firefox";

    private async Task ConnectAsync()
    {
        // It says in its profile where it listens.
        string file = _profile["WebDriverBiDiServer.json"];
        await Until.TrueAsync(() => File.Exists(file) || _process.HasExited);
        Assert.False(_process.HasExited, "Firefox has ended.");
        JsonNode server = await ReadAsync(file);
        await _socket.ConnectAsync(new Uri($"ws://{server["ws_host"]}:{server["ws_port"]}/session"), HangLimit);
        await AskAsync("session.new", new() { ["capabilities"] = new JsonObject() });
        JsonNode tree = await AskAsync("browsingContext.getTree", []);
        _page = (string)tree["contexts"]![0]!["context"]!;
    }

    private static async Task<JsonNode> ReadAsync(string file)
    {
        while (true)
        {
            try
            {
                return JsonNode.Parse(await File.ReadAllTextAsync(file, HangLimit))!;
            }
            catch (JsonException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, HangLimit); // It is being written.
            }
        }
    }

    /// <summary>Runs a command and returns its result.</summary>
    private async Task<JsonNode> AskAsync(string method, JsonObject parameters)
    {
        try
        {
            return await AnswerAsync(method, parameters).WaitAsync(Patience, TimeProvider.System, HangLimit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Firefox has not answered {method} for {Patience}.");
        }
    }

    private async Task<JsonNode> AnswerAsync(string method, JsonObject parameters)
    {
        int id = ++_asked;
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, HangLimit);
        while (true)
        {
            JsonNode message = await ReceiveAsync();
            if ((int?)message["id"] == id)
            {
                return message["result"] ?? throw new InvalidOperationException($"{method}: {message["message"]}");
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using var message = new MemoryStream();
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(_buffer.AsMemory(), HangLimit);
            message.Write(_buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
