using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Linnet.Audio;
using Linnet.Codecs.Flac;
using Linnet.Serving.Pulls;
using Linnet.Sources.Ingest;
using Linnet.Tests.Codecs;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Wire.Flac;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Serving.Pulls;

public class HttpPullTests
{
    private const string Inner = "127.0.0.2";
    private const string Outer = "127.0.0.3";
    private const string Named = "127.0.0.1";

    /// <summary>Addresses that were asked about.</summary>
    private readonly ConcurrentQueue<string> _looked = new();
    private readonly RecordingLogger _logger = new();
    private readonly IngestBuffer _station = new("jazz", new IngestOptions());

    [Theory]
    [InlineData("named outer inner", false)]
    [InlineData("outer inner", false)]
    [InlineData("named inner", true)]
    [InlineData("named outer outer", true)]
    public async Task A_public_server_cannot_redirect_to_the_inner_network(string hops, bool isFollowed)
    {
        // Of this machine's addresses one plays the outside.
        await using var last = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n", AddressOf(hops.Split(' ')[^1]));
        var servers = new List<ScriptedHttpServer>();
        Uri next = last.Address("/secret");
        foreach (string hop in hops.Split(' ').Reverse().Skip(1))
        {
            Uri to = next;
            servers.Add(new ScriptedHttpServer(_ => ScriptedHttpServer.Redirect(to), AddressOf(hop)));
            next = servers[^1].Address("/jazz");
        }

        string line = await FirstFailureAsync(next, TimeProvider.System);

        Assert.Equal(isFollowed, !last.Asked.IsEmpty);
        Assert.Equal(
            !isFollowed, line.Contains($"The server points to {Inner}, an address within this network", StringComparison.Ordinal));
        foreach (ScriptedHttpServer server in servers)
        {
            await server.DisposeAsync();
        }

        static string AddressOf(string hop) => hop switch { "inner" => Inner, "outer" => Outer, _ => Named };
    }

