using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Native;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.Rtp;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>How our player receives under TLS.</summary>
public sealed class RtspSecureReceiverTests
{
    private const string Missing = "libsrtp is not installed.";

    private readonly FakeRtpSender _sender = new(new AudioFormat(8000, 1));
    private readonly RecordingSink _sink = new();
    private readonly RecordingLogger _logger = new();

    [Theory]
    [InlineData(RtspTransport.Auto)]
    [InlineData(RtspTransport.Udp)]
    public async Task It_prefers_SRTP_over_UDP_and_hears_what_was_sent(RtspTransport transport)
    {
        await using var server = new RtspTestServer(isTls: true);
        await using RtspReceiver receiver = await ConnectAsync(AddressOf(server), transport);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);

        await HearAsync(server);

        Assert.False(receiver.IsTcp);
        Assert.Equal("rtsp-udp", server.Server.GetSnapshot().Sessions.Single().Transport);

        // It shows its address at once, and what it shows is authentic.
        await Until.TrueAsync(() => server.Server.GetSnapshot().ReportsHeard >= 2);
        Assert.Equal(0, server.Server.GetSnapshot().UnauthenticDatagrams);
        Assert.NotNull(server.Server.GetSnapshot().Sessions.Single().Repair);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Theory]
    [InlineData(Missing, null)]
    [InlineData(null, Missing)]
    public async Task Without_the_library_at_either_end_the_audio_comes_in_the_connection(string? here, string? there)
    {
        await using var server = new RtspTestServer(isTls: true, srtpProblem: there);
        await using RtspReceiver receiver = await ConnectAsync(AddressOf(server), RtspTransport.Auto, srtpProblem: here);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);

        await HearAsync(server);

        Assert.True(receiver.IsTcp);
        Assert.Equal(here is null ? 0 : 1, _logger.Lines.Count(static line => line.StartsWith("602", StringComparison.Ordinal)));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_server_of_another_kind_is_asked_for_audio_in_the_connection_only()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await ConnectAsync(server.Address, RtspTransport.Auto);

        RtspRequest setup = Assert.Single(server.Requests, static r => r.Method == RtspMethod.Setup);
        Assert.StartsWith("RTP/AVP/TCP;", setup.Headers[RtspHeaderNames.Transport], StringComparison.Ordinal);
        RtspException refused = await Assert.ThrowsAsync<RtspException>(() => ConnectAsync(server.Address, RtspTransport.Udp));
        Assert.True(refused.IsFinal);
        Assert.Contains("only as SRTP", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001", "AES_CM_128_HMAC_SHA1_80")]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001;server_port=6000-6001", null)]
    [InlineData("RTP/SAVP;unicast;client_port=5000-5001;server_port=6000-6001", "AES_CM_128_HMAC_SHA1_32")]
    public async Task An_answer_without_encryption_is_not_accepted(string transport, string? suite)
    {
        string terms = SrtpEnds.Terms.Write().Replace("AES_CM_128_HMAC_SHA1_80", suite ?? "", StringComparison.Ordinal);
        await using FakeRtspServer server = Serve(terms, transport);

        RtspException refused = await Assert.ThrowsAsync<RtspException>(() => ConnectAsync(server.Address, RtspTransport.Auto));

        Assert.Contains("a transport that was not requested", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_nothing_authentic_arrives_over_UDP_it_takes_the_connection()
    {
        var time = new ManualTime();
        await using FakeRtspServer server = Serve(SrtpEnds.Terms.Write(), null);
        await using RtspReceiver receiver = await ConnectAsync(server.Address, RtspTransport.Auto, time);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection first = await server.PlayingAsync();

        // Audio in the clear, and audio with another key.
        using SrtpSession thief = SrtpEnds.Create(isServer: true, SrtpEnds.Terms with { Key = SrtpMasterKey.Random() });
        first.SendRtp(_sender.Next(160));
        first.SendRtp(thief.Encrypt(SrtpEnds.Packet(3)));
        await Until.TrueAsync(() => _sink.Refused.GetValueOrDefault(true) == 2);
        await time.FireAsync(TimeSpan.FromSeconds(2));
        FakeRtspConnection second = await server.PlayingAsync();
        byte[] packet = _sender.Next(160);
        await second.SendPacketAsync(0, packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        Assert.True(receiver.IsTcp);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task Forgeries_and_repeats_are_counted_and_never_played()
    {
        await using FakeRtspServer server = Serve(SrtpEnds.Terms.Write(), null);
        await using RtspReceiver receiver = await ConnectAsync(server.Address, RtspTransport.Udp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        using SrtpSession srtp = SrtpEnds.Create(isServer: true);
        byte[] packet = SrtpEnds.Packet(3);
        byte[] datagram = srtp.Encrypt(packet);
        byte[] changed = [.. datagram];
        changed[20] ^= 1;

        foreach (byte[] sent in new[] { changed, datagram, datagram, SrtpEnds.Packet(9) })
        {
            connection.SendRtp(sent);
        }

        Assert.Equal(packet, await _sink.PacketAsync());
        connection.SendRtp(srtp.Encrypt(SrtpEnds.Packet(4)));
        Assert.Equal(SrtpEnds.Packet(4), await _sink.PacketAsync());
        Assert.Equal((2, 1), (_sink.Refused.GetValueOrDefault(true), _sink.Repeated));
        await RtspClients.StopAsync(stop, hearing);
    }

    private static RtspUri AddressOf(RtspTestServer server) =>
        RtspUri.TryParse(server.Uri("/jazz"), out RtspUri? address) ? address : throw new InvalidOperationException();

    // Offers SRTP; with other answers to SETUP if the test says so.
    private static FakeRtspServer Serve(string terms, string? transport)
    {
        var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            if (request.Method != RtspMethod.Describe && request.Method != RtspMethod.Setup)
            {
                return null;
            }

            RtspResponse answer = server.Answer(connection, request);
            answer.Headers.Add(RtspHeaderNames.Supported, "linnet.srtp");
            if (request.Method == RtspMethod.Setup
                && !request.Headers[RtspHeaderNames.Transport]!.StartsWith("RTP/AVP/TCP", StringComparison.Ordinal))
            {
                answer.Headers.Add(RtspHeaderNames.LinnetSrtp, terms);
                answer.Headers[RtspHeaderNames.Transport] = transport ?? answer.Headers[RtspHeaderNames.Transport];
            }

            return answer;
        };
        return server;
    }

    private Task<RtspReceiver> ConnectAsync(
        RtspUri address, RtspTransport transport, TimeProvider? time = null, string? srtpProblem = null) =>
        RtspReceiver.ConnectAsync(
            new RtspReceiverOptions
            {
                Address = address,
                Transport = transport,
                CountsAsTls = true,
                SrtpProblem = srtpProblem is null ? static () => LibSrtp.Problem : () => srtpProblem,
            },
            time ?? TimeProvider.System,
            new Random(1),
            _logger,
            TestContext.Current.CancellationToken);

    private async Task HearAsync(RtspTestServer server)
    {
        await Until.TrueAsync(() => server.Senders.Count == 1);
        PacketItem packet = RtspTestServer.Publish(server.Opus, 1)[0];
        byte[] heard;
        do
        {
            heard = await _sink.PacketAsync();
        }
        while (!packet.Datagram.Span.SequenceEqual(heard));
    }
}
