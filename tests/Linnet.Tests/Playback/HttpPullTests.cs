using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Codecs.Streams;
using Linnet.Playback;
using Linnet.Tests.Fakes;
using Linnet.Transports;

namespace Linnet.Tests.Playback;

public class HttpPullTests
{
    private static readonly Uri From = new("http://example.org:8000/radio/jazz");

    [Theory]
    [InlineData("/other", "http://example.org:8000/other")]
    [InlineData("blues", "http://example.org:8000/radio/blues")]
    [InlineData("https://example.com/jazz", "https://example.com/jazz")]
    [InlineData("//example.com/jazz", "http://example.com/jazz")]
    public void A_redirect_is_followed(string location, string to) => Assert.Equal(new Uri(to), HttpPull.Follow(From, location));

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/a")]
    [InlineData("gopher://example.com/a")]
    [InlineData("http://")]
    [InlineData("javascript:alert(1)")]
    public void A_redirect_to_anything_but_http_is_not(string location) => Assert.Throws<TransportException>(() => HttpPull.Follow(From, location));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("192.168.0.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("93.184.215.14", false)]
    [InlineData("172.32.0.1", false)]
    [InlineData("2606:2800::1", false)]
    public void Machines_that_only_we_can_reach_are_told_from_others(string address, bool isInside) =>
        Assert.Equal(isInside, HttpPull.IsInside(IPAddress.Parse(address)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_out_there_leads_to_no_machine_that_only_we_can_reach(bool isOutThere)
    {
        // Of this machine's two addresses the other one is the inner one.
        using var outer = new TcpListener(IPAddress.Parse("127.0.0.1"), 0);
        using var inner = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        outer.Start();
        inner.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var logger = new RecordingLogger();
        var pull = new HttpPull(new Uri($"http://{outer.LocalEndpoint}/jazz"), TimeProvider.System, logger, address => !isOutThere || address.Equals(IPAddress.Parse("127.0.0.2")));
        Task running = pull.RunAsync(new IngestBuffer("jazz", new IngestOptions()), stop.Token);
        using (TcpClient asked = await outer.AcceptTcpClientAsync(stop.Token))
        {
            await asked.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://{inner.LocalEndpoint}/secret\r\n\r\n"), stop.Token);
            Task<TcpClient> led = inner.AcceptTcpClientAsync(stop.Token).AsTask();
            while (!led.IsCompleted && logger.Lines.Count == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop.Token);
            }

            Assert.Equal(isOutThere, !led.IsCompleted);
            Assert.Equal(isOutThere, logger.Lines.Any(static l => l.Contains("the server leads to 127.0.0.2, which is an address within this network", StringComparison.Ordinal)));
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            if (led.IsCompletedSuccessfully)
            {
                (await led).Dispose();
            }
        }
    }

    [Theory]
    [InlineData("#EXTM3U\r\n#EXTINF:-1,Jazz\r\nhttp://example.com/jazz.mp3\r\nhttp://example.com/other.mp3")]
    [InlineData("\uFEFFhttp://example.com/jazz.mp3")]
    [InlineData("[playlist]\nNumberOfEntries=1\nFile1=http://example.com/jazz.mp3\nTitle1=Jazz\n")]
    [InlineData("/etc/passwd\nfile:///etc/passwd\nhttp://example.com/jazz.mp3\n")]
    public void Of_a_playlist_the_first_address_is_taken_and_no_file(string playlist) =>
        Assert.Equal(new Uri("http://example.com/jazz.mp3"), HttpPull.FirstOf(From, playlist));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd\nfile:///etc/passwd\nconcat:http\n")]
    [InlineData("File1=/etc/passwd")]
    [InlineData("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://example.com/a.m3u8\n")]
    public void A_playlist_without_such_an_address_is_refused(string playlist) => Assert.Throws<TransportException>(() => HttpPull.FirstOf(From, playlist));
}
