using System.Net;
using Linnet.Broadcast;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Requests that are refused, and headers that are not obeyed.</summary>
public class RtspRefusalTests
{
    private const string Interleaved = "RTP/AVP/TCP;unicast;interleaved=0-1";

    [Theory]
    [InlineData("ANNOUNCE", 405, "Allow")]
    [InlineData("RECORD", 405, "Allow")]
    [InlineData("REDIRECT", 501, "Public")]
    [InlineData("play", 501, "Public")]
    public async Task Other_methods_get_a_list_of_the_supported_ones(string method, int status, string header)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.RequestAsync(method, server.Uri("/"));

        Assert.Equal(status, answer.Status);
        Assert.Contains("DESCRIBE", answer[header], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Require")]
    [InlineData("Proxy-Require")]
    public async Task A_required_feature_gets_551(string header)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse answer = await client.RequestAsync("OPTIONS", "*", $"{header}: play.basic, com.example.warp\r\n");

        Assert.Equal(551, answer.Status);
        Assert.Equal("play.basic, com.example.warp", answer["Unsupported"]);
    }

    [Theory]
    [InlineData("OPTIONS * RTSP/1.0\r\n\r\n", 400, false)]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq: one\r\n\r\n", 400, false)]
    [InlineData("DESCRIBE nowhere RTSP/1.0\r\nCSeq: 1\r\n\r\n", 400, false)]
    [InlineData("DESCRIBE * RTSP/1.0\r\nCSeq: 1\r\n\r\n", 400, false)]
    [InlineData("OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n", 505, true)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400, true)]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq\r\n\r\n", 400, true)]
    [InlineData("\0\u0001\u0002\r\n", 400, true)]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2147483648\r\n\r\n", 413, true)]
    public async Task An_invalid_request_gets_a_response_and_an_unparsable_one_closes_the_connection(string sent, int status, bool closes)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        await client.SendAsync(sent);

        Assert.Equal(status, (await client.ReadResponseAsync()).Status);
        if (closes)
        {
            Assert.True(await client.IsClosedAsync());
            Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.Malformed]);
        }
        else
        {
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        }

        Assert.Equal(1, server.Server.GetSnapshot().RefusedRequests[(RtspStatus)status]);
    }

    [Fact]
    public async Task PLAY_of_a_rendition_that_may_not_run_gets_503_with_Retry_After()
    {
        await using var server = new RtspTestServer { MayStart = false };
        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/jazz"), Interleaved);

        RawResponse answer = await client.RequestAsync("PLAY", server.Uri("/jazz"));

        Assert.Equal(503, answer.Status);
        Assert.NotNull(answer["Retry-After"]);
        server.MayStart = true;
        Assert.Equal(200, (await client.RequestAsync("PLAY", server.Uri("/jazz"))).Status);
    }

    [Theory]
    [InlineData(RingRefusalReason.TooManyOnDemand, false, 10.0, 503, "10")]
    [InlineData(RingRefusalReason.Paused, false, 3.2, 503, "4")]
    [InlineData(RingRefusalReason.TooMuchUntaken, false, null, 503, "10")]
    [InlineData(RingRefusalReason.NeverOnDemand, true, null, 403, null)]
    [InlineData(RingRefusalReason.StationEnded, true, null, 410, null)]
    [InlineData(RingRefusalReason.Unavailable, false, null, 503, "10")]
    internal async Task A_refused_listener_gets_Retry_After_only_if_retrying_can_help(
        RingRefusalReason reason, bool isFinal, double? after, int status, string? retryAfter)
    {
        TimeSpan? time = after is double seconds ? TimeSpan.FromSeconds(seconds) : null;
        await using var server = new RtspTestServer { Refusal = new RingRefusal(reason, "No.", time) { IsFinal = isFinal } };
        using RawRtspClient client = await server.ConnectAsync();
        await client.SetupAsync(server.Uri("/jazz"), Interleaved);

        RawResponse answer = await client.RequestAsync("PLAY", server.Uri("/jazz"));

        Assert.Equal((status, retryAfter), (answer.Status, answer["Retry-After"]));
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        await client.SendAsync(string.Concat(Enumerable.Range(1, 100).Select(i => $"OPTIONS * RTSP/1.0\r\nCSeq: {i}\r\n\r\n")));

        for (int i = 1; i <= 100; i++)
        {
            Assert.Equal($"{i}", (await client.ReadResponseAsync())["CSeq"]);
        }
    }

    [Fact]
    public async Task Audio_goes_to_the_address_of_the_connection_whatever_destination_says()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var victim = new UdpEars(IPAddress.Parse("127.0.0.2"), ears.RtpPort);

        RawResponse setup = await client.SetupAsync(
            server.Uri("/jazz"), $"RTP/AVP;unicast;destination=127.0.0.2;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        Assert.Contains("destination=127.0.0.1", setup["Transport"], StringComparison.Ordinal);
        Assert.Equal(RtspTestServer.Published(server.Opus)[0].Datagram.ToArray(), await ears.ReadRtpAsync());
        Assert.False(victim.HasRtp);
    }
}
