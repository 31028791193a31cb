using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Serving;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.Rtsp;
using Linnet.Transports;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Http;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Serving;

/// <summary>Links, proofs and reloads, on a running server.</summary>
public sealed class AccessServerTests : IAsyncDisposable
{
    private readonly AccessTestServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_closed_station_asks_for_a_password_and_says_no_more()
    {
        string answer = await _server.HttpAsync("GET /jazz.mp3");

        Assert.Contains("\r\nWWW-Authenticate: Basic realm=\"linnet\", charset=\"UTF-8\"\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("icy-", answer, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 200 ", await _server.HttpAsync("GET /open.mp3"), StringComparison.Ordinal);
        Assert.Equal(1, _server.Server.Radio!.GetSnapshot().Refused[RadioRefusal.NoPassword]);
    }

    [Theory]
    [InlineData("GET {0}/jazz.wav", 200)]
    [InlineData("HEAD {0}/jazz.wav", 200)]
    [InlineData("GET {0}/jazz.mp3", 403)]
    [InlineData("GET {0}/jazz", 200)]
    [InlineData("GET {0}/jazz.m3u", 200)]
    [InlineData("GET {0}A/jazz.wav", 403)]
    [InlineData("GET {0}/open.wav", 200)]
    [InlineData("GET {0}/nothing.wav", 404)]
    [InlineData("PUT {0}/live", 403)]
    public async Task A_link_opens_its_renditions_over_HTTP(string request, int status)
    {
        string link = Link(TimeSpan.FromHours(1), "wav");

        string answer = await _server.HttpAsync(string.Format(null, request, link));

        Assert.Equal(status, AccessTestServer.StatusOf(answer));
        Assert.DoesNotContain("WWW-Authenticate", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/jazz.m3u", "http://radio.example{0}/jazz.wav")]
    [InlineData("/jazz.pls", "File1=http://radio.example{0}/jazz.wav")]
    public async Task A_playlist_below_a_link_leads_below_the_link(string path, string line)
    {
        string link = Link(TimeSpan.FromHours(1), "wav");
        using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.HttpEndPoint!);
        string head = await AccessTestServer.AskAsync(socket, $"GET {link}{path} HTTP/1.1\r\nHost: radio.example\r\n\r\n");
        int length = int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], null);
        byte[] text = new byte[length];
        await new NetworkStream(socket).ReadExactlyAsync(text, Stop);

