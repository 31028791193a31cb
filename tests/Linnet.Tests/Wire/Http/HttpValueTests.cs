using System.Net;
using System.Text;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;
using Linnet.Wire.Messages;

namespace Linnet.Tests.Wire.Http;

public class HttpValueTests
{
    private static readonly string[] AudioTypes = ["audio/mpeg", "audio/ogg", "audio/flac"];

    [Theory]
    [InlineData("mode=updinfo&mount=/jazz&song=A%20-%20B", "A - B")]
    [InlineData("song=a+b%2Bc", "a b+c")]
    [InlineData("song=caf%C3%A9", "café")]
    [InlineData("song=caf%E9", "café")]
    [InlineData("song=caf%C3%A9&charset=ISO-8859-1", "cafÃ©")]
    [InlineData("song=caf%C3%A9&charset=utf-8", "café")]
    [InlineData("song=café", "café")]
    [InlineData("song=Don%92t", "Don’t")]
    [InlineData("song=Don%92t&charset=latin1", "Don’t")]
    [InlineData("song=%CF%E8%EA%ED%E8%EA&charset=windows-1251", "Пикник")]
    [InlineData("charset=CP1251&song=%CF%E8%EA%ED%E8%EA", "Пикник")]
    [InlineData("song=%F0%C9%CB%CE%C9%CB&charset=KOI8-R", "Пикник")]
    [InlineData("song=%93%FA%96%7B&charset=Shift_JIS", "日本")]
    [InlineData("song=caf%E9&charset=utf-8", "café")]
    [InlineData("song=caf%E9&charset=klingon", "café")]
    [InlineData("song=100%&x", "100%")]
    [InlineData("song=%zz", "%zz")]
    [InlineData("song=a=b&song=c", "a=b")]
    [InlineData("song=%0d%0aX-Evil:%20y%1b[31m", "X-Evil: y [31m")]
    [InlineData("song=", null)]
    [InlineData("song", null)]
    [InlineData("", null)]
    [InlineData("&&=&", null)]
    public void A_query_gives_its_parameters(string query, string? song) => Assert.Equal(song, new QueryString(query).Text("song"));

    [Fact]
    public void A_charset_is_that_of_the_title_and_not_of_the_rest() =>
        Assert.Equal("updinfo", new QueryString("mode=updinfo&charset=utf-16&song=a%00")["mode"]);

    [Theory]
    [InlineData("charset=windows-1251", "Пикник")]
    [InlineData("charset=koi8-r", "оХЙМХЙ")]
    [InlineData("x=y", "Ïèêíèê")]
    public void Bytes_of_a_request_that_are_not_encoded_are_those_of_the_title(string charset, string song)
    {
        byte[] request = [.. "GET /admin/metadata?mode=updinfo&song="u8, 0xCF, 0xE8, 0xEA, 0xED, 0xE8, 0xEA,
            .. Encoding.ASCII.GetBytes($"&{charset} HTTP/1.0\r\n\r\n")];

        Assert.Equal(HttpReadResult.Done,
            HttpRequestHead.TryParse(new System.Buffers.ReadOnlySequence<byte>(request), null, out HttpRequestHead? head, out _));
        Assert.Equal(song, new QueryString(head!.Query).Text("song"));
        Assert.False(Linnet.Audio.ByteText.HasBytes(head.ToString()));
    }

    [Fact]
    public void A_query_has_a_limit_of_parameters()
    {
        var query = new QueryString(string.Concat(Enumerable.Range(0, 1000).Select(i => $"a{i}=b&")));

        Assert.Equal(("b", null), (query["a31"], query["a32"]));
    }

