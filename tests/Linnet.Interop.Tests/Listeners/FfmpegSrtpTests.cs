using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Interop.Tests.Listeners;

/// <summary>ffmpeg decrypts what our sender encrypts, with the key from a description.</summary>
public class FfmpegSrtpTests
{
    private const int Rate = 48_000;
    private const int FramesPerPacket = 240;
    private const int FirstSequence = 65_400;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Records_bit_exactly_across_a_wrap_of_the_sequence_number()
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(Rate, 2, 16, 5);
        using RtpPortPair ours = RtpPortPair.Bind(IPAddress.Loopback, 0);
        int port = FreePort();
        var stream = new RtpStreamIdentity(0x1234_5678, FirstSequence, 77) { RtxSsrc = 0x8765_4321 };
        LinnetSrtpHeader terms = SrtpFeature.NewTerms(stream);
        await File.WriteAllTextAsync(folder["station.sdp"], Describe(terms.Key, port), TestContext.Current.CancellationToken);
        await using Tool ffmpeg = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-protocol_whitelist", "file,udp,rtp,srtp,crypto", "-i", folder["station.sdp"], "-t", "3",
            "-c:a", "pcm_s16le", folder["heard.wav"]);
        await ListensAsync(port);

        await using var senders = new SenderPool(new SenderOptions { Threads = 1 }, TimeProvider.System);
        BroadcastRing ring = Fill(noise, stream);
        UdpListener listener = Listen(ring, ours, port, terms);
        senders.Add(listener, TimeSpan.Zero, 0);
        int code = await ffmpeg.ExitAsync(Limit);
        await senders.RemoveAsync(listener);

        Assert.True(code == 0, ffmpeg.Errors);
        WavSound heard = WavSound.Load(folder["heard.wav"]);
        Assert.InRange(heard.Frames, 2.9 * Rate, 3.1 * Rate);
        int from = noise.FindRun(heard);
        Assert.InRange(from / FramesPerPacket, 0, (1 << 16) - FirstSequence);
    }

    private static string Describe(SrtpMasterKey key, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=noise\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/SAVP 96\r\n"
            + $"a=rtpmap:96 L16/{Rate}/2\r\na=crypto:1 {SrtpMasterKey.Suite} {key.ToInline()}\r\n");

    // All packets of the sound, each due at its time from now on.
    private static BroadcastRing Fill(WavSound sound, RtpStreamIdentity stream)
    {
        TimeProvider time = TimeProvider.System;
        var info = new RenditionInfo("noise", "pcm", new PayloadFormat("L16", Rate, 2), FramesPerPacket, Rate * 32, stream);
        var ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
        InterleavedFraming.Of(ring);
        var timeline = new MediaTimeline(time.GetTimestamp(), Rate, time.TimestampFrequency);
        ring.Publish(new DiscontinuityItem(0, timeline.DueAt(0), timeline));
        for (int number = 0; number < sound.Frames / FramesPerPacket; number++)
        {
            byte[] payload = new byte[FramesPerPacket * 4];
            for (int i = 0; i < FramesPerPacket * 2; i++)
            {
                BinaryPrimitives.WriteInt16BigEndian(payload.AsSpan(2 * i), (short)sound.Samples[(number * FramesPerPacket * 2) + i]);
            }

            long position = (long)number * FramesPerPacket;
            ring.Publish(
                new PacketItem(ring.Framing, number, position, FramesPerPacket, number == 0, timeline.DueAt(position), payload));
        }

        return ring;
    }

    private static UdpListener Listen(BroadcastRing ring, RtpPortPair ours, int port, LinnetSrtpHeader terms)
    {
        Assert.True(SrtpSession.TryCreate(terms, isServer: true, out SrtpSession? srtp, out string? problem), problem);
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        var remote = new IPEndPoint(IPAddress.Loopback, port);
        var route = new UdpRoute(
            new RouteSource(IPAddress.Loopback, ours.Rtp, ours.Rtcp), IPAddress.Loopback, remote.Serialize(),
            new IPEndPoint(IPAddress.Loopback, port + 1).Serialize(), new RtpFeedback(ring.Info, TimeProvider.System), proof: null)
        {
            Srtp = srtp,
        };
        return new UdpListener(lease, remote, route, new RtcpWriter(TimeProvider.System), static _ => { });
    }

    private static int FreePort()
    {
        using RtpPortPair pair = RtpPortPair.Bind(IPAddress.Loopback, 0);
        return pair.Rtp.LocalEndPoint.Port;
    }

    // What is sent before ffmpeg listens is lost.
    private static async Task ListensAsync(int port)
    {
        string wanted = string.Create(CultureInfo.InvariantCulture, $":{port:X4} ");
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Limit);
        while (!(await File.ReadAllTextAsync("/proc/net/udp", late.Token)).Contains(wanted, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, late.Token);
        }
    }
}
