using Linnet.Server.Hosting;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>Browsers are sent from HTTP to HTTPS; programs never are.</summary>
public class RedirectTests
{
    [Theory]
    [InlineData("/", "", true)]
    [InlineData("/index.html?x=1", "", true)]
    [InlineData("/jazz.mp3", "", false)]
    [InlineData("/jazz.m3u", "", false)]
    [InlineData("/jazz.pls", "", false)]
    [InlineData("/stations.json", "", false)]
    [InlineData("/status-json.xsl", "", false)]
    [InlineData("/health/live", "", false)]
    [InlineData("/health/ready", "", false)]
    [InlineData("/metrics", "", false)]
    [InlineData("/linnet-ca.crt", "", false)]
    [InlineData("/nothing", "", false)]
    [InlineData("/", "X-Forwarded-Proto: https", false)]
    [InlineData("/", "X-Forwarded-For: 203.0.113.7", false)]
    [InlineData("/", "Via: 1.1 proxy", false)]
    public async Task Only_pages_lead_to_https(string path, string header, bool isRedirected)
    {
        await using TlsServer server = await TlsServer.StartAsync(new RadioHostOptions { RedirectsPages = true });

        string answer = await server.Hosted.AskAsync(
            $"HEAD {path} HTTP/1.1\r\nHost: radio.example:8000\r\n{(header.Length > 0 ? header + "\r\n" : "")}\r\n");

        Assert.Equal(isRedirected, answer.StartsWith("HTTP/1.1 308 ", StringComparison.Ordinal));
        Assert.Equal(
            isRedirected, answer.Contains($"\r\nLocation: https://radio.example:{server.Https}{path}\r\n", StringComparison.Ordinal));
        Assert.DoesNotContain("Strict-Transport-Security", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("PUT /jazz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("SOURCE /jazz HTTP/1.0\r\n\r\n")]
    public async Task Pushes_are_answered_where_they_come(string push)
    {
        await using TlsServer server = await TlsServer.StartAsync(new RadioHostOptions { RedirectsPages = true });

        Assert.Contains(" 401 ", (await server.Hosted.AskAsync(push)).Split("\r\n")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_TLS_and_without_the_setting_the_page_itself_comes()
    {
        await using TlsServer redirecting = await TlsServer.StartAsync(new RadioHostOptions { RedirectsPages = true });
        await using TlsServer other = await TlsServer.StartAsync();

        Assert.StartsWith("HTTP/1.1 200 ", await redirecting.GetAsync("/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await other.Hosted.GetAsync("/"), StringComparison.Ordinal);
    }
}
