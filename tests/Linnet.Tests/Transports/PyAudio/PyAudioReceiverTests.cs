using System.Net;
using System.Net.Sockets;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.PyAudio;

/// <summary>How a receiver handles servers that fall silent.</summary>
public sealed class PyAudioReceiverTests : IDisposable
{
    private readonly PyAudioPeers _peers = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _peers.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_UDP_server_that_falls_silent_is_lost_and_can_be_retried(bool hasBegun)
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(_peers.Udp), out PyAudioAddress? address));
        var options = new PyAudioReceiverOptions
        {
            Address = address,
            HelloInterval = TimeSpan.FromMilliseconds(10),
            SilencePatience = TimeSpan.FromMilliseconds(100),
        };
        Task<IStationReceiver> connecting =
            PyAudioReceiver.ConnectAsync(options, TimeProvider.System, new Random(1), NullLogger.Instance, Cancelled);
        EndPoint player = new IPEndPoint(IPAddress.Any, 0);
        _peers.Peer.ReceiveFrom(new byte[100], ref player);
        var sink = new RecordingSink();
        Func<Task> hearing = async () => await connecting;
        if (hasBegun)
        {
            _peers.Peer.SendTo(PyAudioDatagramsTests.Sound(0, 1024), player);
            await using IStationReceiver receiver = await connecting;
            hearing = () => receiver.RunAsync(sink, Cancelled);
            Assert.False((await Assert.ThrowsAsync<PyAudioException>(hearing)).IsFinal);
            Assert.Equal(12 + 4096, (await sink.PacketAsync()).Length);
        }
        else
        {
            Assert.False((await Assert.ThrowsAsync<PyAudioException>(hearing)).IsFinal);
        }
    }

    [Fact]
    public async Task A_silent_TCP_server_is_waited_for_and_each_silence_is_logged_once()
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(_peers.Tcp), out PyAudioAddress? address));
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        await using IStationReceiver receiver =
            await PyAudioReceiver.ConnectAsync(new PyAudioReceiverOptions { Address = address }, time, new Random(1), logger, Cancelled);
        using Socket server = await _peers.Listener.AcceptAsync(Cancelled);
        var sink = new RecordingSink();
        Task hearing = receiver.RunAsync(sink, Cancelled);

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(logger.Lines);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains($"{_peers.Listener.LocalEndPoint} is connected, but has sent nothing for 10 s", Assert.Single(logger.Lines),
            StringComparison.Ordinal);

        // The server only paused.
        await server.SendAsync(PyAudioTestServer.Message(PyAudioDatagramsTests.Sound(0, 1024)), Cancelled);
        Assert.Equal(12 + 4096, (await sink.PacketAsync()).Length);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return logger.Lines.Count == 2;
        });
        await server.SendAsync(PyAudioTestServer.Message([]), Cancelled);
        server.Close();
        await hearing;
    }

    [Fact]
    public async Task A_TCP_server_that_is_held_back_by_us_does_not_count_as_silent()
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(_peers.Tcp), out PyAudioAddress? address));
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        await using IStationReceiver receiver =
            await PyAudioReceiver.ConnectAsync(new PyAudioReceiverOptions { Address = address }, time, new Random(1), logger, Cancelled);
        using Socket server = await _peers.Listener.AcceptAsync(Cancelled);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool hasRoom = false;
        var sink = new RecordingSink(() =>
        {
            full.TrySetResult();
            return Volatile.Read(ref hasRoom);
        });
        Task hearing = receiver.RunAsync(sink, Cancelled);
        await server.SendAsync(PyAudioTestServer.Message(PyAudioDatagramsTests.Sound(0, 1024)), Cancelled);
        await full.Task;

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(logger.Lines);

        Volatile.Write(ref hasRoom, true);
        server.Close();
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return hearing.IsCompleted;
        });
        await hearing;
        Assert.Equal(12 + 4096, (await sink.PacketAsync()).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_TCP_server_that_sends_in_real_time_and_closes_is_lost_unless_it_announced_the_end(bool saysEnd)
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(_peers.Tcp), out PyAudioAddress? address));
        var time = new FakeTimeProvider();
        await using IStationReceiver receiver = await PyAudioReceiver.ConnectAsync(
            new PyAudioReceiverOptions { Address = address }, time, new Random(1), NullLogger.Instance, Cancelled);
        using Socket server = await _peers.Listener.AcceptAsync(Cancelled);
        var sink = new RecordingSink();
        Task hearing = receiver.RunAsync(sink, Cancelled);
        for (int at = 0; at < 44_100 * 3; at += 1024)
        {
            await server.SendAsync(PyAudioTestServer.Message(PyAudioDatagramsTests.Sound(at, at + 1024)), Cancelled);
            await sink.PacketAsync();
            time.Advance(TimeSpan.FromSeconds(1024 / 44_100.0));
        }

        if (saysEnd)
        {
            await server.SendAsync(PyAudioTestServer.Message([]), Cancelled);
        }

        server.Close();

        if (saysEnd)
        {
            await hearing;
        }
        else
        {
            Assert.False((await Assert.ThrowsAsync<PyAudioException>(() => hearing)).IsFinal);
        }
    }

    [Fact]
    public async Task Over_UDP_each_address_of_a_name_is_tried()
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync("localhost", Cancelled);
        Assert.SkipUnless(
            addresses.Contains(IPAddress.Loopback) && addresses.Contains(IPAddress.IPv6Loopback), "localhost has one address here.");

        // IPv4, which is tried first, does not listen on this port.
        using var server = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        Assert.True(PyAudioAddress.TryParse(
            new Uri($"pyaudio-udp://localhost:{((IPEndPoint)server.LocalEndPoint!).Port}"), out PyAudioAddress? address));
        Task<IStationReceiver> connecting = PyAudioReceiver.ConnectAsync(
            new PyAudioReceiverOptions { Address = address }, TimeProvider.System, new Random(1), NullLogger.Instance, Cancelled);
        byte[] hello = new byte[100];
        SocketReceiveFromResult heard = await server.ReceiveFromAsync(hello, new IPEndPoint(IPAddress.IPv6Any, 0), Cancelled);
        server.SendTo(PyAudioDatagramsTests.Sound(0, 1024), heard.RemoteEndPoint);

        await using IStationReceiver receiver = await connecting;
        using var stop = new CancellationTokenSource();
        var sink = new RecordingSink();
        Task hearing = receiver.RunAsync(sink, stop.Token);
        Assert.Equal(12 + 4096, (await sink.PacketAsync()).Length);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hearing);
    }

    [Theory]
    [InlineData(1022, 10, true)]
    [InlineData(1022, 3, true)]
    [InlineData(1022, 3, false)]
    [InlineData(0, 0, true)]
    public async Task Datagrams_without_a_whole_number_of_frames_are_reported_and_are_not_silence(int length, int count, bool isError)
    {
        Assert.True(PyAudioAddress.TryParse(new Uri(_peers.Udp), out PyAudioAddress? address));
        var options = new PyAudioReceiverOptions { Address = address, EndPatience = TimeSpan.FromMilliseconds(50) };
        Task<IStationReceiver> connecting =
            PyAudioReceiver.ConnectAsync(options, TimeProvider.System, new Random(1), NullLogger.Instance, Cancelled);
        EndPoint player = new IPEndPoint(IPAddress.Any, 0);
        _peers.Peer.ReceiveFrom(new byte[100], ref player);
        for (int i = 0; i < count; i++)
        {
            _peers.Peer.SendTo(new byte[length], player);
        }

        if (!isError)
        {
            _peers.Peer.SendTo(new byte[1024], player);
        }

        // After ten in a row it does not wait for the end.
        if (count < 10)
        {
            _peers.Peer.SendTo([], player);
        }

        await using IStationReceiver receiver = await connecting;
        Task hearing = receiver.RunAsync(new RecordingSink(), Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        if (isError)
        {
            PyAudioException problem = await Assert.ThrowsAsync<PyAudioException>(() => hearing);
            Assert.Contains(
                count > 0 ? "1022 bytes, where a frame of s16le:44100:2 has 4. State its format." : "without sending audio",
                problem.Message, StringComparison.Ordinal);
            Assert.Equal((count > 0, count == 0), (problem.IsFinal, problem.IsUnknown));
            Assert.Equal(count > 0 ? new SettingAdvice("PlayerOptions.RawFormat") : null, problem.Advice);
        }
        else
        {
            await hearing;
        }
    }
}
