using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>Peers that are slow, endless, greedy or hostile.</summary>
public class RadioServerLimitsTests
{
    [Theory]
    [InlineData("/../../etc/passwd")]
    [InlineData("/..%2f..%2fetc%2fpasswd.mp3")]
    [InlineData("/jazz/../../x.wav")]
    [InlineData("/%2e%2e/jazz.mp3")]
    [InlineData("/jazz.mp3/")]
    [InlineData("/JAZZ.mp3")]
    [InlineData("/jazz-.mp3")]
    [InlineData("/-64.mp3")]
    [InlineData("/.mp3")]
    [InlineData("/.m3u")]
    public async Task A_path_leads_to_what_there_is_or_nowhere(string path)
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync(path);

        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", await client.ReadAllAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host: evil.example/%0d%0aX-Injected:%20yes\r\n")]
    [InlineData("Host: evil.example\"><script>\r\n")]
    [InlineData("Host: a b\r\n")]
    [InlineData("")]
    public async Task An_invalid_host_is_not_written_into_addresses(string host)
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.SayAsync($"GET /jazz.m3u HTTP/1.1\r\n{host}\r\n");
        string answer = await client.ReadAllAsync();

        Assert.EndsWith($"\r\nhttp://{server.EndPoint}/jazz.mp3\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /jazz.mp3 HTTP/1.1\r\nX: ", "431")]
    [InlineData("GET /", "414")]
    [InlineData("GET /jazz.mp3 HTTP/1.1\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA", "431")]
    public async Task A_request_that_does_not_end_is_refused_when_it_is_too_long(string beginning, string status)
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.SayAsync(beginning + new string('x', 20_000));

        Assert.StartsWith($"HTTP/1.0 {status} ", await client.ReadAllAsync(), StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[RadioRefusal.Malformed]);
    }

    [Fact]
    public async Task Listeners_of_an_address_whose_unread_audio_is_too_much_are_refused()
    {
        await using var server = new RadioTestServer(maxKernelBytes: 16 << 20);
        UInt128 address = PeerAddress.Of(IPAddress.Loopback).Network.Bits;
        using SendMemory.Use held = server.Senders.Memory.TryOpen(address, 4 << 20)!;
        using SendMemory.Use margin = server.Senders.Memory.TryOpen(address, 100 << 10)!;
        using var rest = new Disposables();
        while (server.Senders.Memory.TryOpen(address, 32 << 10) is { } use)
        {
            rest.Add(use);
        }

        using RadioTestClient refused = await server.GetAsync("/jazz.mp3");
        Assert.StartsWith("HTTP/1.1 503 ", await refused.ReadAllAsync(), StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[RadioRefusal.TooMuchUntaken]);

        held.Set(0);
        using RadioTestClient heard = await server.GetAsync("/jazz.mp3");
        Assert.StartsWith("HTTP/1.1 200 ", await heard.ReadHeadAsync(), StringComparison.Ordinal);
    }

    private sealed class Disposables : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(static one => one.Dispose());
    }

    [Fact]
    public async Task Bytes_that_are_not_a_request_get_no_answer()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.SayAsync("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n");

        Assert.Equal("", await client.ReadAllAsync());
    }

    [Fact]
    public async Task Requests_that_take_too_long_are_ended_even_if_bytes_keep_arriving()
    {
        await using var server = new RadioTestServer(new RadioServerOptions { RequestTimeout = TimeSpan.FromSeconds(1) });
        using RadioTestClient silent = await server.SayAsync("");
        using RadioTestClient dribbling = await server.SayAsync("GET /jazz.mp3 HTTP/1.1\r\n");
        Task<string> answer = dribbling.ReadAllAsync();
        while (!answer.IsCompleted)
        {
            try
            {
                await dribbling.SayAsync("X: y\r\n");
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(
                answer, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        Assert.StartsWith("HTTP/1.0 408 ", await answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.0 408 ", await silent.ReadAllAsync(), StringComparison.Ordinal);
        Assert.Equal(2, server.Radio.GetSnapshot().Refused[RadioRefusal.TooSlow]);
    }

    [Fact]
    public async Task Silent_connections_of_one_address_are_bounded_and_do_not_keep_out_listeners()
    {
        // Time stands still: later, the connection that was silent longest would make room.
        await using var server = new RadioTestServer(new RadioServerOptions { MaxWaitingPerAddress = 3 }, time: new StandingTime());
        using RadioTestClient player = await server.GetAsync("/jazz.mp3");
        await player.ReadHeadAsync();
        var silent = new List<RadioTestClient>();
        for (int i = 0; i < 3; i++)
        {
            silent.Add(await server.SayAsync(""));
        }

        await Until.TrueAsync(() => server.Radio.GetSnapshot().Waiting == 3);
        try
        {
            using RadioTestClient oneTooMany = await server.SayAsync("");
            Assert.Equal("", await oneTooMany.ReadAllAsync());
        }
        catch (SocketException)
        {
            // It was cut off before it knew that it was connected.
        }

        await Until.TrueAsync(() => server.Radio.GetSnapshot().Refused.GetValueOrDefault(RadioRefusal.TooManyWaiting) == 1);
        Assert.Equal(1000, (await player.ReadAsync(1000)).Length);

        silent.ForEach(s => s.Dispose());
        await Until.TrueAsync(() => server.Radio.GetSnapshot().Waiting == 0);
    }

    [Theory]
    [InlineData(2, 100)]
    [InlineData(100, 2)]
    public async Task The_connection_that_waited_longest_without_a_request_makes_room(int inAll, int ofAddress)
    {
        var time = new StandingTime();
        await using var server =
            new RadioTestServer(new RadioServerOptions { MaxWaiting = inAll, MaxWaitingPerAddress = ofAddress }, time: time);
        using RadioTestClient half = await server.SayAsync("GET /jazz.mp3 HTTP/1.1\r\nX: ");
        await Until.TrueAsync(() => server.Radio.GetSnapshot().Waiting == 1);
        time.Advance(TimeSpan.FromSeconds(0.5));
        using RadioTestClient other = await server.SayAsync("");
        await Until.TrueAsync(() => server.Radio.GetSnapshot().Waiting == 2);
        time.Advance(TimeSpan.FromSeconds(0.5));

        using RadioTestClient listener = await server.GetAsync("/jazz.mp3");
        Assert.StartsWith("HTTP/1.1 200 ", await listener.ReadHeadAsync(), StringComparison.Ordinal);

        Assert.Equal("", await half.ReadAllAsync());
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[RadioRefusal.GaveWay]);
        await other.SayAsync("GET /jazz.mp3 HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await other.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 100, 100, "429", RadioRefusal.TooManyOfAddress)]
    [InlineData(100, 2, 100, "503", RadioRefusal.TooManyListeners)]
    [InlineData(100, 100, 2, "503", RadioRefusal.TooManyOfStation)]
    internal async Task A_listener_beyond_the_limit_is_refused_until_another_leaves(
        int ofAddress, int inAll, int ofStation, string status, RadioRefusal reason)
    {
        var options =
            new RadioServerOptions { MaxListenersPerAddress = ofAddress, MaxListeners = inAll, MaxListenersPerStation = ofStation };
        await using var server = new RadioTestServer(options);
        using RadioTestClient first = await server.GetAsync("/jazz.mp3");
        using RadioTestClient second = await server.GetAsync("/jazz.flac");
        await first.ReadHeadAsync();
        await second.ReadHeadAsync();

        using RadioTestClient third = await server.GetAsync("/jazz.mp3");
        string answer = await third.ReadAllAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: 10\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[reason]);

        first.Dispose();
        await Until.TrueAsync(() => server.Radio.GetSnapshot().Listeners == 1);
        using RadioTestClient fourth = await server.GetAsync("/jazz.mp3");
        Assert.StartsWith("HTTP/1.1 200 ", await fourth.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rendition_without_memory_for_its_bytes_is_not_started()
    {
        // 63 s of 128 kb/s are a megabyte.
        await using var server = new RadioTestServer(
            new RadioServerOptions { MaxBufferBytes = 1 << 20 }, new StreamOptions { Slack = TimeSpan.FromSeconds(60) });
        using RadioTestClient client = await server.GetAsync("/jazz.mp3");

        Assert.StartsWith("HTTP/1.1 503 ", await client.ReadAllAsync(), StringComparison.Ordinal);
        Assert.Equal(1, server.Radio.GetSnapshot().Refused[RadioRefusal.NoBuffer]);
        Assert.Equal(0, server.Mp3.Leases);
    }

    [Fact]
    public async Task A_player_that_keeps_sending_is_disconnected()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client = await server.GetAsync("/jazz.mp3");
        await client.ReadHeadAsync();
        await client.SayAsync(new string('x', 20_000));

        await Until.TrueAsync(() => server.Radio.GetSnapshot().Listeners == 0);
        Assert.Equal(0, server.Radio.GetSnapshot().Sending.StalledListeners);
    }

    [Fact]
    public async Task A_player_that_stops_reading_is_dropped_and_counted()
    {
        await using var server = new RadioTestServer(streams: new StreamOptions { StallTimeout = TimeSpan.FromSeconds(1) });
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(server.EndPoint, TestContext.Current.CancellationToken);
        await slow.GetStream().WriteAsync("GET /jazz.mp3 HTTP/1.0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using RadioTestClient other = await server.GetAsync("/jazz.mp3");
        Task<byte[]> heard = other.ReadAsync(60_000);

        await Until.TrueAsync(() => server.Radio.GetSnapshot().Sending.StalledListeners == 1);
        await Until.TrueAsync(() => server.Radio.GetSnapshot().Listeners == 1);
        Assert.Equal(60_000, (await heard).Length);
    }

    [Fact]
    public async Task Pushing_is_refused_where_no_push_server_runs()
    {
        await using var server = new RadioTestServer();
        using RadioTestClient client =
            await server.SayAsync("PUT /jazz HTTP/1.1\r\nHost: x\r\nContent-Type: audio/mpeg\r\n\r\n" + new string('x', 10_000));

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", await client.ReadAllAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("GET /admin/stats HTTP/1.1\r\n\r\n")]
    public async Task Requests_for_pages_are_left_unread_for_the_web_server(string text)
    {
        await using var server = new RadioTestServer();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        using Socket accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

        int pages = 0;
        await server.Front.ServeAsync(
            new OnePipe(pipe),
            accepted,
            origin: null,
            output: null,
            (_, _) =>
            {
                pages++;
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(1, pages);
        Assert.True(pipe.Reader.TryRead(out ReadResult left));
        Assert.Equal(text, Encoding.ASCII.GetString(left.Buffer.ToArray()));
    }

    private sealed class OnePipe(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
