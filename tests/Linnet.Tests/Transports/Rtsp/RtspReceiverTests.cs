using System.Net;
using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>From PLAY to TEARDOWN with scripted servers, over real loopback sockets.</summary>
public sealed class RtspReceiverTests
{
    private readonly FakeRtpSender _sender = new(new AudioFormat(8000, 1));
    private readonly RecordingSink _sink = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task If_nothing_arrives_over_UDP_packets_are_received_over_TCP()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Auto, time);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await server.PlayingAsync();

        await time.FireAsync(TimeSpan.FromSeconds(2));
        FakeRtspConnection second = await server.PlayingAsync();
        byte[] packet = _sender.Next(160);
        await second.SendPacketAsync(0, packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        Assert.True(receiver.IsTcp);
        Assert.Equal(1, server.Methods.Count(method => method == RtspMethod.Teardown));
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task Packets_are_taken_from_the_channels_that_the_server_chose()
    {
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Setup ? server.Answer(connection, request) : null;
            answer?.Headers[RtspHeaderNames.Transport] = "RTP/AVP/TCP;unicast;interleaved=6-9";
            return answer;
        };
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        await connection.SendPacketAsync(0, _sender.Next(80));
        byte[] packet = _sender.Next(160);
        await connection.SendPacketAsync(9, Goodbye(7));
        await connection.SendPacketAsync(6, packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        Assert.Equal([7u], _sink.Goodbyes);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Responses_and_packets_may_arrive_in_pieces_of_any_size(int size)
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        byte[] first = _sender.Next(40);
        byte[] second = _sender.Next(40);
        byte[] ask = new RtspRequest(RtspMethod.Options, "*") { CSeq = 1 }.ToArray();
        byte[] all = [.. FakeRtspConnection.Frame(0, first), .. ask, .. FakeRtspConnection.Frame(0, second)];
        foreach (byte[] piece in all.Chunk(size))
        {
            await connection.SendAsync(piece);
        }

        Assert.Equal(first, await _sink.PacketAsync());
        Assert.Equal(second, await _sink.PacketAsync());
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task Packets_from_other_hosts_than_the_server_are_dropped()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Udp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));

        string? transport = server.Requests.First(request => request.Method == RtspMethod.Setup).Headers[RtspHeaderNames.Transport];
        Assert.True(TransportHeader.TryParse(transport, out IReadOnlyList<TransportSpec>? specs));
        stranger.SendTo(_sender.Next(80), new IPEndPoint(IPAddress.Loopback, specs[0].ClientPort!.Value.Rtp));
        byte[] packet = _sender.Next(160);
        connection.SendRtp(packet);

        Assert.Equal(packet, await _sink.PacketAsync());
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_server_may_take_long_for_PLAY_without_being_given_up()
    {
        var time = new FakeTimeProvider();
        await using var server = new FakeRtspServer();
        var asked = new TaskCompletionSource<FakeRtspConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                server.Requests.Enqueue(request);
                if (request.Method == RtspMethod.Play)
                {
                    asked.TrySetResult(connection);
                    await go.Task;
                }

                await connection.SendAsync(server.Answer(connection, request));
            }
        };
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Auto, time);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await asked.Task;
        time.Advance(TimeSpan.FromSeconds(5));
        go.SetResult();
        await _sink.Started.Task.WaitAsync(Cancelled);

        // From here its first packet may take two seconds.
        time.Advance(TimeSpan.FromSeconds(1.9));
        Task<byte[]> packet = _sink.PacketAsync().AsTask();
        connection.SendRtp(_sender.Next(160));
        await Until.TrueAsync(() => packet.IsCompleted || server.Methods.Count(method => method == RtspMethod.Setup) > 1);

        Assert.True(packet.IsCompleted);
        Assert.False(receiver.IsTcp);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task A_keep_alive_is_sent_at_half_of_the_session_timeout()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Setup ? server.Answer(connection, request) : null;
            answer?.Headers[RtspHeaderNames.Session] = "abc;timeout=7";
            return answer;
        };
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp, time);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await server.PlayingAsync();

        await time.FireAsync(TimeSpan.FromSeconds(3.5));
        await time.FireAsync(TimeSpan.FromSeconds(3.5));

        // One for each half, and no third: time stands still again.
        await Until.TrueAsync(() => Awake().Length == 2);
        Assert.All(Awake(), request => Assert.Equal("abc", request.Headers[RtspHeaderNames.Session]));
        await RtspClients.StopAsync(stop, hearing);

        RtspRequest[] Awake() => [.. server.Requests.Where(request => request.Method == RtspMethod.GetParameter)];
    }

    [Fact]
    public async Task A_server_that_falls_silent_and_does_not_answer_is_lost()
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        var asked = new TaskCompletionSource();
        server.Takeover = async connection =>
        {
            await foreach (RtspRequest request in connection.ReadAsync(Cancelled))
            {
                if (request.Method == RtspMethod.GetParameter)
                {
                    asked.SetResult();
                    continue;
                }

                await connection.SendAsync(server.Answer(connection, request));
            }
        };
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp, time);
        Task hearing = receiver.RunAsync(_sink, Cancelled);

        await time.FireAsync(TimeSpan.FromSeconds(5));
        await asked.Task;
        await time.FireAsync(TimeSpan.FromSeconds(10));

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Contains("did not answer GET_PARAMETER within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp)]
    public async Task Reception_is_reported_to_the_sender(RtspTransport transport)
    {
        var time = new ManualTime();
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, transport, time, udpPatience: TimeSpan.FromSeconds(60));
        _sink.Report = new ReportBlock(0xAABB, 1, 2, 3, 4, 5, 6);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        // Half of five seconds, randomised: RFC 3550 §6.3.1.
        await time.FireAsync(TimeSpan.FromSeconds(1.02), TimeSpan.FromSeconds(3.08));

        RtcpCompound? compound;
        do
        {
            byte[] datagram = transport is RtspTransport.Udp ? await connection.ReceiveRtcpAsync() : await InterleavedAsync(connection);
            Assert.True(RtcpCompound.TryParse(datagram, out compound));
        }
        while (compound.Packets is not [ReceiverReport { Blocks.Count: 1 }, SourceDescription]);

        Assert.Equal(_sink.Report, ((ReceiverReport)compound.Packets[0]).Blocks[0]);
        await RtspClients.StopAsync(stop, hearing);
    }

    [Fact]
    public async Task The_server_is_told_when_we_leave()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        FakeRtspConnection connection = await server.PlayingAsync();

        await RtspClients.StopAsync(stop, hearing);

        Assert.Equal(RtspMethod.Teardown, server.Methods.Last());
        Assert.Equal("4711", server.Requests.Last().Headers[RtspHeaderNames.Session]);
        Assert.True(RtcpCompound.TryParse(connection.Packets.Last().Packet, out RtcpCompound? goodbye));
        Assert.IsType<Goodbye>(goodbye.Packets[^1]);
    }

    [Fact]
    public async Task The_stream_starts_where_RTP_Info_says_for_our_track()
    {
        await using var server = new FakeRtspServer();
        server.Script = (connection, request) =>
        {
            RtspResponse? answer = request.Method == RtspMethod.Play ? server.Answer(connection, request) : null;
            answer?.Headers.Add(
                RtspHeaderNames.RtpInfo, $"url={server.Url}/video;seq=1;rtptime=2,url={server.Url}/track1;seq=300;rtptime=4000");
            return answer;
        };
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        using var stop = new CancellationTokenSource();
        Task hearing = receiver.RunAsync(_sink, stop.Token);
        await _sink.Started.Task.WaitAsync(Cancelled);
        await RtspClients.StopAsync(stop, hearing);

        Assert.Equal([((ushort?)300, (uint?)4000)], _sink.Starts);
    }

    [Fact]
    public async Task A_connection_that_closes_is_the_end_after_a_goodbye_and_a_loss_without_one()
    {
        await using var server = new FakeRtspServer();
        await using RtspReceiver receiver = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        Task hearing = receiver.RunAsync(_sink, Cancelled);
        FakeRtspConnection connection = await server.PlayingAsync();
        await connection.SendPacketAsync(0, _sender.Next(160));
        await connection.SendPacketAsync(1, Goodbye(_sender.Ssrc));
        connection.Close();
        await hearing;

        await using RtspReceiver other = await RtspClients.ConnectAsync(server, RtspTransport.Tcp);
        hearing = other.RunAsync(_sink, Cancelled);
        (await server.PlayingAsync()).Close();

        RtspException e = await Assert.ThrowsAsync<RtspException>(() => hearing);
        Assert.Contains("is gone", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsFinal);
    }

    private static byte[] Goodbye(uint ssrc)
    {
        byte[] datagram = new byte[256];
        return datagram[..RtcpCompound.Write(datagram, new ReceiverReport(ssrc), new Goodbye([ssrc]))];
    }

    private static async Task<byte[]> InterleavedAsync(FakeRtspConnection connection)
    {
        (byte Channel, byte[] Packet) packet;
        while (!connection.Packets.TryDequeue(out packet))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled);
        }

        Assert.Equal(1, packet.Channel);
        return packet.Packet;
    }
}
