using System.Text;
using CsCheck;
using Linnet.Wire.Messages;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class RtspMessageTests
{
    private static readonly Gen<string> Token = Gen.String[Gen.Char["ABCXYZabcxyz019-_."], 1, 12];

    private static readonly Gen<string> Text =
        Gen.String[Gen.Char["abc XYZ:;,=\"/\t\u00e9\u4e16"], 0, 30].Select(text => text.Trim());

    private static readonly Gen<(string Name, string Value)[]> Headers = Gen
        .Select(Token, Text)
        .Where(header => !header.Item1.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        .Array[0, 8];

    private static readonly Gen<byte[]> Body = Gen.Byte.Array[0, 100];

    [Fact]
    public void A_request_is_written_to_the_byte()
    {
        var request = new RtspRequest(RtspMethod.Setup, "rtsp://h/jazz") { CSeq = 3 };
        request.Headers.Add("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1");
        request.Headers.Add("Content-Length", "999");
        request.Body = "é"u8.ToArray();

        Assert.Equal(
            "SETUP rtsp://h/jazz RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nContent-Length: 2\r\n\r\né",
            Encoding.UTF8.GetString(request.ToArray()));
    }

    [Fact]
    public void An_answer_carries_the_sequence_number_as_it_came()
    {
        var request = new RtspRequest(RtspMethod.Play, "*");
        request.Headers.Add("cseq", "0007");

        Assert.Equal("RTSP/1.0 454 Session Not Found\r\nCSeq: 0007\r\n\r\n", TextOf(request.Answer(RtspStatus.SessionNotFound)));
        Assert.Equal(7u, request.CSeq);
        Assert.Equal("RTSP/1.0 200 OK\r\n\r\n", TextOf(new RtspRequest(RtspMethod.Play, "*").Answer(RtspStatus.Ok)));
    }

    [Fact]
    public void A_request_that_is_written_is_read_back() => Gen
        .Select(Token, Gen.String[Gen.Char['!', '~'], 1, 40], Headers, Body)
        .Sample((method, uri, headers, body) =>
        {
            var request = new RtspRequest(method, uri) { Body = body };
            AssertReadBack(request, headers);
        });

    [Fact]
    public void A_response_that_is_written_is_read_back() => Gen
        .Select(Gen.Int[100, 999], Text, Headers, Body)
        .Sample((status, reason, headers, body) =>
        {
            var response = new RtspResponse((RtspStatus)status, reason) { Body = body };
            AssertReadBack(response, headers);
        });

    [Theory]
    [InlineData("A\r\nB", "x")]
    [InlineData("A:B", "x")]
    [InlineData("", "x")]
    [InlineData("A", "x\r\nInjected: y")]
    [InlineData("A", "x\ny")]
    [InlineData("A", "x\ry")]
    [InlineData("A", "x\0y")]
    public void Nothing_breaks_out_of_a_header(string name, string value)
    {
        var headers = new MessageHeaders();

        Assert.Throws<ArgumentException>(() => headers.Add(name, value));
        Assert.Throws<ArgumentException>(() => headers[name] = value);
        Assert.Equal(0, headers.Count);
    }

    [Fact]
    public void Nothing_breaks_out_of_a_start_line()
    {
        Assert.Throws<ArgumentException>(() => new RtspRequest("PLAY\r\n", "*"));
        Assert.Throws<ArgumentException>(() => new RtspRequest("PLAY", "rtsp://h/a RTSP/1.0\r\nX: y"));
        Assert.Throws<ArgumentException>(() => new RtspRequest("PLAY", ""));
        Assert.Throws<ArgumentException>(() => new RtspResponse(RtspStatus.Ok, "OK\r\nX: y"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RtspResponse(RtspStatus.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RtspResponse((RtspStatus)1000));
    }

    [Fact]
    public void Headers_keep_their_order_and_forget_their_case()
    {
        var headers = new MessageHeaders { { "B", "1" }, { "A", "2" }, { "b", "3, 4,,5" } };

        Assert.Equal("1", headers["b"]);
        Assert.Equal(["1", "3, 4,,5"], headers.All("B"));
        Assert.Equal(["1", "3", "4", "5"], headers.Members("B"));
        headers["B"] = "6";
        Assert.Equal("B=6 A=2", string.Join(' ', headers.Select(line => $"{line.Key}={line.Value}")));
        headers["b"] = null;
        headers["C"] = "7";
        Assert.Equal("A=2 C=7", string.Join(' ', headers.Select(line => $"{line.Key}={line.Value}")));
        Assert.False(headers.Contains("B"));
    }

    [Theory]
    [InlineData(null, null, "rtsp://h/request")]
    [InlineData("", "", "rtsp://h/request")]
    [InlineData(null, "rtsp://h/location", "rtsp://h/location")]
    [InlineData("rtsp://h/base/", "rtsp://h/location", "rtsp://h/base/")]
    public void The_base_of_relative_addresses_is_found_in_order(string? contentBase, string? contentLocation, string expected)
    {
        var response = new RtspResponse(RtspStatus.Ok);
        response.Headers["Content-Base"] = contentBase;
        response.Headers["Content-Location"] = contentLocation;

        Assert.Equal(expected, response.BaseUri("rtsp://h/request"));
    }

    [Fact]
    public void Every_named_status_has_a_reason() => Assert.All(
        Enum.GetValues<RtspStatus>().Where(status => status != RtspStatus.None),
        status => Assert.NotEqual("Unknown", status.ReasonPhrase()));

    [Fact]
    public void A_frame_starts_with_dollar_channel_and_length()
    {
        byte[] header = new byte[4];

        InterleavedFrame.WriteHeader(header, 3, 0x1234);

        Assert.Equal([(byte)'$', 3, 0x12, 0x34], header);
        Assert.Throws<ArgumentOutOfRangeException>(() => InterleavedFrame.WriteHeader(header, 0, 65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => InterleavedFrame.WriteHeader(header, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => InterleavedFrame.WriteHeader(new byte[3], 0, 0));
    }

    private static void AssertReadBack(RtspMessage message, (string Name, string Value)[] headers)
    {
        foreach ((string name, string value) in headers)
        {
            message.Headers.Add(name, value);
        }

        RtspMessage read = Reading.Message(message.ToArray());
        Assert.Equal(message.GetType(), read.GetType());
        Assert.Equal(message.ToString(), read.ToString());
        Assert.Equal(message.Headers, read.Headers.Where(line => line.Key != "Content-Length"));
        Assert.Equal(message.Body.ToArray(), read.Body.ToArray());
    }

    private static string TextOf(RtspMessage message) => Encoding.UTF8.GetString(message.ToArray());
}
