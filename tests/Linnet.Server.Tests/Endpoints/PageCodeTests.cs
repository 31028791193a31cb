using Linnet.Server.Endpoints;
using Linnet.Server.Tests.Hosting;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Endpoints;

public class PageCodeTests
{
    [Fact]
    public async Task The_code_leads_to_the_station_by_the_address_that_the_client_used()
    {
        await using HostedServer server = await StartAsync();

        string answer = await server.GetAsync("/qr.svg?station=jazz");

        Assert.Contains("\r\nContent-Type: image/svg+xml\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + PageCode.Draw("http://radio.example:8000/#jazz"), answer, StringComparison.Ordinal);
        Assert.EndsWith(PageCode.Draw("http://radio.example:8000/"), await server.GetAsync("/qr.svg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_code_for_what_is_no_station_or_no_address()
    {
        await using HostedServer server = await StartAsync();

        Assert.StartsWith("HTTP/1.1 404 ", await server.GetAsync("/qr.svg?station=%3Cscript%3E"), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 414 ", await server.AskAsync($"GET /qr.svg HTTP/1.1\r\nHost: {new string('a', PageCode.Longest)}\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_codes_asked_for_last_are_drawn_once()
    {
        var codes = new PageCodeCache();
        string first = codes.Of("http://radio.example/#0");
        string second = codes.Of("http://radio.example/#1");
        for (int i = 2; i <= PageCodeCache.Most; i++)
        {
            Assert.Same(first, codes.Of("http://radio.example/#0"));
            codes.Of($"http://radio.example/#{i}");
        }

        Assert.Same(first, codes.Of("http://radio.example/#0"));
        Assert.NotSame(second, codes.Of("http://radio.example/#1"));
        Assert.Equal(PageCode.Draw("http://radio.example/#1"), codes.Of("http://radio.example/#1"));
    }

    private static Task<HostedServer> StartAsync() =>
        HostedServer.StartAsync([new Station(new StationOptions { Name = "jazz" }, new ToneSource(440))]);
}
