using System.Net;
using System.Runtime.InteropServices;
using Linnet.Broadcast;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Tests.Fakes;
using Linnet.Tests.Relay.Nats;
using Linnet.Tests.Transports.Rtsp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Relay;

/// <summary>What listeners of an edge hear over each transport: exactly what the origin has.</summary>
public sealed class RelayTransportTests : IAsyncLifetime
{
    private readonly NatsServer _nats = new();
    private readonly HttpClient _http = new();
    private RelayedServer _origin = null!;
    private RelayedServer _edge = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _nats.StartAsync();
        _origin = new RelayedServer(_nats.Options("a"), RelayedServer.Ramp("jazz"));
        _edge = new RelayedServer(_nats.Options("b"));
        await _edge.ListingAsync("jazz");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _edge.DisposeAsync();
        await _origin.DisposeAsync();
        _nats.Dispose();
    }

    [Fact]
    public async Task Over_HTTP_every_sample_is_the_origins()
    {
        await using Stream sound = await _http.GetStreamAsync(new Uri($"{_edge.Http}/jazz.wav"), Cancelled);
        byte[] head = new byte[4];
        while (!head.AsSpan().SequenceEqual("data"u8))
        {
            head.AsSpan(1).CopyTo(head);
            await sound.ReadExactlyAsync(head.AsMemory(3), Cancelled);
        }

        byte[] bytes = new byte[4 + (48_000 * 4)];
        await sound.ReadExactlyAsync(bytes, Cancelled);

        AssertRamp(MemoryMarshal.Cast<byte, short>(bytes.AsSpan(4)));
    }

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task Over_RTSP_every_sample_is_the_origins(RtspTransport transport)
    {
        var received = new List<short>();
        await using var device = new CallbackDevice((pcm, _) =>
        {
            foreach (float sample in pcm)
            {
                received.Add((short)(sample * 32768));
            }
        });
        await using var player = new Player(
            new PlayerOptions
            {
                Url = new Uri($"rtsp://{_edge.Server.RtspEndPoint}/jazz/pcm"),
                Transport = transport,
                Duration = TimeSpan.FromSeconds(0.5),
            },
            device);
        await player.RunAsync(Cancelled);

        Assert.Equal(48_000, received.Count);
        AssertRamp(CollectionsMarshal.AsSpan(received));
    }

    [Fact]
    public async Task An_edge_repairs_what_its_listeners_miss()
    {
        BroadcastRing own = await _origin.RingAsync("jazz", "opus");
        using var near = new RingTap(own);
        using RawRtspClient client = await RawRtspClient.ConnectAsync(
            _edge.Server.RtspEndPoint!, IPAddress.Loopback, 0, TimeSpan.FromMinutes(1));
        using var ears = new UdpEars();
        string uri = $"rtsp://{_edge.Server.RtspEndPoint}/jazz/opus";
        RawResponse setup = await client.SetupAsync(
            uri, $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}\r\nSupported: linnet.repair");
        string ports = setup["Transport"]!.Split("server_port=")[1].Split(';')[0];
        Assert.Equal(200, (await client.RequestAsync("PLAY", uri)).Status);
        ushort sequence = 0;
        for (int i = 0; i < 10; i++)
        {
            Assert.True(RtpPacket.TryParse(await ears.ReadRtpAsync(), out RtpPacket rtp));
            Assert.Equal(own.Info.Stream.Ssrc, rtp.Header.Ssrc);
            sequence = rtp.Header.SequenceNumber;
        }

        byte[] nack = new byte[100];
        int length = RtcpCompound.WriteReducedSize(nack, GenericNack.For(0x99, own.Info.Stream.Ssrc, [sequence], out _));
        ears.SendRtcp(nack[..length], new IPEndPoint(IPAddress.Loopback, int.Parse(ports.Split('-')[1], null)));

        while (true)
        {
            Assert.True(RtpPacket.TryParse(await ears.ReadRtpAsync(), out RtpPacket rtp));
            if (rtp.Header.PayloadType == RtpStreamIdentity.RtxPayloadType)
            {
                Assert.True(RtxPayload.TryParse(rtp.Payload, out RtxPayload again));
                Assert.Equal(sequence, again.OriginalSequenceNumber);
                PacketItem sent = near.Packets.Single(p => own.Info.Stream.SequenceNumberOf(p.Number) == sequence);
                Assert.Equal(sent.Payload.ToArray(), again.Payload.ToArray());
                return;
            }
        }
    }

    [Fact]
    public async Task HLS_has_the_same_names_and_bytes_on_all_servers()
    {
        await using var other = new RelayedServer(_nats.Options("c"));
        await other.ListingAsync("jazz");
        Dictionary<string, byte[]>[] servers = await Task.WhenAll(SegmentsAsync(_edge), SegmentsAsync(other));

        string[] both = [.. servers[0].Keys.Intersect(servers[1].Keys)];
        Assert.NotEmpty(both);
        Assert.All(both, name => Assert.Equal(servers[0][name], servers[1][name]));
    }

    private async Task<Dictionary<string, byte[]>> SegmentsAsync(RelayedServer server)
    {
        var media = new Uri($"{server.Http}/jazz/hls/mp3.m3u8");
        Dictionary<string, byte[]> segments = [];
        while (segments.Count < 3)
        {
            string text = await _http.GetStringAsync(media, Cancelled);
            foreach (string line in text.Split('\n').Where(static line => line.Length > 0 && !line.StartsWith('#')))
            {
                if (!segments.ContainsKey(line))
                {
                    segments[line] = await _http.GetByteArrayAsync(new Uri(media, line), Cancelled);
                }
            }
        }

        return segments;
    }

    // Each sample is known from its position, and the position from the first sample.
    private static void AssertRamp(ReadOnlySpan<short> stereo)
    {
        short first = stereo[0];
        int position = Enumerable.Range(0, 65_536).First(i => RampSource.SampleAt(i, 0) == first);
        for (int i = 0; i < stereo.Length; i++)
        {
            Assert.True(
                RampSource.SampleAt(position + (i / 2), i % 2) == stereo[i],
                $"{i}: {string.Join(' ', stereo[Math.Max(0, i - 8)..Math.Min(stereo.Length, i + 8)].ToArray())}");
        }
    }
}
