using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linnet.Playback;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;

namespace Linnet.Tests.Playback;

/// <summary>A player of streams over HTTP, with a server of a few lines.</summary>
public sealed class HttpPlayerTests
{
    private const int Frames = 4000;
    private const string TellsEnd = "Linnet-End: last-chunk\r\nTransfer-Encoding: chunked\r\n";

    private static readonly short[] Sound = [.. Enumerable.Range(0, Frames).Select(static i => (short)((i * 37) - 20_000))];

    // 8000 Hz, one channel, 16 bit, without a length.
    private static readonly string Wav =
        "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF"
            + string.Concat(Sound.Select(static sample => $"{(char)(sample & 0xFF)}{(char)((sample >> 8) & 0xFF)}"));

    private static readonly string Chunked = $"{Wav.Length.ToString("X", CultureInfo.InvariantCulture)}\r\n{Wav}\r\n0\r\n\r\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("length", "/song.wav")]
    [InlineData("chunks", "/song.wav")]
    [InlineData("close", "/song.wav")]
    [InlineData("close", "/song")]          // no Linnet server's page, and sound
    [InlineData("moved", "/old.wav")]
    [InlineData("list", "/list.m3u")]
    public async Task A_file_is_recorded_to_its_last_sample_and_ends_the_player(string how, string path)
    {
        await using var server = new ScriptedHttpServer(asked => asked switch
        {
            "/old.wav" => "HTTP/1.1 302 Found\r\nLocation: /song.wav\r\n\r\n",
            "/list.m3u" => "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\ngone.wav\nsong.wav\n",
            "/song.wav" or "/song" => Answer(how switch
            {
                "length" => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Wav.Length}\r\n"),
                "chunks" => "Transfer-Encoding: chunked\r\n",
                _ => "",
            }),
            _ => "HTTP/1.1 404 Not Found\r\n\r\n",
        });
        await using var recording = new Recording(Options(server, path));

        await recording.Running;

