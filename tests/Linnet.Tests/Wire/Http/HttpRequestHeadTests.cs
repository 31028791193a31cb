using System.Buffers;
using System.Net;
using System.Text;
using Linnet.Audio;
using Linnet.Wire.Http;

namespace Linnet.Tests.Wire.Http;

public class HttpRequestHeadTests
{
    internal const string Ffmpeg =
        "PUT /jazz HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\nExpect: 100-continue\r\nConnection: close\r\n"
        + "Host: 127.0.0.1:8000\r\nContent-Type: audio/mpeg\r\nIcy-MetaData: 1\r\nIce-Name: Jazz é\r\nIce-Genre: jazz\r\nIce-Public: 0\r\n"
        + "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n\r\n";

    internal const string LegacyFfmpeg =
        "SOURCE /jazz HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\nConnection: close\r\nHost: 127.0.0.1:8000\r\n"
        + "Content-Type: audio/mpeg\r\nIcy-MetaData: 1\r\nIce-Public: 0\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\n\r\n";

    internal const string Curl =
        "PUT /jazz HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\nUser-Agent: curl/7.88.1\r\n"
        + "Accept: */*\r\nTransfer-Encoding: chunked\r\nContent-Type: audio/flac\r\nExpect: 100-continue\r\n\r\n";

    internal const string Ezstream = "SOURCE /jazz ICE/1.0\nice-name: x\n\n";

    [Fact]
    public void A_source_of_each_kind_is_understood()
    {
        HttpRequestHead ffmpeg = Read(Ffmpeg);
        Assert.Equal(("PUT", "/jazz", HttpProtocol.Http11, true), (ffmpeg.Method, ffmpeg.Path, ffmpeg.Protocol, ffmpeg.ExpectsContinue));
        Assert.Equal(new HttpBodyFraming(HttpBodyKind.UntilClose), ffmpeg.Body);
        Assert.Equal("Jazz é", ffmpeg.Headers["ice-name"]);
        Assert.Equal("127.0.0.1:8000", ffmpeg.Authority);

        HttpRequestHead legacy = Read(LegacyFfmpeg);
        Assert.Equal(("SOURCE", false), (legacy.Method, legacy.ExpectsContinue));

        Assert.Equal(new HttpBodyFraming(HttpBodyKind.Chunked), Read(Curl).Body);
        Assert.Equal((HttpProtocol.Ice10, "x"), (Read(Ezstream).Protocol, Read(Ezstream).Headers["Ice-Name"]));
    }

    [Theory]
    [InlineData("GET /jazz.mp3 HTTP/1.0", "/jazz.mp3", "", "")]
    [InlineData("GET /jazz%2emp3?a=b&c HTTP/1.0", "/jazz.mp3", "a=b&c", "")]
    [InlineData("GET http://host:8000/jazz?x HTTP/1.1", "/jazz", "x", "host:8000")]
    [InlineData("GET http://host HTTP/1.1", "/", "", "host")]
    [InlineData("GET http://host?x HTTP/1.1", "/", "x", "host")]
    [InlineData("OPTIONS * HTTP/1.1", "*", "", "")]
    [InlineData("GET /caf%C3%A9 HTTP/1.9", "/café", "", "")]
    [InlineData("GET /caf%E9 HTTP/1.1", "/café", "", "")]
    [InlineData("GET /../../etc/passwd HTTP/1.1", "/../../etc/passwd", "", "")]
    [InlineData("GET /a#b HTTP/1.1", "/a", "", "")]
    [InlineData("GET //x HTTP/1.1", "//x", "", "")]
    public void A_target_has_a_path_a_query_and_perhaps_a_host(string line, string path, string query, string authority)
    {
        HttpRequestHead head = Read(line + "\r\n\r\n");

        Assert.Equal((path, query, authority), (head.Path, head.Query, head.Authority));
    }

