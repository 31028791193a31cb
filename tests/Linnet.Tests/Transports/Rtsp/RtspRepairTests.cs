using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Which clients are offered repair, and what their requests do.</summary>
public class RtspRepairTests
{
    private const string Supported = "Supported: linnet.repair\r\n";

    [Fact]
    public async Task A_client_that_does_not_ask_for_repair_is_not_offered_it()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        foreach (string headers in new[] { "", "Supported: play.basic\r\n", "Supported: linnet.repairs\r\n" })
        {
            RawResponse response = await client.RequestAsync("DESCRIBE", server.Uri("/jazz"), headers);
            Assert.Null(response["Supported"]);
            Assert.EndsWith(
                "m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 sprop-stereo=1\r\na=ptime:5\r\n"
                + $"a=control:{server.Uri("/jazz/opus/audio")}\r\n",
                response.Body,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/jazz", "RTP/AVPF 96 97 98", true)]
    [InlineData("/jazz/pcm", "RTP/AVPF 96 97", false)]
    public async Task A_client_that_asks_is_offered_repair_and_copies_only_if_they_fit(string path, string expected, bool hasRed)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse response = await client.RequestAsync("DESCRIBE", server.Uri(path), Supported);

        Assert.Equal("linnet.repair", response["Supported"]);
        Assert.Contains($"m=audio 0 {expected}\r\n", response.Body, StringComparison.Ordinal);
        Assert.Contains("a=fmtp:97 apt=96;rtx-time=10000\r\na=rtcp-fb:96 nack\r\n", response.Body, StringComparison.Ordinal);
        Assert.Equal(hasRed, response.Body.Contains("a=fmtp:98 96/96\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requested_packets_are_resent_and_the_report_has_the_round_trip()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await SetupAsync(server, client, ears, "/jazz");
        PacketItem[] packets = await HearAsync(server, ears, 40);
        ushort[] missing = [packets[3].SequenceNumber, packets[7].SequenceNumber];
        uint ssrc = server.Opus.Info.Stream.Ssrc;

        Send(server, ears, reduced: true, GenericNack.For(0x99, ssrc, missing, out _),
            new ExtendedReport(0x99) { ReferenceTime = new NtpTime(0x1234_5678_9ABC_DEF0) });

        foreach (int index in new[] { 3, 7 })
        {
            Assert.True(RtpPacket.TryParse(await ears.ReadRtpAsync(), out RtpPacket rtp));
            Assert.Equal((97, server.Opus.Info.Stream.RtxSsrc, packets[index].Timestamp),
                (rtp.Header.PayloadType, rtp.Header.Ssrc, rtp.Header.Timestamp));
            Assert.True(RtxPayload.TryParse(rtp.Payload, out RtxPayload original));
            Assert.Equal(packets[index].SequenceNumber, original.OriginalSequenceNumber);
            Assert.Equal(packets[index].Payload.ToArray(), original.Payload.ToArray());
        }

        RepairStatistics repair = Assert.Single(server.Server.GetSnapshot().Sessions).Repair!;
        Assert.Equal((2, 2), (repair.Requested, repair.Retransmitted));
        ReferenceDelay delay = await ReadDelayAsync(ears);
        Assert.Equal((0x99u, 0x5678_9ABCu), (delay.Ssrc, delay.LastReferenceTime));
        Assert.InRange(delay.Delay, 0u, 30 * 65_536u);
    }

    [Fact]
    public async Task A_client_without_an_agreement_gets_no_repair()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));
        PacketItem[] packets = await HearAsync(server, ears, 5);
        GenericNack nack = GenericNack.For(0x99, server.Opus.Info.Stream.Ssrc, [packets[0].SequenceNumber], out _);

        Send(server, ears, reduced: false, new ReceiverReport(0x99), nack);
        Send(server, ears, reduced: true, nack);

        await Until.TrueAsync(() => server.Server.GetSnapshot() is { ReportsHeard: 1, MalformedDatagrams: 1 });
        await HearAsync(server, ears, 1);
        Assert.Null(Assert.Single(server.Server.GetSnapshot().Sessions).Repair);
    }

