using Linnet.Transports;
using Linnet.Transports.Http.Pull;

namespace Linnet.Tests.Transports.Http.Pull;

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
    [InlineData(
        "file:///etc/passwd")]
    [InlineData("ftp://example.com/a")]
    [InlineData("gopher://example.com/a")]
    [InlineData("http://")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file://example.com/share/a")]
    public void A_redirect_to_anything_but_http_is_refused(string? location) =>
        Assert.Throws<TransportException>(() => PullAddress.Follow(From, location));

    [Theory]
    [InlineData("http://example.com/jazz")]
    [InlineData("http://example.org/radio/blues")]
    public void A_redirect_out_of_TLS_is_refused_and_the_address_is_told(string location)
    {
        var from = new Uri("https://ann:s3cret@example.org/radio/jazz");

        TransportException e = Assert.Throws<TransportException>(() => PullAddress.Follow(from, location));

        Assert.Equal(
            $"https://example.org/radio/jazz redirects from https to {location}, which is not followed: give that address if no encryption "
                + "is needed.",
            e.Message);
        Assert.Equal("https://ann:s3cret@example.org/radio/blues", PullAddress.Follow(from, "blues").ToString());
    }

    [Theory]
    [InlineData("#EXTM3U\r\n#EXTINF:-1,Jazz\r\nhttp://example.com/jazz.mp3\r\nhttp://example.com/other.mp3", 2)]
    [InlineData("\uFEFFhttp://example.com/jazz.mp3", 1)]
    [InlineData("\"http://example.com/jazz.mp3\"", 1)]
    [InlineData("[playlist]\nNumberOfEntries=1\nFile1=http://example.com/jazz.mp3\nTitle1=Jazz\n", 1)]
    [InlineData("; made by hand\n[playlist]\nFile0=http://example.com/jazz.mp3\nFile1=http://example.com/other.mp3\n", 2)]
    [InlineData("File1=http://example.com/jazz.mp3\nFile2=HTTPS://example.com/other.mp3\n", 2)]
    [InlineData(
        "<?xml version='1.0'?><playlist><trackList><track><location>http://example.com/jazz.mp3</location>"
            + "<location>http://b/</location></track></trackList></playlist>",
        2)]
    [InlineData(
        "file:///etc/passwd\n\\\\example.com\\share\nC:\\a.mp3\nrtsp://example.com/a\n"
            + "concat:http\njavascript:alert(1)\nhttp://\nhttp://example.com/jazz.mp3\n",
        1)]
    [InlineData("http://example.com/jazz.mp3\nhttp://example.com/jazz.mp3\n#http://example.com/c.mp3\n", 1)]
    public void A_playlist_gives_its_addresses_but_no_files(string playlist, int count)
    {
        foreach (string type in (string[])["audio/x-mpegurl", "audio/x-scpls; charset=utf-8"])
        {
            IReadOnlyList<Uri> entries = EntriesOf(playlist, type);

            Assert.Equal(count, entries.Count);
            Assert.Equal(new Uri("http://example.com/jazz.mp3"), entries[0]);
        }
    }

    [Theory]
    [InlineData("jazz.mp3", "http://example.org:8000/radio/jazz.mp3")]
    [InlineData("../a b.mp3", "http://example.org:8000/a%20b.mp3")]
    [InlineData("/jazz.mp3", "http://example.org:8000/jazz.mp3")]
    [InlineData("//example.com/jazz.mp3", "http://example.com/jazz.mp3")]
    [InlineData("?sid=1", "http://example.org:8000/radio/jazz?sid=1")]
    [InlineData("100%.mp3", "http://example.org:8000/radio/100%25.mp3")]
    public void An_entry_is_relative_to_its_playlist(string entry, string to) =>
        Assert.Equal(new Uri(to), Assert.Single(EntriesOf(entry + "\n", "audio/x-mpegurl")));

    [Fact]
    public void Only_the_first_entries_of_a_long_playlist_are_tried() =>
        Assert.Equal(PullAddress.MaxEntries,
            EntriesOf(string.Concat(Enumerable.Range(0, 1000).Select(static i => $"http://example.com/{i}.mp3\n")), null).Count);

    [Theory]
    [InlineData("")]
    [InlineData(
        "file:///etc/passwd\nconcat:http\n")]
    [InlineData("File1=file:///etc/passwd")]
    [InlineData("http://\n")]
    [InlineData("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://example.com/a.m3u8\n")]
    [InlineData("\0\u0001")]
    [InlineData("<playlist><track>")]
    public void A_playlist_without_an_http_address_is_refused(string playlist) =>
        Assert.Throws<TransportException>(() => EntriesOf(playlist, "audio/x-mpegurl"));

    [Theory]
    [InlineData("/jazz", "audio/x-mpegurl", true)]
    [InlineData("/jazz", "Audio/X-ScPls; charset=utf-8", true)]
    [InlineData("/jazz", "application/xspf+xml", true)]
    [InlineData("/jazz.m3u8", "text/plain", true)]
    [InlineData("/jazz.xspf", "application/xml", true)]
    [InlineData("/jazz.pls", "text/html", true)]
    [InlineData("/jazz.PLS", null, true)]
    [InlineData("/jazz.cue", null, false)]
    [InlineData("/jazz.m3u", "audio/mpeg", false)]
    [InlineData("/jazz", "text/html", false)]
    [InlineData("/jazz", null, false)]
    public void A_playlist_is_distinguished_from_audio(string path, string? type, bool isPlaylist) =>
        Assert.Equal(isPlaylist, PullAddress.IsPlaylist(new Uri(From, path), type));

    [Theory]
    [InlineData("audio/mpeg; charset=windows-1251", 1251)]
    [InlineData("audio/mpeg;CHARSET=\"cp1251\"", 1251)]
    [InlineData("audio/mpeg", null)]
    [InlineData(null, null)]
    public void A_type_may_name_an_encoding(string? type, int? codePage) => Assert.Equal(codePage, PullAddress.EncodingOf(type)?.CodePage);

    private static IReadOnlyList<Uri> EntriesOf(string playlist, string? type) =>
        PullAddress.EntriesOf(From, type, System.Text.Encoding.UTF8.GetBytes(playlist));
}
