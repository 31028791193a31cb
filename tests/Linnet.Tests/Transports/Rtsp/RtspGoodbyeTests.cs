using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>An ended station is distinguished from a stopping server, as far as possible also for servers that give no reason.</summary>
public sealed class RtspGoodbyeTests
{
    private readonly FakeRtpSender _sender = new(new AudioFormat(8000, 1));
    private readonly RecordingSink _sink = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RtspTransport.Udp)]
    [InlineData(RtspTransport.Tcp)]
    public async Task A_server_that_stops_is_a_loss_and_not_the_end(RtspTransport transport)
    {
        await using var server = new RtspTestServer();
        await using RtspReceiver receiver = await ConnectAsync(server.Uri("/jazz"), transport);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        await _sink.PacketAsync();

        await server.StopAsync();

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Equal($"The server at {server.Address} has stopped.", e.Message);
        Assert.False(e.IsFinal);
        Assert.Empty(_sink.Goodbyes);
    }

    [Theory]
    [InlineData(RtspTransport.Udp, DropReason.ServerStopped)]
    [InlineData(RtspTransport.Tcp, DropReason.ServerStopped)]
    [InlineData(RtspTransport.Udp, DropReason.RenditionFailed)]
    internal async Task A_station_that_is_cut_short_is_a_loss_and_not_the_end(RtspTransport transport, DropReason reason)
    {
        await using var server = new RtspTestServer();
        await using RtspReceiver receiver = await ConnectAsync(server.Uri("/jazz"), transport);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        await _sink.PacketAsync();

        server.Opus.Publish(
            new EndItem(server.Opus.Head * RtspTestServer.FramesPerPacket, TimeProvider.System.GetTimestamp()) { Reason = reason });

        Assert.False((await Assert.ThrowsAsync<RtspException>(() => hearing)).IsFinal);
        Assert.Empty(_sink.Goodbyes);
    }

    [Theory]
    [InlineData(RtspTransport.Udp)]
    [InlineData(RtspTransport.Tcp)]
    public async Task The_end_of_a_station_is_the_end(RtspTransport transport)
    {
        await using var server = new RtspTestServer();
        await using RtspReceiver receiver = await ConnectAsync(server.Uri("/jazz"), transport);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await _sink.PacketAsync();

        RtspTestServer.End(server.Opus);

        await Until.TrueAsync(() => _sink.Goodbyes.Contains(server.Opus.Info.Stream.Ssrc));
        await server.StopAsync();
        await hearing;
    }

    [Fact]
    public async Task A_player_whose_session_timed_out_gets_a_goodbye_with_the_reason()
    {
        var time = new FakeTimeProvider();
        await using var server = new RtspTestServer(new RtspServerOptions { FirstPacketTimeout = TimeSpan.Zero }, time);
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));
        await Until.TrueAsync(() => server.Senders.Count == 1);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return server.Senders.Count == 0;
        });

        Goodbye? goodbye = null;
        while (goodbye is null)
        {
            Assert.True(RtcpCompound.TryParse(await ears.ReadRtcpAsync(), out RtcpCompound? compound));
            goodbye = compound.Packets.OfType<Goodbye>().FirstOrDefault();
        }

        Assert.Equal("session timed out", goodbye.Reason);
    }

    [Theory]
    [InlineData("server stopped", "has stopped")]
    [InlineData("session timed out", "has ended our session")]
    public async Task The_reasons_of_our_server_are_understood(string reason, string problem)
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SayGoodbyeAsync(connection, reason);

        Assert.Contains(problem, (await Assert.ThrowsAsync<RtspException>(() => hearing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_station_that_announces_its_end_has_ended_even_if_the_connection_closes_at_once()
    {
        await using var server = new FakeRtspServer();
        server.Sdp = server.Sdp.Replace("npt=0-3600", "npt=now-", StringComparison.Ordinal);
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        FakeRtspConnection connection = await server.PlayingAsync();
        await SayGoodbyeAsync(connection, "station ended");
        connection.Close();

        await hearing;
        Assert.Equal([_sender.Ssrc], _sink.Goodbyes);
    }

    [Theory]
    [InlineData("npt=now-")]
    [InlineData("npt=0-")]
    [InlineData(null)]
    public async Task A_goodbye_of_another_live_server_is_the_end_only_if_the_connection_stays_open(string? range)
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        server.Sdp = server.Sdp.Replace("a=range:npt=0-3600\r\n", range is null ? "" : $"a=range:{range}\r\n", StringComparison.Ordinal);
        await using (RtspReceiver lost = await RtspClients.ConnectAsync(server, RtspTransport.Tcp, time))
        {
            Task losing = lost.RunAsync(_sink, Cancelled);
            FakeRtspConnection first = await server.PlayingAsync();
            await SayGoodbyeAsync(first, reason: null);
            first.Close();
            Assert.False((await Assert.ThrowsAsync<RtspException>(() => losing)).IsFinal);
            Assert.Empty(_sink.Goodbyes);
        }

        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp, time);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        FakeRtspConnection second = await server.PlayingAsync();
        await SayGoodbyeAsync(second, reason: null);
        await time.FireAsync(TimeSpan.FromMilliseconds(500));
        await Until.TrueAsync(() => _sink.Goodbyes.Count == 1);
        second.Close();
        await hearing;
    }

    [Fact]
    public async Task A_server_that_sends_TEARDOWN_is_a_loss()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        FakeRtspConnection connection = await server.PlayingAsync();
        await connection.SendPacketAsync(0, _sender.Next(160));

        await connection.SendAsync(new RtspRequest(RtspMethod.Teardown, server.Url) { CSeq = 1 });

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Contains("has stopped", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsFinal);
    }

    [Fact]
    public async Task A_client_that_asks_gets_the_number_of_packets_sent()
    {
        await using var server = new RtspTestServer { PacketsAtStart = 7 };
        using RawRtspClient client = await server.ConnectAsync();
        using var ears = new UdpEars();
        RawResponse answer = await client.RequestAsync(
            "SETUP", server.Uri("/jazz"),
            $"Supported: linnet.sent\r\nTransport: RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}\r\n");
        Assert.Equal("linnet.sent", answer["Supported"]);
        string session = answer["Session"]!.Split(';')[0];
        await client.RequestAsync("PLAY", server.Uri("/jazz"), $"Session: {session}\r\n");
        await Until.TrueAsync(() => server.Server.GetSnapshot().Sessions is [{ PacketsSent: 7 }]);

        const string Question = "linnet.packets-sent\r\n";
        answer = await client.RequestAsync(
            "GET_PARAMETER", server.Uri("/jazz"), $"Session: {session}\r\nContent-Type: text/parameters\r\n", Question);
        Assert.Equal((200, "linnet.packets-sent: 7\r\n"), (answer.Status, answer.Body));

        // Other parameters are unknown, and without a session there is no number.
        foreach (string headers in (string[])["", $"Session: {session}\r\n"])
        {
            string question = headers.Length == 0 ? Question : "linnet.something\r\n";
            answer = await client.RequestAsync(
                "GET_PARAMETER", server.Uri("/jazz"), $"{headers}Content-Type: text/parameters\r\n", question);
            Assert.Equal(451, answer.Status);
        }
    }

    private static Task<RtspReceiver> ConnectAsync(string uri, RtspTransport transport)
    {
        Assert.True(RtspUri.TryParse(uri, out RtspUri? address));
        return RtspReceiver.ConnectAsync(
            new RtspReceiverOptions { Address = address, Transport = transport }, TimeProvider.System, new Random(1), NullLogger.Instance,
            Cancelled);
    }

    private async Task SayGoodbyeAsync(FakeRtspConnection connection, string? reason)
    {
        byte[] packet = _sender.Next(160);
        await connection.SendPacketAsync(0, packet);
        Assert.Equal(packet, await _sink.PacketAsync());
        byte[] datagram = new byte[256];
        int length = RtcpCompound.Write(datagram, new ReceiverReport(_sender.Ssrc), new Goodbye([_sender.Ssrc], reason));
        await connection.SendPacketAsync(1, datagram[..length]);
    }
}
