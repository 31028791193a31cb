using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>RTSP listeners behind a TCP proxy.</summary>
public class ProxiedSessionsTests
{
    private const string Local = "127.0.0.0/8";

    [Fact]
    public async Task Behind_a_trusted_proxy_a_session_counts_for_its_client_and_plays_over_TCP()
    {
        await using var server = new RtspTestServer(proxies: Local);
        using RawRtspClient client = await server.ConnectAsync();
        await client.SendAsync("PROXY TCP4 203.0.113.7 127.0.0.1 4711 554\r\n");

        RawResponse byUdp = await client.RequestAsync("SETUP", server.Uri("/jazz"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n");
        await client.PlayInterleavedAsync(server.Uri("/jazz"));

        Assert.Equal(461, byUdp.Status);
        Assert.Contains("RTP/AVP/TCP", byUdp.Body, StringComparison.Ordinal);
        RtspSessionSnapshot session = Assert.Single(server.Server.GetSnapshot().Sessions);
        Assert.Equal(("203.0.113.7:4711", "rtsp-tcp"), (session.Remote.ToString(), session.Transport));
    }

    [Fact]
    public async Task Clients_of_a_trusted_proxy_are_limited_by_their_own_address()
    {
        await using var server = new RtspTestServer(new RtspServerOptions { MaxSessionsPerAddress = 1 }, proxies: Local);
        using RawRtspClient first = await ConnectAsync("203.0.113.1");
        using RawRtspClient second = await ConnectAsync("203.0.113.2");
        using RawRtspClient again = await ConnectAsync("203.0.113.1");

        await first.PlayInterleavedAsync(server.Uri("/jazz"));
        await second.PlayInterleavedAsync(server.Uri("/jazz"));
        Assert.Equal(
            503, (await again.RequestAsync("SETUP", server.Uri("/jazz"), "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")).Status);

        async Task<RawRtspClient> ConnectAsync(string address)
        {
            RawRtspClient client = await server.ConnectAsync();
            await client.SendAsync($"PROXY TCP4 {address} 127.0.0.1 4711 554\r\n");
            return client;
        }
    }

    [Fact]
    public async Task A_PROXY_header_from_a_stranger_is_refused_with_an_explanation()
    {
        await using var server = new RtspTestServer(proxies: "10.0.0.0/8");
        using RawRtspClient client = await server.ConnectAsync();
        await client.SendAsync("PROXY TCP4 203.0.113.7 127.0.0.1 4711 554\r\n");

        RawResponse answer = await client.ReadResponseAsync();

        Assert.Equal(400, answer.Status);
        Assert.Contains("Start the server with TrustedProxies and", answer.Body, StringComparison.Ordinal);
        Assert.Equal(1, server.Server.GetSnapshot().RefusedConnections[RtspConnectionRefusal.ProxyNotTrusted]);
    }

    [Fact]
    public async Task An_unnamed_client_of_a_trusted_proxy_is_refused_UDP_too()
    {
        await using var server = new RtspTestServer(proxies: Local);
        using RawRtspClient client = await server.ConnectAsync();
        await client.SendAsync("PROXY UNKNOWN\r\n");

        Assert.Equal(
            461, (await client.RequestAsync("SETUP", server.Uri("/jazz"), "Transport: RTP/AVP;unicast;client_port=5000-5001\r\n")).Status);
    }

    [Fact]
    public async Task The_totals_of_each_transport_remain_when_its_listeners_leave()
    {
        await using var server = new RtspTestServer();
        using (RawRtspClient client = await server.ConnectAsync())
        {
            await client.PlayInterleavedAsync(server.Uri("/jazz"));
            while (server.Server.GetSnapshot().Totals is not [{ Connections: 0, Bytes: 0 },
                {
                    Transport: "rtsp-tcp", Connections: 1,
                    Bytes: > 0
                }])
            {
                await Task.Yield();
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }
        }

        while (server.Server.GetSnapshot().Sessions.Count > 0)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        Assert.True(server.Server.GetSnapshot().Totals[1] is { Connections: 1, Bytes: > 0 });
    }
}