        Assert.Contains(string.Format(null, line, link), System.Text.Encoding.UTF8.GetString(text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_link_is_refused_and_counted()
    {
        string expired = Link(TimeSpan.FromHours(-1));
        Assert.Equal(403, AccessTestServer.StatusOf(await _server.HttpAsync($"GET {expired}/jazz.wav")));
        Assert.Equal(403, AccessTestServer.StatusOf(await _server.DescribeAsync($"{expired}/jazz")));
        Assert.Equal(1, _server.Server.Radio!.GetSnapshot().Refused[RadioRefusal.LinkNotAccepted]);
    }

    [Fact]
    public async Task A_session_is_set_up_and_plays_on_the_addresses_that_a_description_below_a_link_gives()
    {
        string link = Link(TimeSpan.FromHours(1), "opus");
        using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.RtspEndPoint!);
        string described = await AccessTestServer.AskAsync(
            socket, $"DESCRIBE rtsp://radio.example{link}/jazz RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        Assert.Contains($"Content-Base: rtsp://radio.example{link}/jazz/opus/\r\n", described, StringComparison.Ordinal);
        byte[] sdp = new byte[int.Parse(described.Split("Content-Length: ")[1].Split('\r')[0], null)];
        await new NetworkStream(socket).ReadExactlyAsync(sdp, Stop);
        string track = System.Text.Encoding.UTF8.GetString(sdp).Split("a=control:")[^1].Split('\r')[0];
        Assert.Equal($"rtsp://radio.example{link}/jazz/opus/audio", track);

        string setUp = await AccessTestServer.AskAsync(
            socket, $"SETUP {track} RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
        string session = setUp.Split("Session: ")[1].Split(';')[0];
        string played = await AccessTestServer.AskAsync(
            socket, $"PLAY rtsp://radio.example{link}/jazz/opus/ RTSP/1.0\r\nCSeq: 3\r\nSession: {session}\r\n\r\n");
        Assert.StartsWith("RTSP/1.0 200", played, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/jazz/opus", 200)]
    [InlineData("/jazz/pcm", 404)]
    [InlineData("/open", 200)]
    public async Task A_link_opens_its_renditions_over_RTSP(string path, int status) => Assert.Equal(
        status, AccessTestServer.StatusOf(await _server.DescribeAsync(Link(TimeSpan.FromHours(1), "opus") + path)));

    [Fact]
    public async Task Without_TLS_a_client_is_asked_for_a_proof_with_the_one_that_old_players_know_last()
    {
        string answer = await _server.DescribeAsync("/jazz");

        IReadOnlyList<AuthChallenge> challenges = AuthChallenge.ReadAll(
            answer.Split("\r\n").Where(static l => l.StartsWith("WWW-", StringComparison.Ordinal)).Select(static l => l[18..]));
        Assert.Equal(["SHA-256", "MD5"], challenges.Select(static c => c["algorithm"]));
        Assert.All(challenges, static c => Assert.True(c.IsDigest));
        Assert.Equal(200, AccessTestServer.StatusOf(await _server.DescribeAsync("/jazz", "listen", challenge: 0)));
        Assert.Equal(200, AccessTestServer.StatusOf(await _server.DescribeAsync("/jazz", "listen", challenge: 1)));
    }

    // Such an address means the first station, which is closed.
    [Theory]
    [InlineData("", "")]
    [InlineData("", "/")]
    [InlineData("", "/trackID=0")]
    [InlineData("", "/TRACKID=1")]
    [InlineData("", "/track=1")]
    [InlineData("", "/streamid=0")]
    [InlineData("", "/stream=0")]
    [InlineData("", "/audio=0")]
    [InlineData("", "/jazz/trackID=0")]
    [InlineData("", "/jazz/opus/trackID=0")]
    [InlineData("/~x", "/trackID=0")]
    [InlineData("/~x", "")]
    public async Task No_way_to_write_an_address_leads_past_the_password_over_RTSP(string link, string path)
    {
        foreach (string request in (string[])["DESCRIBE", "SETUP"])
        {
            using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.RtspEndPoint!);
            string answer = await AccessTestServer.AskAsync(
                socket,
                $"{request} rtsp://radio.example{link}{path} RTSP/1.0\r\nCSeq: 1\r\n"
                    + "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
            Assert.Equal(link.Length > 0 ? 403 : 401, AccessTestServer.StatusOf(answer));
        }
    }

    [Fact]
    public async Task A_password_over_RTSP_without_TLS_is_refused_with_the_reason()
    {
        using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.RtspEndPoint!);
        string answer = await AccessTestServer.AskAsync(
            socket, $"DESCRIBE rtsp://radio.example/jazz RTSP/1.0\r\nCSeq: 1\r\n{AccessTestServer.Basic("listen")}\r\n");
        byte[] text = new byte[int.Parse(answer.Split("Content-Length: ")[1].Split('\r')[0], null)];
        await new NetworkStream(socket).ReadExactlyAsync(text, Stop);

        Assert.Equal(401, AccessTestServer.StatusOf(answer));
        Assert.Contains("use rtsps", System.Text.Encoding.UTF8.GetString(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", 401)]
    [InlineData("listen", "password-listen", 200)]
    [InlineData("listen", "token-listen", 200)]
    [InlineData("listen", "no", 401)]
    [InlineData("push", "password-push", 403)]
    public async Task Under_TLS_a_client_is_asked_for_the_password_alone(string user, string password, int status)
    {
        using var stop = new CancellationTokenSource();
        using var host = new TcpListenerHost(
            new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) }, TimeProvider.System);
        Task running = host.RunAsync(
            (pipe, socket, origin, ending) => _server.Server.Rtsp.ServeAsync(pipe, socket, origin with { IsTls = true }, ending),
            stop.Token);
        using (Socket socket = await AccessTestServer.ConnectAsync(host.LocalEndPoint))
        {
            string header = user.Length > 0 ? $"Authorization: {new BasicCredentials(user, password).ToHeader()}\r\n" : "";
            string answer = await AccessTestServer.AskAsync(
                socket, $"DESCRIBE rtsp://radio.example/jazz RTSP/1.0\r\nCSeq: 1\r\n{header}\r\n");

            Assert.Equal(status, AccessTestServer.StatusOf(answer));
            Assert.Equal(
                status == 401 ? ["WWW-Authenticate: Basic realm=\"linnet\", charset=\"UTF-8\""] : [],
                answer.Split("\r\n").Where(static l => l.StartsWith("WWW-", StringComparison.Ordinal)));
        }

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Where_no_account_has_a_stream_token_RTSP_without_TLS_does_not_ask()
    {
        _server.Server.Access = _server.Server.Access with
        {
            Accounts = [.. _server.Server.Access.Accounts.Select(static account => account with { StreamToken = null })],
        };

        string answer = await _server.DescribeAsync("/jazz");

        Assert.Equal(403, AccessTestServer.StatusOf(answer));
        Assert.DoesNotContain("WWW-Authenticate", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nonce_from_elsewhere_is_answered_with_a_new_one_and_stale()
    {
        using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.RtspEndPoint!);
        string answer = await AccessTestServer.AskAsync(
            socket, "DESCRIBE rtsp://radio.example/jazz RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest username=\"listen\", "
                + "realm=\"linnet\", nonce=\"abc\", uri=\"rtsp://radio.example/jazz\", response=\"00\"\r\n\r\n");

        Assert.Equal(401, AccessTestServer.StatusOf(answer));
        Assert.Equal(2, answer.Split("stale=true").Length - 1);
    }

    [Fact]
    public async Task A_reload_removes_a_password_at_once_and_ends_nobody_who_listens()
    {
        using Socket listening = await AccessTestServer.ConnectAsync(_server.Server.HttpEndPoint!);
        string request = $"GET /jazz.wav HTTP/1.1\r\nHost: x\r\n{AccessTestServer.Basic("listen")}\r\n";
        Assert.StartsWith("HTTP/1.1 200", await AccessTestServer.AskAsync(listening, request), StringComparison.Ordinal);
        Assert.Equal(200, AccessTestServer.StatusOf(await _server.DescribeAsync("/jazz", "listen")));

        _server.Server.Access = _server.Server.Access with { Accounts = [] };

        Assert.Equal(401, AccessTestServer.StatusOf(await _server.HttpAsync("GET /jazz.wav", AccessTestServer.Basic("listen"))));
        Assert.Equal(403, AccessTestServer.StatusOf(await _server.DescribeAsync("/jazz", "listen")));
        await AccessTestServer.AskBytesAsync(listening, 500_000);
    }

    [Fact]
    public async Task A_reload_that_closes_a_station_holds_for_a_connection_that_is_open_already()
    {
        using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.RtspEndPoint!);
        const string Setup = "SETUP rtsp://radio.example/open RTSP/1.0\r\nCSeq: 1\r\n"
            + "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n";
        string session = (await AccessTestServer.AskAsync(socket, Setup)).Split("Session: ")[1].Split(';')[0];

        _server.Server.Access = _server.Server.Access with { ClosedStations = ["open"] };

        string played = await AccessTestServer.AskAsync(
            socket, $"PLAY rtsp://radio.example/open RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n");
        Assert.StartsWith("RTSP/1.0 401", played, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_voids_what_was_permitted_on_a_connection_before()
    {
        using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.RtspEndPoint!);
        string uri = $"rtsp://radio.example{Link(TimeSpan.FromHours(1))}/jazz";
        const string Transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1";
        Assert.StartsWith(
            "RTSP/1.0 200", await AccessTestServer.AskAsync(socket, $"SETUP {uri} RTSP/1.0\r\nCSeq: 1\r\n{Transport}\r\n\r\n"),
            StringComparison.Ordinal);

        _server.Server.Access = _server.Server.Access with { LinkKeys = [] };

        Assert.StartsWith(
            "RTSP/1.0 403", await AccessTestServer.AskAsync(socket, $"SETUP {uri} RTSP/1.0\r\nCSeq: 2\r\n{Transport}\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_plays_an_open_station_opens_no_closed_one()
    {
        using RawRtspClient client = await RawRtspClient.ConnectAsync(
            _server.Server.RtspEndPoint!, IPAddress.Loopback, 0, TimeSpan.FromSeconds(30));
        await client.PlayInterleavedAsync("rtsp://radio.example/open");

        Assert.Equal(200, (await client.RequestAsync("PLAY", "rtsp://radio.example/open")).Status);
        foreach (string method in (string[])["DESCRIBE", "SETUP", "PLAY"])
        {
            RawResponse answer = await client.RequestAsync(
                method, "rtsp://radio.example/jazz", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n");
            Assert.NotEqual(200, answer.Status);
        }
    }

    // With the password and from no other site it is not found: no client pushes.
    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site", 403)]
    [InlineData("Sec-Fetch-Site: same-site", 403)]
    [InlineData("Origin: http://evil.example", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Sec-Fetch-Site: same-origin", 404)]
    [InlineData("Sec-Fetch-Site: none", 404)]
    [InlineData("Origin: http://radio.example", 404)]
    [InlineData("User-Agent: source client", 404)]
    public async Task A_page_of_another_site_cannot_have_a_browser_set_a_title(string header, int status)
    {
        string answer = await _server.HttpAsync(
            "GET /admin/metadata?mode=updinfo&mount=/live&song=a", $"{AccessTestServer.Basic("push")}{header}\r\n");

        Assert.Equal(status, AccessTestServer.StatusOf(answer));
        Assert.Equal(status == 403 ? 1 : 0, _server.Server.Push!.Refused.GetValueOrDefault(PushRefusal.OtherSite));
    }

    [Theory]
    [InlineData("/jazz/nothing")]
    [InlineData("/jazz/opus")]
    [InlineData("/jazz")]
    public async Task A_stranger_learns_nothing_about_the_renditions_of_a_closed_station(string path)
    {
        using RawRtspClient client = await RawRtspClient.ConnectAsync(
            _server.Server.RtspEndPoint!, IPAddress.Loopback, 0, TimeSpan.FromSeconds(30));
        for (int i = 0; i < 2; i++)
        {
            foreach (string method in (string[])["PAUSE", "TEARDOWN", "DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER"])
            {
                RawResponse answer = await client.RequestAsync(
                    method, $"rtsp://radio.example{path}", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n");

                // A PLAY for another session is not judged, since the session plays only its own rendition.
                Assert.Equal(
                    method is "PAUSE" or "TEARDOWN" || (method is "PLAY" && i > 0) ? 454 : method is "GET_PARAMETER" ? 200 : 401,
                    answer.Status);
                Assert.DoesNotContain("opus", answer.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("pcm", answer.Body, StringComparison.Ordinal);
            }

            // The second time with a session that plays another station.
            if (i == 0)
            {
                await client.PlayInterleavedAsync("rtsp://radio.example/open");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_time_that_another_service_gives_a_listener_ends_it(bool isRtsp)
    {
        await using var service = new HookService
        {
            Answer = "HTTP/1.1 200 OK\r\nicecast-auth-user: 1\r\nicecast-auth-timelimit: 1\r\nContent-Length: 0\r\n\r\n",
        };
        _server.Server.Access = _server.Server.Access with { Hook = new AccessHookOptions { Address = service.Address } };
        if (isRtsp)
        {
            using RawRtspClient client = await RawRtspClient.ConnectAsync(
                _server.Server.RtspEndPoint!, IPAddress.Loopback, 0, TimeSpan.FromSeconds(30));
            await client.PlayInterleavedAsync("rtsp://radio.example/jazz");
            await Until.TrueAsync(() => _server.Server.Rtsp.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.TimeOver) == 1);
        }
        else
        {
            using Socket socket = await AccessTestServer.ConnectAsync(_server.Server.HttpEndPoint!);
            Assert.StartsWith(
                "HTTP/1.1 200", await AccessTestServer.AskAsync(socket, "GET /jazz.wav HTTP/1.1\r\nHost: radio.example\r\n\r\n"),
                StringComparison.Ordinal);

            // It is cut off, so that a player asks again, and does not take it for the end of the station.
            await Assert.ThrowsAnyAsync<IOException>(() => new NetworkStream(socket).CopyToAsync(Stream.Null, Stop));
        }

        await service.NextAsync();
        Assert.StartsWith("action=listener_remove&", await service.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_service_admits_a_listener_and_hears_when_it_has_left(bool isRtsp)
    {
        await using var service = new HookService { Answer = "HTTP/1.1 200 OK\r\nicecast-auth-user: 1\r\nContent-Length: 0\r\n\r\n" };
        _server.Server.Access = _server.Server.Access with { Hook = new AccessHookOptions { Address = service.Address } };
        StationServer server = _server.Server;
        using (Socket socket = await AccessTestServer.ConnectAsync(isRtsp ? server.RtspEndPoint! : server.HttpEndPoint!))
        {
            string answer = await AccessTestServer.AskAsync(
                socket, isRtsp ? "DESCRIBE rtsp://radio.example:8554/jazz/opus RTSP/1.0\r\nCSeq: 1\r\n\r\n"
                    : "GET /jazz.wav HTTP/1.1\r\nHost: radio.example:8554\r\n\r\n");
            Assert.Equal(200, AccessTestServer.StatusOf(answer));
        }

        string mount = isRtsp ? "%2Fjazz%2Fopus" : "%2Fjazz.wav";
        string who = $"&server=radio.example&port=8554&client=1&mount={mount}&user=&pass=&ip=127.0.0.1&agent=";
        Assert.Equal($"action=listener_add{who}", await service.NextAsync());
        Assert.StartsWith($"action=listener_remove{who}&duration=", await service.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_networks_are_counted()
    {
        Assert.Equal("", await _server.HttpAsync("GET /open.wav", from: AccessTestServer.Denied));

        Assert.Equal(1, _server.Server.Connections.Refused);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Link(TimeSpan validity, params string[] renditions) =>
        AccessTestServer.Key.Sign("jazz", TimeProvider.System.GetUtcNow() + validity, renditions);
}
