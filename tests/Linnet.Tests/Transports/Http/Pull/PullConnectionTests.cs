using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Http.Pull;

/// <summary>What is read of an answer, and what a server cannot do by one.</summary>
public sealed class PullConnectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ICY 200 OK\r\nicy-metaint:16000\r\n\r\n", 200, 16_000)]
    [InlineData("\r\n\r\nICY 200 OK\r\n\r\n", 200, 0)]
    [InlineData("HTTP/1.0 200 OK\nicy-metaint: 8192\nContent-Type: audio/mpeg\n\n", 200, 8192)]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", 404, 0)]
    [InlineData("HTTP/1.1 302\r\nicy-metaint: 99999999\r\n\r\n", 302, 0)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", 200, 0)]
    public async Task Answers_of_any_server_are_read(string answer, int status, int interval)
    {
        await using var server = new ScriptedHttpServer(_ => answer);
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);

        PullAnswer read = await connection.AskAsync(Cancelled);

        Assert.Equal((status, interval), ((int)read.Status, read.MetadataInterval));
        Assert.True(connection.IsConnected);
    }

    [Theory]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", qop=\"auth\"", true)]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", algorithm=SHA-256", true)]
    [InlineData("Basic realm=\"cam\"", false)]
    [InlineData("Digest realm=\"cam\", nonce=\"n\", algorithm=SHA-512-256", false)]
    public async Task A_server_that_asks_for_a_proof_of_the_password_gets_one(string asked, bool isAnswered)
    {
        await using var server = new ScriptedHttpServer(_ => $"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {asked}\r\n\r\n");
        var address = new UriBuilder(server.Address("/x?y=1")) { UserName = "ann", Password = "blue" }.Uri;
        using var first = new PullConnection(address, new HopGuard(), TimeProvider.System);
        AuthChallenge? challenge = first.ChallengeOf(await first.AskAsync(Cancelled));
        Assert.Equal(isAnswered, challenge is not null);
        if (challenge is null)
        {
            return;
        }

        using var second = new PullConnection(address, new HopGuard(), TimeProvider.System, challenge: challenge);
        Assert.Null(second.ChallengeOf(await second.AskAsync(Cancelled)));
        string sent = server.Heads.Last().Split("Authorization: ")[1].Split("\r\n")[0];
        Assert.True(DigestProof.IsRight(AuthChallenge.ReadAll([sent])[0], "blue", "GET"));
        Assert.Contains("uri=\"/x?y=1\"", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Caf\u00C3\u00A9", "Café")]
    [InlineData("Caf\u00E9 \u0093x\u0094", "Café “x”")]
    [InlineData("\u00D0\u009F\u00D0\u00B8\u00D0\u00BA", "Пик")]
    public async Task Headers_are_UTF_8_or_Windows_1252(string sent, string read)
    {
        await using var server =
            new ScriptedHttpServer(_ => $"HTTP/1.0 302 Found\r\nicy-name: {sent}\r\nLocation: /{sent}\r\nContent-Type: {sent}\r\n\r\n");
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);

        PullAnswer answer = await connection.AskAsync(Cancelled);

        Assert.Equal((read, $"/{read}", read), (answer.Headers["icy-name"], answer.Headers["Location"], answer.ContentType));
    }

    [Theory]
    [InlineData("HTTP/1.0 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 2000 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("ID3\u0004\0\0\0")]
    [InlineData("HTTP/1.1 200 OK\r\nno header\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: \u0001\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n\u001F\u008B")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    public Task Bytes_that_are_not_an_answer_are_refused(string answer) => RefusedAsync((_, stream, stop) => stream.WriteAsync(
        Encoding.Latin1.GetBytes(answer), stop).AsTask());

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X: y\r\n")]                              // headers
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "yyyy")]                               // a header
    [InlineData("HTTP/1.1 ", "yyyy")]                                           // a status
    [InlineData("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")]           // answers before the answer
    [InlineData("", "\r\n")]
    public Task An_endless_answer_is_refused(string start, string rest) => RefusedAsync(async (_, stream, stop) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), stop);
        byte[] much = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(rest, 1000)));
        while (true)
        {
            await stream.WriteAsync(much, stop);
        }
    });

    [Fact]
    public async Task Headers_are_counted()
    {
        string headers = string.Concat(Enumerable.Repeat("a:\r\n", PullAnswer.MaxHeaders));
        await using var server = new ScriptedHttpServer(_ => $"HTTP/1.1 200 OK\r\n{headers}\r\n");
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);
        Assert.Equal(PullAnswer.MaxHeaders, (await connection.AskAsync(Cancelled)).Headers.Count);

        await RefusedAsync((_, stream, stop) =>
            stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{headers}a:\r\n\r\n"), stop).AsTask());
    }

    [Theory]
    [InlineData("3;#\r\nabc\r\n0\r\n\r\n", "", "its chunks are malformed")]
    [InlineData("3\r\nabc\r\n0\r\n#\r\n\r\n", "abc", "its chunks are malformed")]
    [InlineData("3\r\nabc\r\nFFFFFFFFFFFFFFFFF\r\n", "", "its chunks are malformed")]
    [InlineData("3\r\nabc\r\n0\r\n#", "abc", "its chunks are malformed")]
    [InlineData("3\r\nabc\r\n", "abc", "its connection broke")]
    [InlineData("4\r\nabc", "abc", "its connection broke")]
    [InlineData("3\r\nabc\r\n0\r\nX: y\r\n\r\n", "abc", null)]
    [InlineData("3;a=b\r\nabc\r\n0\r\n\r\n", "abc", null)]
    public async Task The_end_of_a_chunked_body_is_told_apart(string body, string read, string? problem)
    {
        string sent = body.Replace("#", $"X: {new string('x', 100_000)}", StringComparison.Ordinal);
        await using var server = new ScriptedHttpServer(_ => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{sent}");
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);
        await connection.AskAsync(Cancelled);

        byte[] got = await connection.ReadBodyAsync(Cancelled);

        Assert.Equal((read, problem), (Encoding.Latin1.GetString(got), connection.BodyProblem));
    }

    [Fact]
    public async Task A_playlist_is_read_to_a_length()
    {
        await using var server = new ScriptedHttpServer(_ => $"HTTP/1.1 200 OK\r\n\r\n{new string('x', PullConnection.MaxPlaylist + 9)}");
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);
        await connection.AskAsync(Cancelled);

        Assert.Equal(PullConnection.MaxPlaylist, (await connection.ReadBodyAsync(Cancelled)).Length);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("HTTP/1.1 200 OK\r\nX", false)]
    [InlineData("", true)]
    public async Task A_server_that_leaves_is_asked_once(string sent, bool isReset)
    {
        await using var server = new ScriptedHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(sent), stop);
            if (isReset)
            {
                stream.Socket.Close(timeout: 0);
            }
        });
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);

        IOException e = await Assert.ThrowsAnyAsync<IOException>(() => connection.AskAsync(Cancelled));

        Assert.Equal(isReset, e is not TransportException { Message: "The server closed the connection instead of answering." });
        Assert.Single(server.Asked);
    }

    [Theory]
    [InlineData("http", "The server has stopped sending.", true)]
    [InlineData("https", "The server does not answer.", false)]
    public async Task A_silent_server_is_left(string scheme, string said, bool isConnected)
    {
        var time = new FakeTimeProvider();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connection = new PullConnection(new Uri($"{scheme}://{listener.LocalEndpoint}/"), new HopGuard(), time);
        Task<PullAnswer> asking = connection.AskAsync(Cancelled);
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancelled);
        byte[] request = new byte[4096];
        Assert.NotEqual(0, await client.GetStream().ReadAsync(request, Cancelled));

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(said, (await Assert.ThrowsAsync<TransportException>(() => asking)).Message);
        Assert.Equal(isConnected, connection.IsConnected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    public async Task Giving_up_closes_the_connection(string sent)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task asking = ReadAllAsync(new Uri($"http://{listener.LocalEndpoint}/"), stop.Token);
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancelled);
        await client.GetStream().ReadAtLeastAsync(new byte[4096], 1, cancellationToken: Cancelled);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(sent), Cancelled);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await AssertClosedAsync(client);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")]
    public async Task Disposing_it_closes_the_connection_without_reading_the_rest(string sent)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connection = new PullConnection(new Uri($"http://{listener.LocalEndpoint}/"), new HopGuard(), TimeProvider.System);
        Task<PullAnswer> asking = connection.AskAsync(Cancelled);
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancelled);
        await client.GetStream().ReadAtLeastAsync(new byte[4096], 1, cancellationToken: Cancelled);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(sent), Cancelled);
        await asking;

        connection.Dispose();

        await AssertClosedAsync(client);
    }

    [Fact]
    public async Task The_zone_of_an_address_is_not_sent_over_TLS_either()
    {
        using var key = RSA.Create(2048);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate =
            new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var connection = new PullConnection(new Uri($"https://[::1%25lo]:{port}/"), new HopGuard(), TimeProvider.System);
        Task<PullAnswer> asking = connection.AskAsync(Cancelled);
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancelled);
        await using var secure = new SslStream(client.GetStream());
        string? named = null;

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await secure.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateSelectionCallback = (_, name) =>
                    {
                        named = name;
                        return certificate;
                    },
                }, Cancelled);
            Assert.NotEqual(0, await secure.ReadAsync(new byte[1], Cancelled));
        });

        Assert.StartsWith(
            "The certificate of [::1] is not trusted here.", (await Assert.ThrowsAsync<TransportException>(() => asking)).Message,
            StringComparison.Ordinal);
        Assert.Equal("", named ?? "");
    }

    [Fact]
    public async Task A_user_name_that_cannot_be_sent_is_an_error_of_the_address()
    {
        // A server can lead there, too.
        await using var server = new ScriptedHttpServer(static _ => "HTTP/1.1 302 Found\r\nLocation: http://a%3Ab:c@127.0.0.1:9/\r\n\r\n");
        var search = new StreamSearch(server.Address("/"), TimeProvider.System, static _ => { });

        TransportException e =
            await Assert.ThrowsAsync<TransportException>(() => search.OpenAsync(static (_, _) => new PlayedTarget(), Cancelled));

        Assert.Contains("contains a colon", e.Message, StringComparison.Ordinal);
    }

    private static async Task ReadAllAsync(Uri address, CancellationToken cancellationToken)
    {
        using var connection = new PullConnection(address, new HopGuard(), TimeProvider.System);
        await connection.AskAsync(cancellationToken);
        while (await connection.ReadAsync(new byte[100], cancellationToken) > 0)
        {
        }
    }

    private static async Task AssertClosedAsync(TcpClient client)
    {
        try
        {
            Task<int> reading = client.GetStream().ReadAsync(new byte[100], Cancelled).AsTask();
            Assert.Equal(0, await reading.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled));
        }
        catch (IOException)
        {
            // It was reset: also closed.
        }
    }

    private static async Task RefusedAsync(Func<string, NetworkStream, CancellationToken, Task> answer)
    {
        await using var server = new ScriptedHttpServer(answer);
        using var connection = new PullConnection(server.Address("/"), new HopGuard(), TimeProvider.System);

        TransportException e = await Assert.ThrowsAsync<TransportException>(() => connection.AskAsync(Cancelled));

        Assert.Equal("The server does not speak HTTP, or its answer is malformed.", e.Message);
        Assert.Single(server.Asked);
    }
}
