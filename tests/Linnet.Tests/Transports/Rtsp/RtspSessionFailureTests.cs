using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Failures of one session on our side.</summary>
public class RtspSessionFailureTests
{
    [Fact]
    public async Task A_failing_UDP_session_ends_alone()
    {
        var time = new FailingClock();
        await using var server = new RtspTestServer(time: time);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var others = new UdpEars();
        await PlayAsync(server, client, "/jazz", ears);
        await ears.ReadRtcpAsync();

        // The first report of this session cannot be written.
        time.Fails = true;
        await PlayAsync(server, client, "/news", others);
        await Until.TrueAsync(() => server.Server.GetSnapshot().EndedSessions.GetValueOrDefault(RtspSessionEnd.Failed) == 1);

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", server.Uri("/"))).Status);
        byte[] last = RtspTestServer.Publish(server.Opus, 1)[0].Datagram.ToArray();
        byte[] heard = [];
        while (!last.AsSpan().SequenceEqual(heard))
        {
            heard = await ears.ReadRtpAsync();
        }

        Assert.Equal("jazz", Assert.Single(server.Server.GetSnapshot().Sessions).Station);
    }

    private static async Task PlayAsync(RtspTestServer server, RawRtspClient client, string path, UdpEars ears)
    {
        RawResponse setup = await client.RequestAsync(
            "SETUP", server.Uri(path), $"Transport: RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}\r\n");
        Assert.Equal(200, setup.Status);
        Assert.Equal(200, (await client.RequestAsync("PLAY", server.Uri(path), $"Session: {setup["Session"]!.Split(';')[0]}\r\n")).Status);
    }

    /// <summary>A clock that fails once, on a sender thread.</summary>
    private sealed class FailingClock : TimeProvider
    {
        private int _fails;

        internal bool Fails
        {
            set => Volatile.Write(ref _fails, value ? 1 : 0);
        }

        public override DateTimeOffset GetUtcNow() => !Thread.CurrentThread.IsThreadPoolThread && Interlocked.Exchange(ref _fails, 0) == 1
            ? throw new InvalidOperationException("The clock is broken.")
            : base.GetUtcNow();
    }
}