        Assert.Equal(Sound, recording.Samples);
        Assert.Equal("L16", recording.Player.GetStatistics().Payload?.EncodingName);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("403 Forbidden")]           // a full Icecast
    [InlineData("503 Service Unavailable")]
    public async Task A_radio_that_closes_is_reconnected_until_a_Linnet_server_reports_the_end(string meanwhile)
    {
        int asked = 0;
        await using var server = new ScriptedHttpServer(_ => Interlocked.Increment(ref asked) switch
        {
            1 => Answer("icy-name: Far\r\n"),
            2 => $"HTTP/1.1 {meanwhile}\r\n\r\n",
            _ => Answer("icy-name: Near\r\n" + TellsEnd),
        });
        var logger = new RecordingLogger();
        await using var recording = new Recording(Options(server, "/live.wav"), logger);

        await recording.Running;

        Assert.Equal(3, asked);
        Assert.Equal((1, "Near"), (recording.Player.GetStatistics().Reconnects, recording.Player.GetStatistics().Title));
        Assert.Equal(Sound, recording.Samples[..Frames]);
        Assert.Equal(Sound, recording.Samples[^Frames..]);
        Assert.Contains(logger.Lines, line => line.Contains("closed the connection without signalling the end", StringComparison.Ordinal));
        Assert.Contains(logger.Lines, line => line.Contains($"/live.wav answers {meanwhile[..3]}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_stream_fails_the_server_is_asked_for_its_stations_again()
    {
        int streams = 0;
        await using var server = new ScriptedHttpServer(path => path == StationLookup.Path
            ? "HTTP/1.1 404 Not Found\r\n\r\n"
            : Interlocked.Increment(ref streams) switch
            {
                1 => Answer("icy-name: Far\r\n"),
                2 => "HTTP/1.1 503 Service Unavailable\r\n\r\n",
                _ => Answer(TellsEnd),
            });
        await using var recording = new Recording(Options(server, "/live"));

        await recording.Running;

        Assert.Equal([StationLookup.Path, "/live", "/live", StationLookup.Path, "/live"], server.Asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_broken_connection_is_played_to_its_last_sample_and_reconnected(bool isGone)
    {
        int asked = 0;
        await using var server = new ScriptedHttpServer((_, stream, stop) =>
        {
            // A length that is not reached; then the end, or word that there will be no more.
            asked++;
            string answer = asked == 1 ? Answer("Content-Length: 99999\r\n")
                : isGone ? "HTTP/1.1 410 Gone\r\n\r\n" : Answer($"Content-Length: {Wav.Length}\r\n");
            return stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop).AsTask();
        });
        await using var recording = new Recording(Options(server, "/live.wav"));

        await recording.Running;

        Assert.Equal(2, asked);
        Assert.Equal(Sound, recording.Samples[..Frames]);
        Assert.Equal(isGone ? Frames : 2 * Frames, recording.Samples.Count(static sample => sample != 0) + Zeros(isGone ? 1 : 2));

        static int Zeros(int times) => times * Sound.Count(static sample => sample == 0);
    }

    [Fact]
    public async Task Titles_and_the_transport_are_reported()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new ScriptedHttpServer(async (_, stream, stop) =>
        {
            string title = $"\x03{"StreamTitle='Bird - Ornithology';".PadRight(48, '\0')}";
            await stream.WriteAsync(Encoding.Latin1.GetBytes(
                "HTTP/1.0 200 OK\r\nContent-Type: audio/wav\r\nicy-name: Far\r\nicy-metaint: 1000\r\n\r\n"
                    + string.Concat(Wav.Chunk(1000).Select((part, i) => new string(part) + (i == 0 ? title : "\0")))), stop);
            await heard.Task.WaitAsync(stop);
        });
        await using var recording = new Recording(Options(server, "/live.wav"));

        while (recording.Player.GetStatistics() is not { Track: not null, Transport: StationTransport.Http } told
            || told.Receiver.Received == 0)
        {
            Assert.False(recording.Running.IsCompleted, $"{recording.Running.Exception}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled);
        }

        PlayerStatistics statistics = recording.Player.GetStatistics();
        heard.SetResult();
        Assert.Equal(("Far", "Bird – Ornithology"), (statistics.Title, statistics.Track));
        Assert.Contains("Icy-MetaData: 1\r\n", Assert.Single(server.Heads), StringComparison.Ordinal);
        Assert.Contains("Linnet-End: last-chunk\r\n", Assert.Single(server.Heads), StringComparison.Ordinal);
        await recording.StopAsync();
    }

    [Theory]
    [InlineData("/live.mp3", "HTTP/1.1 404 Not Found\r\n\r\n", "/live.mp3 answers 404.", false)]
    [InlineData("/live", "HTTP/1.1 404 Not Found\r\n\r\n", "/live answers 404.", false)]
    [InlineData("/live.mp3", "HTTP/1.1 401 Unauthorized\r\n\r\n", "answers 401: give a user name and a password, as in", true)]
    [InlineData("/live.mp3", "HTTP/1.1 403 Forbidden\r\n\r\n", "/live.mp3 answers 403.", false)]
    [InlineData("/live.mp3", "HTTP/1.1 302 Found\r\nLocation: rtsp://studio/live\r\n\r\n", "not to an http or https address", false)]
    [InlineData("/live.m3u8", "HTTP/1.1 200 OK\r\n\r\n#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", "HLS playlist", false)]
    [InlineData("/live.m3u", "HTTP/1.1 200 OK\r\n\r\n", "The playlist contains no http or https address.", false)]
    [InlineData("/live.xspf", "HTTP/1.1 200 OK\r\n\r\n<playlist><track>", "The server's response ", false)]
    [InlineData("/live.mp3", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "/live.mp3 is a web page and not a stream", false)]
    [InlineData("/live.mp3", "HTTP/1.1 200 OK\r\nContent-Type: video/x\r\n\r\nx", "does not decode this content type", false)]
    [InlineData("/live.mp3", "RTSP/1.0 400 Bad Request\r\n\r\n", "speaks RTSP, not HTTP: give the address as rtsp://", true)]
    [InlineData("/", "RTSP/1.0 400 Bad Request\r\n\r\n", "speaks RTSP, not HTTP: give the address as rtsp://HOST:PORT/NAME.", true)]
    [InlineData("/live.mp3", "SSH-2.0-OpenSSH\r\n", "The server does not speak HTTP", false)]
    [InlineData("/", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "is no Linnet server", true)]
    [InlineData("/live.mp3", "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n", "no sound was found in it.", false)]
    public async Task An_address_without_sound_is_an_error_at_once(string path, string answer, string said, bool isFinal)
    {
        await using var server = new ScriptedHttpServer(_ => answer);
        await using var recording = new Recording(Options(server, path) with { WaitsForStation = true });

        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(() => recording.Running);

        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Equal((isFinal, true), (e.IsFinal, e.IsFinal || e.IsUnknown));
    }

    [Theory]
    [InlineData("")]                                                                // closed without an answer
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /stations.json\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")]    // where no server listens
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/ogg\r\n\r\n", true)]  // its one stream
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n", true)]
    public async Task Whatever_a_server_answers_instead_of_a_list_of_stations_its_stream_is_played(string answer, bool isEndless = false)
    {
        await using var server = new ScriptedHttpServer(async (path, stream, stop) =>
        {
            bool isLookup = path == StationLookup.Path;
            await stream.WriteAsync(Encoding.Latin1.GetBytes(isLookup ? answer : Answer(TellsEnd)), stop);
            if (isLookup && isEndless)
            {
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stop);
            }
        });
        await using var recording = new Recording(Options(server, "/live") with { Reconnects = false });

        await recording.Running;

        Assert.Equal(Sound, recording.Samples);
    }

    [Theory]
    [InlineData("dead\nrefused\npage\nhls.m3u8\nhttp://no-such-host.invalid/a\n", true)]
    [InlineData("more.m3u\ndead\n", true)]
    [InlineData("hls.m3u8\n", true)]
    [InlineData("dead\nbusy\nrefused\n", false)]
    [InlineData("busy.m3u\ndead\n", false)]
    [InlineData("cut.m3u\ndead\n", true)]
    [InlineData("cut.m3u\ndead\nbusy\n", false)]
    [InlineData("cut-busy.m3u\ndead\n", false)]
    public async Task A_playlist_is_waited_for_only_if_one_of_its_addresses_may_give_sound_later(string list, bool isUnknown)
    {
        const string Playlist = "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n";
        await using var server = new ScriptedHttpServer(path => path switch
        {
            "/list.m3u" => Playlist + list,
            "/more.m3u" => $"{Playlist}dead\npage\n",
            "/busy.m3u" => $"{Playlist}busy\ndead\n",
            "/cut.m3u" => Playlist + string.Concat(Enumerable.Range(0, 16).Select(static i => $"dead{i}\n")),
            "/cut-busy.m3u" => Playlist + string.Concat(Enumerable.Range(0, 16).Select(static i => i == 0 ? "busy\n" : $"dead{i}\n")),
            "/hls.m3u8" => $"{Playlist}#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n",
            "/page" => "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
            "/refused" => "HTTP/1.1 403 Forbidden\r\n\r\n",
            "/busy" => "HTTP/1.1 503 Busy\r\n\r\n",
            _ => "HTTP/1.1 404 Not Found\r\n\r\n",
        });
        var search = new StreamSearch(server.Address("/list.m3u"), TimeProvider.System, static _ => { });

        // A search that stopped at a limit goes on where it was. Only then it knows.
        TransportException e;
        do
        {
            e = await Assert.ThrowsAnyAsync<TransportException>(() => search.OpenAsync(static (_, _) => new PlayedTarget(), Cancelled));
        }
        while (e.Message.Contains("names more addresses than are tried at a time", StringComparison.Ordinal));

        Assert.Equal((isUnknown, false), (e.IsUnknown, e.IsFinal));
    }

    [Fact]
    public async Task A_password_is_sent_and_never_shown()
    {
        await using var server = new ScriptedHttpServer(_ => Answer("icy-name: Far\r\n" + TellsEnd));
        var logger = new RecordingLogger();
        var url = new Uri(server.Address("/live.wav").ToString().Replace("//", "//ann:s3cret@", StringComparison.Ordinal));
        await using var recording = new Recording(new PlayerOptions { Url = url }, logger);

        await recording.Running;

        Assert.Contains("Authorization: Basic YW5uOnMzY3JldA==\r\n", Assert.Single(server.Heads), StringComparison.Ordinal);
        Assert.DoesNotContain(logger.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/live.mp3", true)]
    [InlineData("/live", true)]
    public async Task A_Linnet_server_is_asked_for_packets_if_packets_are_wanted(string path, bool isLookedUp)
    {
        await using var server = new ScriptedHttpServer(_ => "HTTP/1.1 404 Not Found\r\n\r\n");
        await using var recording =
            new Recording(Options(server, path) with { Transport = Linnet.Transports.Rtsp.RtspTransport.Udp });

        await Assert.ThrowsAnyAsync<TransportException>(() => recording.Running);

        Assert.Equal(isLookedUp, server.Asked.Contains(StationLookup.Path));
        Assert.DoesNotContain(path, server.Asked);
    }

    [Fact]
    public async Task A_self_signed_certificate_is_refused_in_one_sentence()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync();
        string url = $"https://localhost:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/live.wav";
        await using var recording = new Recording(new PlayerOptions { Url = new Uri(url), WaitsForStation = true });

        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(() => recording.Running);

        Assert.StartsWith("The certificate of localhost is not trusted here.", e.Message, StringComparison.Ordinal);
        await serving;

        async Task ServeAsync()
        {
            using TcpClient client = await listener.AcceptTcpClientAsync(Cancelled);
            await using var stream = new SslStream(client.GetStream());
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await stream.AuthenticateAsServerAsync(certificate);
                Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancelled));
                throw new IOException("The client has left.");
            });
        }
    }

    [Fact]
    public async Task A_wrong_password_is_not_asked_for_again()
    {
        await using var server = new ScriptedHttpServer(_ => "HTTP/1.1 401 Unauthorized\r\n\r\n");
        Uri address = new UriBuilder(server.Address("/live.mp3")) { UserName = "ann", Password = "wrong" }.Uri;
        await using var recording = new Recording(new PlayerOptions { Url = address });

        TransportException e = await Assert.ThrowsAnyAsync<TransportException>(() => recording.Running);

        Assert.EndsWith("/live.mp3 answers 401: it does not accept this user name and password.", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsFinal);
    }

    [Theory]
    [InlineData("410 Gone", true)]
    [InlineData("503 Service Unavailable", false)]
    public async Task A_server_that_closes_without_a_last_chunk_is_asked_again_and_410_is_the_end(string then, bool isOver)
    {
        int asked = 0;
        var again = new TaskCompletionSource();
        await using var server = new ScriptedHttpServer(_ =>
        {
            if (Interlocked.Increment(ref asked) == 1)
            {
                return $"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nicy-name: Far\r\nServer: Linnet\r\n\r\n{Wav}";
            }

            if (asked == 3)
            {
                again.TrySetResult();
            }

            return $"HTTP/1.1 {then}\r\n\r\n";
        });
        var logger = new RecordingLogger();
        await using var recording = new Recording(Options(server, "/live.wav"), logger);

        await Task.WhenAny(recording.Running, again.Task);

        Assert.Equal(isOver, recording.Running.IsCompleted);
        Assert.Equal(isOver, logger.Lines.Contains("903 The station has ended"));
        Assert.Equal(isOver ? 2 : 3, asked);
    }

    private static PlayerOptions Options(ScriptedHttpServer server, string path) =>
        new() { Url = server.Address(path), MinReconnectDelay = TimeSpan.FromMilliseconds(10) };

    private static string Answer(string headers) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n{headers}\r\n"
            + (headers.Contains("chunked", StringComparison.Ordinal) ? Chunked : Wav);
}
