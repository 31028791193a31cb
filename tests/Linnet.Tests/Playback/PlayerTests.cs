using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Playback;

/// <summary>A whole player against a scripted server on the loopback interface.</summary>
public sealed class PlayerTests
{
    private static readonly AudioFormat Mono = new(8000, 1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task A_stream_is_recorded_bit_for_bit_and_ends_with_its_goodbye(RtspTransport transport)
    {
        await using var server = new FakeRtspServer();
        var sender = new FakeRtpSender(Mono, firstSequence: 65_530, firstTimestamp: 4_294_967_000);
        server.Script = (connection, request) => WithRtpInfo(server, connection, request, sender);
        using var recording = new Recording(server, new PlayerOptions { Url = new Uri(server.Url), Transport = transport });

        FakeRtspConnection connection = await server.PlayingAsync();
        for (int i = 0; i < 50; i++)
        {
            await SendAsync(connection, sender.Next(160), transport, isRtcp: false);
        }

        await SendAsync(connection, Goodbye(sender.Ssrc), transport, isRtcp: true);
        await recording.Player;

        Assert.Equal(Expected(sender), recording.Samples);
        Assert.Contains(RtspMethod.Teardown, server.Methods);
    }

    private static RtspResponse? WithRtpInfo(FakeRtspServer server, FakeRtspConnection connection, RtspRequest request, FakeRtpSender sender)
    {
        if (request.Method != RtspMethod.Play)
        {
            return null;
        }

        RtspResponse answer = server.Answer(connection, request);
        answer.Headers.Add(RtspHeaderNames.RtpInfo, RtpInfoHeader.Write(new RtpInfo($"{server.Url}/track1", sender.NextSequence, sender.NextTimestamp)));
        return answer;
    }

    private static async Task SendAsync(FakeRtspConnection connection, byte[] packet, RtspTransport transport, bool isRtcp)
    {
        if (transport is RtspTransport.Tcp)
        {
            await connection.SendPacketAsync(isRtcp ? (byte)1 : (byte)0, packet);
        }
        else if (isRtcp)
        {
            connection.SendRtcp(packet);
        }
        else
        {
            connection.SendRtp(packet);
        }
    }

    private static byte[] Goodbye(uint ssrc)
    {
        byte[] datagram = new byte[256];
        int length = RtcpCompound.Write(datagram, new ReceiverReport(ssrc), new SourceDescription(ssrc, "fake"), new Goodbye([ssrc]));
        return datagram[..length];
    }

    private static short[] Expected(FakeRtpSender sender) =>
        [.. Enumerable.Range(0, (int)sender.Position).Select(position => sender.Sound(position, 0))];

    /// <summary>A player that plays into memory.</summary>
    private sealed class Recording : IDisposable
    {
        private readonly MemoryStream _wav = new();

        internal Recording(FakeRtspServer server, PlayerOptions options)
        {
            _ = server;
            Player = RunAsync(options);
        }

        internal Task Player { get; }

        internal short[] Samples
        {
            get
            {
                byte[] wav = _wav.ToArray();
                int start = wav.AsSpan().IndexOf("data"u8) + 8;
                return [.. Enumerable.Range(0, (wav.Length - start) / 2).Select(i => BinaryPrimitives.ReadInt16LittleEndian(wav.AsSpan(start + (2 * i))))];
            }
        }

        public void Dispose() => _wav.Dispose();

        private async Task RunAsync(PlayerOptions options)
        {
            await using var device = new PipeDevice("memory", _wav, TimeProvider.System);
            await using var player = new Player(options, device);
            await player.RunAsync(Cancelled);
        }
    }
}
