using Linnet.Playback;
using Linnet.Transports;

namespace Linnet.Tests.Playback;

public class PullAddressTests
{
    private static readonly Uri From = new("http://example.org:8000/radio/jazz");

    [Theory]
    [InlineData("/other", "http://example.org:8000/other")]
    [InlineData("blues", "http://example.org:8000/radio/blues")]
    [InlineData("https://example.com/jazz", "https://example.com/jazz")]
    [InlineData("//example.com/jazz", "http://example.com/jazz")]
    public void A_redirect_is_followed(string location, string to) => Assert.Equal(new Uri(to), PullAddress.Follow(From, location));

    [Theory]
    [InlineData(null)]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/a")]
    [InlineData("gopher://example.com/a")]
    [InlineData("http://")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file://example.com/share/a")]
    public void A_redirect_to_anything_but_http_is_not(string? location) =>
        Assert.Throws<TransportException>(() => PullAddress.Follow(From, location));

    [Theory]
    [InlineData("#EXTM3U\r\n#EXTINF:-1,Jazz\r\nhttp://example.com/jazz.mp3\r\nhttp://example.com/other.mp3", 2)]
    [InlineData("\uFEFFhttp://example.com/jazz.mp3", 1)]
    [InlineData("[playlist]\nNumberOfEntries=1\nFile1=http://example.com/jazz.mp3\nTitle1=Jazz\n", 1)]
    [InlineData("/etc/passwd\nfile:///etc/passwd\n\\\\example.com\\share\n//example.com/share\nhttp://example.com/jazz.mp3\n", 1)]
    public void Of_a_playlist_the_addresses_are_taken_and_no_file(string playlist, int count)
    {
        IReadOnlyList<Uri> entries = PullAddress.EntriesOf(From, playlist);

        Assert.Equal(count, entries.Count);
        Assert.Equal(new Uri("http://example.com/jazz.mp3"), entries[0]);
    }

    [Fact]
    public void Of_a_long_playlist_the_first_few_are_tried() =>
        Assert.Equal(PullAddress.MaxEntries, PullAddress.EntriesOf(From, string.Concat(Enumerable.Repeat("http://example.com/jazz.mp3\n", 1000))).Count);

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd\nfile:///etc/passwd\nconcat:http\n")]
    [InlineData("File1=/etc/passwd")]
    [InlineData("http://\n")]
    [InlineData("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://example.com/a.m3u8\n")]
    public void A_playlist_without_such_an_address_is_refused(string playlist) =>
        Assert.Throws<TransportException>(() => PullAddress.EntriesOf(From, playlist));
}