    [Theory]
    [InlineData("GET /\r\n\r\n", 400, "no version")]
    [InlineData("GET / HTTP/2.0\r\n\r\n", 505, "an unknown version")]
    [InlineData("GET / RTSP/1.0\r\n\r\n", 400, "another protocol")]
    [InlineData("G(T / HTTP/1.1\r\n\r\n", 400, "a method that is no token")]
    [InlineData("GET /%zz HTTP/1.1\r\n\r\n", 400, "a percent without digits")]
    [InlineData("GET /% HTTP/1.1\r\n\r\n", 400, "a percent at the end")]
    [InlineData("GET /%0d%0aX:y HTTP/1.1\r\n\r\n", 400, "a line break in the path")]
    [InlineData("GET /%00 HTTP/1.1\r\n\r\n", 400, "a zero in the path")]
    [InlineData("GET jazz HTTP/1.1\r\n\r\n", 400, "no slash")]
    [InlineData("GET http:///x HTTP/1.1\r\n\r\n", 400, "no host")]
    [InlineData("GET http://a\"b/x HTTP/1.1\r\n\r\n", 400, "no host that may stand in an address")]
    [InlineData("GET / HTTP/1.1\r\nHost\r\n\r\n", 400, "no colon")]
    [InlineData("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "white space before the colon")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400, "a folded header")]
    [InlineData("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400, "a lone CR")]
    [InlineData("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 400, "a zero in a header")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "two lengths")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "a length with a sign")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400, "a length beyond all")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "a length and chunks")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400, "a coding that is not spoken")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "chunked twice")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001", 400, "TLS")]
    [InlineData("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", 400, "nothing but line breaks")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ", 400, "a method without end")]
    public void Bytes_that_are_not_a_request_are_refused(string text, int status, string why)
    {
        Assert.Equal(
            HttpReadResult.Invalid, HttpRequestHead.TryParse(Buffer(text), null, out HttpRequestHead? head, out HttpRefusal? refusal));
        Assert.Null(head);
        Assert.True((HttpStatusCode)status == refusal!.Status, why);
    }

    [Theory]
    [InlineData(4096, 414)]
    [InlineData(9000, 414)]
    public void A_request_line_has_a_longest_length(int length, int status) => Refused("GET /" + new string('a', length), status);

    [Fact]
    public void Headers_have_a_longest_length_alone_and_together()
    {
        Refused("GET / HTTP/1.1\r\nA: " + new string('a', 4096), 431);
        Refused("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 65)), 431);
        Refused("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: " + new string('a', 1000) + "\r\n", 9)), 431);
        Assert.Equal(64, Read("GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 64)) + "\r\n").Headers.Count);
    }

    [Fact]
    public void A_head_that_arrives_byte_by_byte_is_complete_only_at_its_end_and_leaves_the_rest()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Ffmpeg + "sound");
        int end = bytes.Length - 5;
        for (int length = 0; length <= bytes.Length; length++)
        {
            HttpReadResult result = HttpRequestHead.TryParse(new(bytes.AsMemory(0, length)), null, out HttpRequestHead? head, out _);
            Assert.Equal(length < end ? HttpReadResult.NeedMore : HttpReadResult.Done, result);
            Assert.Equal(length < end ? 0 : end, head?.Length ?? 0);
        }
    }

    [Fact]
    public void Any_input_is_read_the_same_in_pieces_or_at_once_and_breaks_out_of_no_line()
    {
        byte[][] samples =
            [.. new[] { Ffmpeg, LegacyFfmpeg, Curl, Ezstream, "GET /a?b=%20c HTTP/1.0\r\nA: b\r\n\r\n" }.Select(Encoding.UTF8.GetBytes)];
        var noise = new Noise(9112);
        int read = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] bytes = noise.Mutation(samples);
            HttpReadResult result = HttpRequestHead.TryParse(new(bytes), null, out HttpRequestHead? head, out HttpRefusal? refusal);
            Assert.Equal(result is HttpReadResult.Done, head is not null);
            Assert.Equal(result is HttpReadResult.Invalid, refusal is not null);
            if (head is null)
            {
                continue;
            }

            read++;
            string written = $"{head.Method} {head.Target} {(head.Protocol is HttpProtocol.Ice10 ? "ICE/1.0" : head.Protocol.Text())}\r\n"
                + string.Concat(head.Headers.Select(static line => $"{line.Key}: {line.Value}\r\n")) + "\r\n";
            Assert.Equal(
                HttpReadResult.Done, HttpRequestHead.TryParse(new(ByteText.Encode(written)), null, out HttpRequestHead? again, out _));
            Assert.Equal((head.Method, head.Path, head.Query, head.Authority), (again!.Method, again.Path, again.Query, again.Authority));
            Assert.Equal(head.Headers, again.Headers);
        }

        Assert.InRange(read, 6_000, 27_000);
    }

    internal static ReadOnlySequence<byte> Buffer(string text) => new(Encoding.UTF8.GetBytes(text));

    internal static HttpRequestHead Read(string text)
    {
        HttpReadResult result = HttpRequestHead.TryParse(Buffer(text), null, out HttpRequestHead? head, out HttpRefusal? refusal);
        Assert.True(result is HttpReadResult.Done, refusal?.Reason ?? "not whole");
        return head!;
    }

    private static void Refused(string text, int status)
    {
        Assert.Equal(HttpReadResult.Invalid, HttpRequestHead.TryParse(Buffer(text), null, out _, out HttpRefusal? refusal));
        Assert.Equal((HttpStatusCode)status, refusal!.Status);
    }
}
