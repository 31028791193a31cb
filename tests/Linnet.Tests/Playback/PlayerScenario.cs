using Linnet.Audio;
using Linnet.Playback;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Playback;

/// <summary>A server that announces its sender in RTP-Info, and what a player needs to receive it.</summary>
public abstract class PlayerScenario
{
    private protected static readonly AudioFormat Mono = new(8000, 1);

    private protected readonly FakeRtpSender _sender = new(Mono, firstSequence: 65_530, firstTimestamp: 4_294_967_000);

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private protected static long Now => TimeProvider.System.GetTimestamp();

    private protected static PlayerOptions Options(FakeRtspServer server) => new()
    {
        Url = new Uri(server.Url),
        Transport = RtspTransport.Tcp,
        MinReconnectDelay = TimeSpan.FromMilliseconds(10),
    };

    /// <summary>A server that announces the sender in RTP-Info.</summary>
    private protected static FakeRtspServer Serve(FakeRtpSender sender, int port = 0)
    {
        var server = new FakeRtspServer(port);
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Play ? server.Answer(connection, request) : null;
            answer?.Headers.Add(
                RtspHeaderNames.RtpInfo, new RtpInfo($"{server.Url}/track1", sender.NextSequence, sender.NextTimestamp).ToString());
            return answer;
        };
        return server;
    }

    private protected async Task SendAsync(
        FakeRtspConnection connection, int packets, RtspTransport transport = RtspTransport.Tcp, FakeRtpSender? sender = null)
    {
        sender ??= _sender;
        for (int i = 0; i < packets; i++)
        {
            byte[] packet = sender.Next(160);
            if (transport is RtspTransport.Tcp)
            {
                await connection.SendPacketAsync(0, packet);
            }
            else
            {
                connection.SendRtp(packet);
            }
        }
    }

    private protected async Task SendTrackAsync(FakeRtspConnection connection, string track)
    {
        byte[] datagram = new byte[512];
        int length = RtcpCompound.Write(
            datagram, new ReceiverReport(_sender.Ssrc), new SourceDescription(_sender.Ssrc, "fake", note: track));
        await connection.SendPacketAsync(1, datagram[..length]);
    }

    private protected async Task SendGoodbyeAsync(FakeRtspConnection connection, RtspTransport transport, FakeRtpSender? sender = null)
    {
        uint ssrc = (sender ?? _sender).Ssrc;
        byte[] datagram = new byte[256];
        int length = RtcpCompound.Write(datagram, new ReceiverReport(ssrc), new SourceDescription(ssrc, "fake"), new Goodbye([ssrc]));
        if (transport is RtspTransport.Tcp)
        {
            await connection.SendPacketAsync(1, datagram[..length]);
        }
        else
        {
            connection.SendRtcp(datagram[..length]);
        }
    }

    private protected short[] Sent() => [.. Enumerable.Range(0, (int)_sender.Position).Select(position => _sender.Sound(position, 0))];

    /// <summary>
    /// The recording must end with everything that the sender sent. Its first 5 ms may differ: after a long reconnect, the concealment is
    /// faded into them.
    /// </summary>
    private protected static void AssertEndsWithAll(FakeRtpSender sender, short[] samples)
    {
        int joint = Mono.SampleRate / 200;
        int length = (int)sender.Position - joint;
        Assert.Equal(Enumerable.Range(joint, length).Select(position => sender.Sound(position, 0)), samples[^length..]);
    }

    private protected static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled);
        }
    }
}