    [Fact]
    public async Task No_client_can_request_packets_for_another()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        using var stranger = new UdpEars();
        await SetupAsync(server, client, ears, "/jazz");
        PacketItem[] packets = await HearAsync(server, ears, 5);
        Send(server, ears, reduced: false, new ReceiverReport(0x99));
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard == 1);

        // From the listener's address, but not its port.
        Send(server, stranger, reduced: false, new ReceiverReport(0x99),
            GenericNack.For(0x99, server.Opus.Info.Stream.Ssrc, [packets[0].SequenceNumber], out _));

        await Until.TrueAsync(() => server.Server.GetSnapshot().StrangeDatagrams == 1);
        Assert.Equal(0, Assert.Single(server.Server.GetSnapshot().Sessions).Repair!.Requested);
    }

    [Fact]
    public async Task Copies_start_as_soon_as_they_are_requested()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await SetupAsync(server, client, ears, "/jazz");
        await HearAsync(server, ears, 20);

        Assert.Equal(200, await SetAsync(server, client, "linnet.redundancy: copies=2;spacing=40\r\n"));
        RtspTestServer.Publish(server.Opus, 1);
        Assert.True(RtpPacket.TryParse(await ears.ReadRtpAsync(), out RtpPacket rtp));
        Assert.Equal(98, rtp.Header.PayloadType);
        Assert.True(RedPayload.TryParse(rtp.Payload, out RedPayload red));
        Assert.Equal(2, red.Copies);

        Assert.Equal(200, await SetAsync(server, client, "linnet.redundancy: none\r\n"));
        RtspTestServer.Publish(server.Opus, 1);
        Assert.True(RtpPacket.TryParse(await ears.ReadRtpAsync(), out rtp));
        Assert.Equal(96, rtp.Header.PayloadType);
    }

    [Theory]
    [InlineData("/jazz", true, "linnet.redundancy: copies=3;spacing=40")]
    [InlineData("/jazz", true, "linnet.redundancy: copies=2;spacing=41")]
    [InlineData("/jazz", true, "linnet.redundancy: copies=2")]
    [InlineData("/jazz", true, "linnet.redundancy: copies=2;spacing=40;x=1")]
    [InlineData("/jazz", true, "linnet.redundancy: copies=-2;spacing=40")]
    [InlineData("/jazz", true, "linnet.redundancy:")]
    [InlineData("/jazz", true, "linnet.other: none")]
    [InlineData("/jazz", true, "\0\u00ff:::")]
    [InlineData("/jazz", false, "linnet.redundancy: copies=2;spacing=40")]
    [InlineData("/jazz/pcm", true, "linnet.redundancy: copies=2;spacing=40")]
    public async Task Invalid_parameters_are_refused(string path, bool isAgreed, string body)
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await SetupAsync(server, client, ears, path, isAgreed ? Supported : "");

        Assert.Equal(451, await SetAsync(server, client, body));
        Assert.Null(Assert.Single(server.Server.GetSnapshot().Sessions).Repair?.Redundancy);
    }

    [Fact]
    public async Task Over_TCP_nothing_is_repaired()
    {
        await using var server = new RtspTestServer();
        using RawRtspClient client = await server.ConnectAsync();

        RawResponse response =
            await client.RequestAsync("SETUP", server.Uri("/jazz"), $"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n{Supported}");

        Assert.Equal(200, response.Status);
        Assert.Null(response["Supported"]);
        Assert.Null(Assert.Single(server.Server.GetSnapshot().Sessions).Repair);
    }

    private static async Task SetupAsync(RtspTestServer server, RawRtspClient client, UdpEars ears, string path, string headers = Supported)
    {
        RawResponse response = await client.SetupAsync(
            server.Uri(path), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}\r\n{headers}".TrimEnd());
        Assert.Equal(headers.Length > 0 ? "linnet.repair" : null, response["Supported"]);
        Assert.Equal(200, (await client.RequestAsync("PLAY", server.Uri(path))).Status);
    }

    private static async Task<int> SetAsync(RtspTestServer server, RawRtspClient client, string body) =>
        (await client.RequestAsync("SET_PARAMETER", server.Uri("/jazz"), "Content-Type: text/parameters\r\n", body)).Status;

    /// <summary>Publishes this many packets and reads everything sent.</summary>
    private static async Task<PacketItem[]> HearAsync(RtspTestServer server, UdpEars ears, int count)
    {
        RtspTestServer.Publish(server.Opus, count);
        PacketItem[] packets = RtspTestServer.Published(server.Opus);
        byte[] datagram;
        do
        {
            datagram = await ears.ReadRtpAsync();
        }
        while (!datagram.AsSpan().SequenceEqual(packets[^1].Datagram.Span));

        return packets;
    }

    private static void Send(RtspTestServer server, UdpEars ears, bool reduced, params ReadOnlySpan<RtcpPacket> packets)
    {
        byte[] bytes = new byte[500];
        int length = reduced ? RtcpCompound.WriteReducedSize(bytes, packets) : RtcpCompound.Write(bytes, packets);
        ears.SendRtcp(bytes[..length], server.Ports!.Rtcp.LocalEndPoint);
    }

    private static async Task<ReferenceDelay> ReadDelayAsync(UdpEars ears)
    {
        while (true)
        {
            Assert.True(RtcpCompound.TryParse(await ears.ReadRtcpAsync(), out RtcpCompound? compound));
            if (compound.Packets.OfType<ExtendedReport>().FirstOrDefault() is { Delays: [ReferenceDelay delay] })
            {
                return delay;
            }
        }
    }
}