    [Fact]
    public async Task Entries_of_a_public_playlist_cannot_lead_to_the_inner_network_either()
    {
        await using var inner = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n", Inner);
        await using var outer = new ScriptedHttpServer(
            _ => $"HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n{inner.Address("/secret")}\r\n", Outer);

        string line = await FirstFailureAsync(outer.Address("/list.m3u"), TimeProvider.System);

        Assert.Empty(inner.Asked);
        Assert.Contains("within this network", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_of_shoutcast_is_followed()
    {
        await using var inner = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n", Inner);
        await using var outer = new ScriptedHttpServer(_ => $"ICY 302 Found\r\nLocation: {inner.Address("/secret")}\r\n\r\n", Outer);

        Assert.Contains("within this network", await FirstFailureAsync(outer.Address("/"), TimeProvider.System), StringComparison.Ordinal);
        Assert.Empty(inner.Asked);
    }

    [Fact]
    public async Task A_server_that_redirects_to_itself_is_asked_only_a_few_times()
    {
        ScriptedHttpServer? server = null;
        server = new ScriptedHttpServer(_ => ScriptedHttpServer.Redirect(server!.Address("/jazz")));
        await using ScriptedHttpServer disposed = server;

        Assert.Contains(
            "redirects too often", await FirstFailureAsync(server.Address("/jazz"), TimeProvider.System), StringComparison.Ordinal);
        Assert.Equal(StreamSearch.MaxRedirects + 1, server.Asked.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n", "answers 404")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: audio/mpeg\r\n\r\n\x1F\x8B", "sends compressed content")]
    [InlineData("HTTP/1.1 200 OK\r\nX: #\r\n\r\n", "its answer is malformed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n", "no sound was found in it")]
    [InlineData("HTTP/1.1 404 Not Found\r\nX: +\r\n\r\n", "answers 404")]
    [InlineData("HTTP/1.1 404 Not Found\r\n*\r\n", "answers 404")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Type: text/plain\r\n\r\n\x1B[1mToo many\x07listeners\r\nmore",
        "/jazz answers 503: [1mToo many listeners. ")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n#\n", "/jazz answers 503: xxxx")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Type: text/html\r\n\r\n<html>", "/jazz answers 503. ")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Type: text/plain\r\n\r\n", "/jazz answers 503. ")]
    [InlineData("", "closed the connection instead of answering")]
    public async Task Answers_without_sound_are_reported(string answer, string said)
    {
        string told = answer.Replace("#", new string('x', 70_000), StringComparison.Ordinal)
            .Replace("+", new string('x', 6 * 1024), StringComparison.Ordinal)
            .Replace("*", string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: {new string('x', 100)}\r\n")),
                StringComparison.Ordinal);
        await using var server = new ScriptedHttpServer(_ => told);

        Assert.Contains(said, await FirstFailureAsync(server.Address("/jazz"), TimeProvider.System), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("401 Unauthorized", 15, 30)]
    [InlineData("403 Forbidden", 15, 30)]
    [InlineData("404 Not Found", 0.5, 0.5)]
    [InlineData("200 OK\r\nContent-Type: text/html", 15, 30)]
    [InlineData("200 OK\r\nContent-Type: video/x", 15, 30)]
    public async Task What_a_retry_cannot_help_is_retried_only_seldom(string status, double least, double most)
    {
        await using var server = new ScriptedHttpServer(_ => $"HTTP/1.1 {status}\r\n\r\n");

        string line = await FirstFailureAsync(server.Address("/jazz"), TimeProvider.System);

        double wait = double.Parse(line.Split("Trying again in ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(wait, least, most);
    }

    [Fact]
    public async Task A_mirror_that_refuses_does_not_slow_the_others_down()
    {
        await using var server = new ScriptedHttpServer(static path => path == "/list.m3u"
            ? "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\nclosed\naway\n"
            : path == "/closed" ? "HTTP/1.1 403 Forbidden\r\n\r\n" : "HTTP/1.1 503 Busy\r\n\r\n");

        string line = await FirstFailureAsync(server.Address("/list.m3u"), TimeProvider.System);

        Assert.EndsWith("Trying again in 0.5 s", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Slow: 1\r\n", 10)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n", "#\n", 10)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\nRIFF\xFF\xFF\xFF\xFFWAVE", "LIST\x01\0\0\0\0\0", 60)]
    public async Task A_server_that_drips_is_given_up_after_a_time_limit(string head, string drip, int seconds)
    {
        // One write a second, by the pull's own clock, so that no read times out.
        var time = new FakeTimeProvider();
        using var drops = new SemaphoreSlim(0);
        await using var server = new ScriptedHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
            while (true)
            {
                await drops.WaitAsync(stop);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drip), stop);
            }
        });
        int waited = 0;

        await FirstFailureAsync(server.Address("/jazz"), time, async () =>
        {
            if (!server.Asked.IsEmpty && waited < 200)
            {
                drops.Release();
                await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
                time.Advance(TimeSpan.FromSeconds(1));
                waited++;
            }
        });

        // On a busy machine time passes on before it is said.
        Assert.InRange(waited, seconds - 1, seconds + 60);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Type: audio/wav\r\n\r\n#", "it ended")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 1644\r\n\r\n#", "it ended")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 5000\r\n\r\n#", "its connection broke")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nTransfer-Encoding: chunked\r\n\r\n66C\r\n#\r\n0\r\n\r\n", "it ended")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nTransfer-Encoding: chunked\r\n\r\n66C\r\n#\r\n", "its connection broke")]
    public async Task A_body_that_ends_is_played_to_its_last_sample_and_fetched_again(string answer, string end)
    {
        await using var server = new ScriptedHttpServer(_ => answer.Replace("#", Wav(800), StringComparison.Ordinal));

        string line = await FirstFailureAsync(server.Address("/a.wav"), TimeProvider.System);

        Assert.Contains($"/a.wav is no longer played: {end}. Trying again in 0.5 s", line, StringComparison.Ordinal);
        Assert.Equal(800, _station.GetState().Frames);
    }

    [Fact]
    public async Task What_came_before_a_malformed_chunk_is_played()
    {
        var isHeard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(
                $"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nTransfer-Encoding: chunked\r\n\r\n66C\r\n{Wav(800)}\r\n"), stop);
            await isHeard.Task.WaitAsync(stop);
            await stream.WriteAsync("no\r\n"u8.ToArray(), stop);
        });

        string line = await FirstFailureAsync(server.Address("/a.wav"), TimeProvider.System, () =>
        {
            if (_station.GetState().Frames == 800)
            {
                isHeard.TrySetResult();
            }

            return Task.CompletedTask;
        });

        Assert.Contains("/a.wav is no longer played: its chunks are malformed.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "is gone: the connection broke off.")]
    [InlineData(false, "has stopped sending")]
    public async Task A_body_that_breaks_off_is_played_to_its_last_sample_too(bool isReset, string said)
    {
        // That the last frame of FLAC is whole is known only when another follows it, or nothing any more.
        const int Last = 500;
        var random = new Random(1);
        using var encoder = new FlacEncoder(new AudioFormat(8000, 1), 16);
        int held = 3 * encoder.FramesPerPacket;
        byte[] info = encoder.Headers[0].ToArray();
        info[0] |= 0x80;
        byte[] sound = [.. FlacBlockHeader.Marker, .. info,
            .. Encoded.By(encoder, [.. Enumerable.Range(0, held + Last).Select(_ => random.Next(-1000, 1000) / 32768f)]).Bytes];
        var time = new FakeTimeProvider();
        var isHeard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedHttpServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.0 200 OK\r\nContent-Type: audio/flac\r\n\r\n"u8.ToArray(), stop);
            await stream.WriteAsync(sound, stop);
            await isHeard.Task.WaitAsync(stop);
            if (isReset)
            {
                stream.Socket.Close(timeout: 0);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });

        string line = await FirstFailureAsync(server.Address("/jazz.flac"), time, () =>
        {
            if (_station.GetState().Frames == held)
            {
                isHeard.TrySetResult();
                time.Advance(isReset ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
            }

            return Task.CompletedTask;
        });

        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.Equal(held + Last, _station.GetState().Frames);
    }

    [Fact]
    public async Task The_zone_of_an_address_belongs_to_what_is_connected_to()
    {
        // The target of a public server's redirect is checked for its network.
        const string There = "HTTP/1.1 302 Found\r\nLocation: http://[::1%251]:9/song\r\n\r\n";
        await using var outer = new ScriptedHttpServer(static _ => There, Outer);

        await FirstFailureAsync(outer.Address("/jazz"), TimeProvider.System);

        Assert.Contains("::1%1", _looked);
    }

    [Fact]
    public async Task The_zone_of_an_address_is_connected_by_and_not_sent()
    {
        await using var server = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n", "::1");
        int port = server.Address("/").Port;

        await FirstFailureAsync(new Uri($"http://[::1%25lo]:{port}/jazz"), TimeProvider.System);

        Assert.Contains($"\r\nHost: [::1]:{port}\r\n", Assert.Single(server.Heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_is_sent_with_the_host()
    {
        // Servers write it into the playlists that they answer with.
        await using var server = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n");

        await FirstFailureAsync(server.Address("/jazz"), TimeProvider.System);

        Assert.Contains($"\r\nHost: 127.0.0.1:{server.Address("/").Port}\r\n", Assert.Single(server.Heads), StringComparison.Ordinal);
    }

    // 8000 Hz, one channel, 16 bit.
    private static string Wav(int frames) =>
        $"RIFF\xFF\xFF\xFF\xFFWAVEfmt "
            + $"\x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF{new string('\x11', 2 * frames)}";

    private async Task<string> FirstFailureAsync(Uri address, TimeProvider time, Func<Task>? meanwhile = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var pull = new HttpPull(address, time, _logger, a =>
        {
            _looked.Enqueue(a.ToString());
            return a.ToString() is Outer ? NetworkSide.Outer : NetworkSide.Inner;
        });
        Task running = pull.RunAsync(_station, stop.Token);
        string? line;
        while ((line = _logger.Lines.FirstOrDefault(static l => l.StartsWith("908 ", StringComparison.Ordinal))) is null)
        {
            stop.Token.ThrowIfCancellationRequested();
            await Task.Yield();
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        return line;
    }
}