    [Theory]
    [InlineData("Basic c291cmNlOmhhY2ttZQ==", "source", "hackme")]
    [InlineData("basic c291cmNlOmE6Yg==", "source", "a:b")]
    [InlineData("Basic  Og==", "", "")]
    public void Credentials_are_read(string header, string user, string password)
    {
        Assert.True(BasicCredentials.TryParse(header, out BasicCredentials? credentials));
        Assert.Equal((user, password), (credentials.User, Encoding.UTF8.GetString(credentials.Password)));
        Assert.True(BasicCredentials.TryParse(credentials.ToHeader(), out BasicCredentials? again));
        Assert.Equal(Encoding.UTF8.GetString(credentials.Password), Encoding.UTF8.GetString(again.Password));
        Assert.DoesNotContain(password.Length > 0 ? password : "?", credentials.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Malformed_credentials_are_refused()
    {
        string[] headers =
            ["", "Basic", "Basic ", "Bearer c291cmNlOmhhY2ttZQ==", "Basic c291cmNl", "Basic !!!!", "Basic c291cmNlOmhhY2ttZQ", "Basic é",
            "Basic " + Convert.ToBase64String(new byte[BasicCredentials.MaxLength + 1]), "Basic " + new string('A', 100_000)];
        Assert.All([.. headers, null], header => Assert.False(BasicCredentials.TryParse(header, out _), header));
        Assert.Throws<ArgumentException>(() => new BasicCredentials("a:b", "c"));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("*/*", 0)]
    [InlineData("audio/ogg", 1)]
    [InlineData("AUDIO/OGG;q=0.5, audio/flac;q=0.4", 1)]
    [InlineData("audio/*;q=0.2, audio/flac;q=0.9", 2)]
    [InlineData("audio/mpeg;q=0, */*", 1)]
    [InlineData("text/html, */*;q=0.1", 0)]
    [InlineData("text/html", -1)]
    [InlineData("audio/ogg;q=9, audio/mpeg;q=nan", -1)]
    [InlineData("audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,application/ogg;q=0.7,video/*;q=0.6,*/*;q=0.5", 1)]
    public void The_preferred_type_has_the_highest_quality(string? accept, int best)
    {
        int[] qualities = [.. AudioTypes.Select(type => AcceptHeader.Quality(accept, type))];

        Assert.Equal(best, qualities.Max() == 0 ? -1 : Array.IndexOf(qualities, qualities.Max()));
    }

    [Fact]
    public void A_sources_description_of_its_station_is_read_cleaned_and_passed_on()
    {
        HttpRequestHead head = HttpRequestHeadTests.Read(
            "SOURCE /jazz ICE/1.0\r\nice-name: Jazz\tFM \u202Ex\r\nIce-Genre: jazz\r\nice-url: javascript:alert(1)\r\nice-public: 1\r\n"
            + "ice-audio-info: ice-bitrate=128;samplerate=44100;ice-channels=2;ice-x=-1\r\n\r\n");
        IceDescription description = IceDescription.Read(head.Headers);
        Assert.Equal(new IceDescription("Jazz FM x", null, "jazz", null, true, 128_000, 44_100), description);

        var answer = new HttpResponseHead(HttpStatusCode.OK);
        (description with { Url = "https://host/\r\nEvil: x" }).AddTo(answer.Headers);
        Assert.Equal(
            "HTTP/1.0 200 OK\r\nicy-name: Jazz FM x\r\nicy-genre: jazz\r\nicy-url: https://host/ Evil: x\r\nicy-pub: 1\r\nicy-br: "
                + "128\r\nicy-sr: 44100\r\n\r\n",
            Encoding.UTF8.GetString(answer.ToArray()));
        Assert.Equal(320_000, IceDescription.Read(new MessageHeaders { { "icy-br", "320,320" } }).BitRate);
    }

    [Theory]
    [InlineData("A", "b\r\nC: d")]
    [InlineData("A:", "b")]
    public void A_header_cannot_break_out_of_its_line(string name, string value) =>
        Assert.Throws<ArgumentException>(() => new HttpResponseHead(HttpStatusCode.OK).Headers.Add(name, value));
}
