using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linnet.Cli;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary>A configuration that is read again when the API asks, and what is in effect then.</summary>
public sealed partial class ReloadCallTests : IDisposable
{
    private const string Tone = "[stations.jazz]\nsource = \"tone\"\nlive = true\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-reload-").FullName;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly HttpClient _client = new();
    private readonly string _token = ApiToken.Create();
    private readonly string _accounts;

    public ReloadCallTests() => _accounts =
        $"[accounts.ops]\nroles = [\"admin\"]\npassword-hash = \"{AccountPasswords.Hash("correct horse")}\"\n"
            + $"token-hashes = [\"{ApiToken.HashOf(_token)}\"]\n"
            + $"[accounts.ann]\nroles = [\"listen\"]\npassword-hash = \"{AccountPasswords.Hash("battery staple")}\"\n";

    private string FilePath => Path.Join(_folder, "linnet.toml");

    public void Dispose()
    {
        _client.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Only_an_administrator_may_have_the_file_read_again_and_not_through_a_page_of_another_site()
    {
        Write(_accounts + Tone);
        (FakeShell server, Task<int> serving, string address) = await ServeAsync("--config", FilePath);

        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync(address, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync(address, Basic("ops", "wrong horse"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync(address, Basic("nobody", "correct horse"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync(address, new("Bearer", "x" + _token))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await CallAsync(address, Basic("ann", "battery staple"))).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await CallAsync(address, Basic("ops", "correct horse"), ("Origin", "http://evil.example"))).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await CallAsync(address, Basic("ops", "correct horse"), ("Sec-Fetch-Site", "cross-site"))).Status);
        Assert.DoesNotContain("was read again", server.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, Basic("ops", "correct horse"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, new("Bearer", _token), ("Origin", address.TrimEnd('/')))).Status);

        await EndAsync(server, serving);
    }

    [Fact]
    public async Task The_answer_says_what_has_changed_and_lists_mistakes()
    {
        Write(_accounts + Tone);
        (FakeShell server, Task<int> serving, string address) = await ServeAsync("--config", FilePath);
        File.WriteAllText(Path.Join(_folder, "no-sound.wav"), "This is no sound.");

        Write(_accounts.Replace("\"listen\"", "\"push\"", StringComparison.Ordinal)
            + Tone + "[stations.news]\nsource = \"tone\"\n[stations.bad]\nsource = \"no-sound.wav\"\n[rtsp]\nmax-lag = 9\n");
        (HttpStatusCode status, JsonNode answer) = await CallAsync(address, new("Bearer", _token));
        Write(_accounts + Tone + "[stations.news]\nsource = \"nothing.wav\"\n[http]\nburts = 1\n");
        (HttpStatusCode refused, JsonNode mistakes) = await CallAsync(address, new("Bearer", _token));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["bad"], answer["not_opened"]!.AsObject().Select(static pair => pair.Key));
        answer.AsObject().Remove("not_opened");
        Assert.Equal(
            """{"added":["news"],"changed":[],"removed":[],"settings":["accounts.ann"],"need_restart":["rtsp.max-lag"]}""",
            answer.ToJsonString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused);
        Assert.Equal(2, mistakes["problems"]!.AsArray().Count);
        Assert.Contains("burts", mistakes["problems"]![1]!.GetValue<string>(), StringComparison.Ordinal);
        await EndAsync(server, serving);
    }

    [Fact]
    public async Task Limits_passwords_and_networks_take_effect_and_those_who_listen_stay()
    {
        string start = _accounts + "[push]\npassword = \"first-password\"\n[stations.live]\nsource = \"push\"\n" + Tone;
        Write(start + "[http]\nmax-per-station = 1\n");
        (FakeShell server, Task<int> serving, string address) =
            await ServeAsync("--config", FilePath, "--trusted-proxy", "127.0.0.1", "--http-port", "0");
        using Stream listener = await _client.GetStreamAsync(address + "jazz.wav", _stop.Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync("jazz.wav"));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync("metrics", ("X-Forwarded-For", "203.0.113.5")));
        Assert.Equal(HttpStatusCode.Unauthorized, await TitleAsync("second-password"));

        Write(start.Replace("first-", "second-", StringComparison.Ordinal)
            + "[http]\nmax-per-station = 2\nmetrics-allow = [\"203.0.113.0/24\"]\n");
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, new("Bearer", _token))).Status);

        Assert.Equal(HttpStatusCode.OK, await GetAsync("jazz.wav"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("metrics", ("X-Forwarded-For", "203.0.113.5")));
        Assert.Equal(HttpStatusCode.Unauthorized, await TitleAsync("first-password"));
        Assert.Equal(HttpStatusCode.NotFound, await TitleAsync("second-password"));
        await listener.ReadExactlyAsync(new byte[64 * 1024], _stop.Token);
        await EndAsync(server, serving);

        async Task<HttpStatusCode> GetAsync(string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + path);
            return (await SendAsync(request, headers)).Status;
        }

        // With the right password it is not found: no client pushes. A refused push would be closed while its body is still sent.
        async Task<HttpStatusCode> TitleAsync(string password)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + "admin/metadata?mode=updinfo&mount=/live&song=a");
            request.Headers.Authorization = Basic("source", password);
            return (await SendAsync(request)).Status;
        }
    }

    [Fact]
    public async Task A_station_that_a_change_of_the_file_closes_is_heard_by_accounts_and_links_alone()
    {
        Write(_accounts + Tone);
        (FakeShell server, Task<int> serving, string address) = await ServeAsync("--config", FilePath);
        using Stream listener = await _client.GetStreamAsync(address + "jazz.wav", _stop.Token);
        const string Closed = "listen = \"accounts\"\n[links]\nkeys = [\"a1:AAECAwQFBgcICQoLDA0ODw==\"]\n"
            + "[stations.news]\nsource = \"tone\"\nlisten = \"accounts\"\n";

        Write(_accounts + Tone + Closed);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, new("Bearer", _token))).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("jazz.wav", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("news.wav", null));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("jazz.wav", Basic("ann", "battery staple")));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("news.wav", Basic("ann", "battery staple")));
        var linking = new FakeShell();
        Assert.Equal(0, await CommandLine.RunAsync(["link", "jazz", "--config", FilePath], linking.Shell, _stop.Token));
        string link = new Uri(linking.Output.Split('\n')[0]).Segments[1];
        Assert.Equal(HttpStatusCode.OK, await GetAsync(link + "jazz.wav", null));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(link + "news.wav", null));

        Write(_accounts[.._accounts.IndexOf("[accounts.ann]", StringComparison.Ordinal)] + Tone + Closed);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, new("Bearer", _token))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("jazz.wav", Basic("ann", "battery staple")));
        await listener.ReadExactlyAsync(new byte[64 * 1024], _stop.Token);
        await EndAsync(server, serving);

        async Task<HttpStatusCode> GetAsync(string path, AuthenticationHeaderValue? authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + path);
            request.Headers.Authorization = authorization;
            return (await SendAsync(request)).Status;
        }
    }

    [Fact]
    public async Task A_closed_station_stays_closed_until_it_has_the_source_that_is_for_everyone()
    {
        const string Station = "[stations.jazz]\nlisten = \"accounts\"\nsource = \"tone\"\nlive = true\n";
        string late = Path.Join(_folder, "late.wav");
        File.WriteAllText(late, "This is no sound.");
        Write(_accounts + Station);
        (FakeShell server, Task<int> serving, string address) = await ServeAsync("--config", FilePath);

        Write(_accounts + Station.Replace("accounts", "anyone", StringComparison.Ordinal)
            .Replace("tone", "late.wav", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, new("Bearer", _token))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync());

        File.WriteAllBytes(late, PcmWav.Of(8_000, 1, 16, new byte[160_000]));
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(address, new("Bearer", _token))).Status);
        Assert.Equal(HttpStatusCode.OK, await GetAsync());
        await EndAsync(server, serving);

        async Task<HttpStatusCode> GetAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + "jazz.wav");
            return (await SendAsync(request)).Status;
        }
    }

    [Theory]
    [InlineData("jazz/pcm", 0)]
    [InlineData("", 0)]
    [InlineData("jazz", 1, "wrong%20horse")]
    public async Task A_player_of_a_closed_station_gives_the_password_of_an_http_address_over_HTTP_alone(
        string path, int code, string password = "battery%20staple")
    {
        Write(_accounts + Tone + "listen = \"accounts\"\n");
        (FakeShell server, Task<int> serving, string address) = await ServeAsync("--config", FilePath);
        string heard = Path.Join(_folder, "heard.wav");
        var player = new FakeShell();

        Assert.Equal(code, await CommandLine.RunAsync(
            ["record", address.Replace("://", $"://ann:{password}@", StringComparison.Ordinal) + path, heard, "--seconds", "0.3",
                "--no-reconnect"],
            player.Shell, _stop.Token));

        Assert.Equal(code == 0, File.Exists(heard) && new FileInfo(heard).Length > 1000);
        Assert.DoesNotContain(password, player.Output + player.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("over rtsp-", server.Output, StringComparison.Ordinal);
        await EndAsync(server, serving);
    }

    [Fact]
    public async Task A_server_without_a_file_has_none_to_read_again()
    {
        (FakeShell server, Task<int> serving, string address) = await ServeAsync("tone");

        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(address, new("Bearer", _token))).Status);

        await EndAsync(server, serving);
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> CallAsync(
        string address, AuthenticationHeaderValue? authorization, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address + "api/reload");
        request.Headers.Authorization = authorization;
        (HttpStatusCode status, string text) = await SendAsync(request, headers);
        return (status, text.StartsWith('{') ? JsonNode.Parse(text)! : text);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(
        HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        bool isWhole = response.Content.Headers.ContentLength is not null;
        return (response.StatusCode, isWhole ? await response.Content.ReadAsStringAsync(_stop.Token) : "");
    }

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private async Task<(FakeShell Shell, Task<int> Serving, string Address)> ServeAsync(params string[] words)
    {
        var shell = new FakeShell(new UnwatchedTime());
        string[] port = words.Contains("--http-port") ? [] : ["--http-port", "0"];
        Task<int> serving = CommandLine.RunAsync(
            ["serve", .. words, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", .. port], shell.Shell, _stop.Token);
        Task<string> listening = shell.SaysAsync("In a browser:");
        await Task.WhenAny(listening, serving);
        Assert.False(serving.IsCompleted, shell.Errors);
        return (shell, serving, Address().Match(await listening).Value);
    }

    private async Task EndAsync(FakeShell server, Task<int> serving)
    {
        await _stop.CancelAsync();
        Assert.Equal((0, ""), (await serving, server.Errors));
    }

    private void Write(string text)
    {
        File.WriteAllText(FilePath + ".next", "version = 1\n" + text);
        File.Move(FilePath + ".next", FilePath, overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    // A clock by which the server never looks at the file by itself.
    private sealed class UnwatchedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            period == TimeSpan.FromSeconds(1)
                ? base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
                : base.CreateTimer(callback, state, dueTime, period);
    }

    [GeneratedRegex("http://[^ ]*/")]
    private static partial Regex Address();
}
