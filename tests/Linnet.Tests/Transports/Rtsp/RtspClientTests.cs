using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>The error messages when a server is absent, hostile or silent. Each test ends by itself.</summary>
public sealed class RtspClientTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "sends RTSP that Linnet cannot read")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "sends RTSP that Linnet cannot read")]
    [InlineData("RTSP/2.0 200 OK\r\nCSeq: 1\r\n\r\n", "sends RTSP that Linnet cannot read")]
    [InlineData("RTSP/1.0 OK\r\n\r\n", "sends RTSP that Linnet cannot read")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n", "an answer without a request")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2147483648\r\n\r\n", "sends RTSP that Linnet cannot read")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n", "sends RTSP that Linnet cannot read")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 10\r\n\r\nshort", "is gone")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq", "is gone")]
    [InlineData("", "is gone")]
    public async Task A_server_that_breaks_the_protocol_is_reported_in_one_sentence(string answer, string expected)
    {
        await using var server = new FakeRtspServer();
        server.Takeover = async connection =>
        {
            await using IAsyncEnumerator<RtspRequest> requests = connection.ReadAsync(Cancelled).GetAsyncEnumerator(Cancelled);
            await requests.MoveNextAsync();
            await connection.SendAsync(answer);
        };

        RtspException e = await FailAsync(server);

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{server.Port}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RTSP/1.0 200 OK\r\n", "X: 0123456789012345678901234567890123456789\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nX: ", "0123456789012345678901234567890123456789")]
    [InlineData("", "0123456789012345678901234567890123456789")]
    public async Task An_endless_response_is_cut_off(string start, string more)
    {
        await using var server = new FakeRtspServer();
        server.Takeover = async connection =>
        {
            await connection.SendAsync(start);
            byte[] piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(more, 100)));
            while (true)
            {
                // Ends when the client has closed its end.
                await connection.SendAsync(piece);
            }
        };

        RtspException e = await FailAsync(server);

        Assert.Contains("sends RTSP that Linnet cannot read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_without_CSeq_and_a_provisional_response_are_understood()
    {
        await using var server = new FakeRtspServer();
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                await connection.SendAsync(request.Answer(RtspStatus.Continue));
                RtspResponse answer = server.Answer(connection, request);
                answer.CSeq = null;
                await connection.SendAsync(answer);
            }
        };

        await using RtspSession session = await RtspSession.OpenAsync(Options(server.Address), TimeProvider.System, Cancelled);

        Assert.Equal("A song", session.Description.Title);
    }

    [Fact]
    public async Task A_server_that_never_answers_times_out_after_ten_seconds()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                server.Requests.Enqueue(request);
            }
        };

        Task<RtspSession> opening = RtspSession.OpenAsync(Options(server.Address), time, Cancelled);
        await time.FireAsync(TimeSpan.FromSeconds(10));

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => opening);
        Assert.Contains("did not answer OPTIONS within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_nothing_listens_the_error_says_so()
    {
        int port;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            // Bound but not listening: no other program can take the port meanwhile, and connections are refused.
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)socket.LocalEndPoint!).Port;

            RtspException e = await FailAsync($"rtsp://127.0.0.1:{port}/song");

            Assert.Equal($"Nothing listens at 127.0.0.1, port {port}: is the server running, and is that its port?", e.Message);
        }
    }

    [Theory]
    [InlineData(RtspStatus.NotFound, "text/plain", "There is no station 'x'.\nThere are: jazz, news.",
        "There is no station 'x'. There are: jazz, news.")]
    [InlineData(RtspStatus.NotFound, null, "", "127.0.0.1:{port} has no station '/song'.")]
    [InlineData(RtspStatus.Unauthorized, null, "",
        "127.0.0.1:{port} wants a user name and a password: write them before the host, as in USER:PASSWORD@127.0.0.1:{port}, with %40 "
            + "for an @ and %2F for a / in them.")]
    [InlineData(RtspStatus.ServiceUnavailable, null, "", "127.0.0.1:{port} is full: try again later.")]
    [InlineData(RtspStatus.Forbidden, null, "",
        "127.0.0.1:{port} refuses to play '/song' (403): perhaps it wants an account, or is there for other addresses.")]
    internal async Task A_refusal_is_explained(RtspStatus status, string? contentType, string body, string expected)
    {
        await using var server = new FakeRtspServer();
        server.Script = (_, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Describe ? request.Answer(status) : null;
            answer?.Headers[RtspHeaderNames.ContentType] = contentType;
            answer?.Body = Encoding.UTF8.GetBytes(body);
            return answer;
        };

        RtspException e = await FailAsync(server);

        Assert.Equal(expected.Replace("{port}", $"{server.Port}", StringComparison.Ordinal), e.Message);
    }

    [Fact]
    public async Task Text_from_a_server_cannot_move_the_cursor_of_a_terminal()
    {
        await using var server = new FakeRtspServer();
        server.Script = (_, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Describe ? request.Answer(RtspStatus.NotFound) : null;
            answer?.Headers[RtspHeaderNames.ContentType] = "text/plain";
            answer?.Body = Encoding.UTF8.GetBytes($"\u001b[2J\u009b{new string('x', 5000)}");
            return answer;
        };

        RtspException e = await FailAsync(server);

        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.InRange(e.Message.Length, 1, 500);
    }

    private static RtspReceiverOptions Options(RtspUri address) => new() { Address = address };

    private static Task<RtspException> FailAsync(FakeRtspServer server) => FailAsync(server.Url);

    private static async Task<RtspException> FailAsync(string url)
    {
        Assert.True(RtspUri.TryParse(url, out RtspUri? address));
        return await Assert.ThrowsAsync<RtspException>(() => RtspSession.OpenAsync(Options(address), TimeProvider.System, Cancelled));
    }
}
