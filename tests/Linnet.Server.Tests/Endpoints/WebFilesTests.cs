using System.Net;
using System.Text.RegularExpressions;
using Linnet.Server.Endpoints;
using Linnet.Server.Tests.Hosting;

namespace Linnet.Server.Tests.Endpoints;

public partial class WebFilesTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public void All_files_together_are_small() =>
        Assert.InRange(WebFiles.All.Sum(static f => f.Content.Length) + WebFiles.Page.Length, 1, 200_000);

    [Fact]
    public void A_script_contains_no_address_of_a_third_party_and_the_page_nothing_inline()
    {
        Assert.DoesNotMatch(" style=| on[a-z]+=|<style|<script>|javascript:", WebFiles.Page);
        Assert.DoesNotMatch("(src|href)=\"(?!{{base}}/)", WebFiles.Page);
    }

    [Fact]
    public async Task Every_file_is_sent_with_its_type_and_other_pages_may_use_it()
    {
        await using HostedServer server = await HostedServer.StartAsync([]);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Host.EndPoint}") };
        foreach (WebFile file in WebFiles.All)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(file.Path, UriKind.Relative), HangLimit);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(file.Content.ToArray(), await answer.Content.ReadAsByteArrayAsync(HangLimit));
            Assert.NotEqual("text/plain", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal("no-cache", answer.Headers.CacheControl!.ToString());
        }
    }

    [Fact]
    public async Task Every_file_that_the_page_names_exists()
    {
        await using HostedServer server = await HostedServer.StartAsync([]);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Host.EndPoint}") };
        string page = await client.GetStringAsync(new Uri("/", UriKind.Relative), HangLimit);
        string[] named = [.. Named().Matches(page).Select(static m => m.Groups[1].Value)];

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(WebFiles.All.Select(static f => f.Path)));
    }

    [Fact]
    public async Task A_client_that_has_a_file_does_not_get_it_again()
    {
        await using HostedServer server = await HostedServer.StartAsync([]);
        WebFile file = WebFiles.All[0];

        Assert.StartsWith("HTTP/1.1 304 ", await AskAsync($"\"x\", W/{file.ETag}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 304 ", await AskAsync("*"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("\"x\""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("nonsense"), StringComparison.Ordinal);

        Task<string> AskAsync(string tag) =>
            server.AskAsync($"GET {file.Path} HTTP/1.1\r\nHost: x\r\nIf-None-Match: {tag}\r\n\r\n");
    }

    [Fact]
    public async Task A_part_of_a_file_is_sent_because_Safari_plays_no_other_sound()
    {
        await using HostedServer server = await HostedServer.StartAsync([]);

        string answer = await server.AskAsync("GET /player/silence.fla HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 206 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: audio/flac\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nfL", answer, StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:src|href)=\"(/[^\"]+)\"")]
    private static partial Regex Named();
}
