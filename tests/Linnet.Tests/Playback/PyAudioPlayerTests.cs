using System.Net;
using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Tests.Transports.PyAudio;
using Linnet.Transports;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Playback;

/// <summary>The player at servers of the PyAudio tutorial's formats, in one process, over real sockets.</summary>
public sealed class PyAudioPlayerTests : IDisposable
{
    private static readonly byte[] End = PyAudioTestServer.Message([]);

    private readonly PyAudioPeers _peers = new();

    public void Dispose() => _peers.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_own_station_is_recorded_from_its_first_sample_to_its_last(bool isTcp)
    {
        const int Frames = 50_123;
        var station = new Linnet.Stations.Station(
            new Linnet.Stations.StationOptions { Name = "ramp" }, new RampSource(new AudioFormat(44_100, 2), Frames));
        await using var server = Linnet.Serving.StationServer.Open([station], new Linnet.Serving.StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            EndsWithStations = true,
            PyAudio = new PyAudioServerOptions { TcpPort = 0, UdpPort = 0 },
        });
        Task serving = server.RunAsync(Cancelled);
        string scheme = isTcp ? "pyaudio-tcp" : "pyaudio-udp";
        IPEndPoint endPoint = server.Protocols.SelectMany(static p => p.EndPoints).Single(e => e.Name == scheme).Local;
        await using var recording = new Recording(Options($"{scheme}://{endPoint}"));

        await recording.Running;

        Assert.Equal(Enumerable.Range(0, Frames * 2).Select(i => RampSource.SampleAt(i / 2, i % 2)), recording.Samples);
        PlayerStatistics statistics = recording.Player.GetStatistics();
        Assert.Equal((0, 0, 0), (statistics.Receiver.Lost, statistics.Receiver.Late, statistics.Receiver.Corrupt));
        await serving.WaitAsync(PyAudioTestServer.HangLimit, Cancelled);
    }

    [Theory]
    [InlineData("empty messages for ever")]
    [InlineData("one empty message and then nothing")]
    [InlineData("a close behind a message")]
    public async Task An_unpaced_server_is_recorded_whole_and_its_end_is_noticed_in_every_form(string form)
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        using Socket connection = await _peers.Listener.AcceptAsync(Cancelled);
        byte[] sound = Sound(0, 44_100 * 10);
        for (int at = 0; at < sound.Length; at += 4096)
        {
            await SendAsync(connection, PyAudioTestServer.Message(sound[at..Math.Min(sound.Length, at + 4096)]));
        }

        Task ending = form switch
        {
            "empty messages for ever" => SendForEverAsync(connection, End, _ => { }),
            "a close behind a message" => Task.Run(connection.Close, Cancelled),
            _ => SendAsync(connection, End),
        };

        await recording.Running;
        await ending;
        Assert.Equal(Samples(sound), recording.Samples);
    }

    [Fact]
    public async Task Messages_come_in_any_pieces_and_in_any_length()
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        using Socket connection = await _peers.Listener.AcceptAsync(Cancelled);
        connection.NoDelay = true;
        byte[] sound = Sound(0, 300_000);
        int at = 0;
        var random = new Random(1);
        foreach (int length in (int[])[4, 252, 256, 4096, 65_532, 65_536, 1_000_000])
        {
            byte[] message = PyAudioTestServer.Message(sound[at..(at + length)]);
            at += length;
            for (int sent = 0; sent < message.Length;)
            {
                int piece = Math.Min(message.Length - sent, length < 5000 ? 1 + random.Next(7) : 30_000);
                await SendAsync(connection, message[sent..(sent + piece)]);
                sent += piece;
            }
        }

        connection.Close();
        await recording.Running;

        Assert.Equal(Samples(sound[..at]), recording.Samples);
    }

    [Fact]
    public async Task A_server_that_breaks_off_in_a_message_is_reconnected_and_playback_continues()
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        byte[] sound = Sound(0, 4096);
        using (Socket first = await _peers.Listener.AcceptAsync(Cancelled))
        {
            await SendAsync(first, PyAudioTestServer.Message(sound[..8192]));
            await SendAsync(first, PyAudioTestServer.Message(sound[8192..])[..1000]);
        }

        using Socket second = await _peers.Listener.AcceptAsync(Cancelled);
        await SendAsync(second, PyAudioTestServer.Message(sound[8192..]));
        second.Close();
        await recording.Running;

        Assert.Equal(Samples(sound), recording.Samples);
        Assert.Equal(1, recording.Player.GetStatistics().Reconnects);
    }

    [Theory]
    [InlineData("80036373797374656d0a")]                    // global: posix.system and the like begin so
    [InlineData("80049518000000000000008c05706f736978")]    // a text, as protocol 4 begins a call
    public async Task Any_other_pickle_is_refused_counted_and_never_tried_again(string pickle)
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        using Socket connection = await _peers.Listener.AcceptAsync(Cancelled);
        byte[] bytes = Convert.FromHexString(pickle);
        await SendAsync(connection, PyAudioTestServer.Message(Sound(0, 1024)));
        await SendAsync(connection, [.. BitConverter.GetBytes((ulong)51), .. bytes, .. new byte[51 - bytes.Length]]);

        TransportException e = await Assert.ThrowsAsync<PyAudioException>(() => recording.Running);

        Assert.True(e.IsFinal);
        Assert.Equal(1, recording.Player.GetStatistics().Receiver.Corrupt);
        Assert.Equal(Samples(Sound(0, 1024)), recording.Samples);
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Messages_with_parts_of_frames_are_joined(int length)
    {
        byte[] sound = Sound(0, 1024);
        await using var recording = new Recording(Options(_peers.Tcp));
        using Socket connection = await _peers.Listener.AcceptAsync(Cancelled);
        foreach (byte[] part in sound.Chunk(length))
        {
            await SendAsync(connection, PyAudioTestServer.Message(part));
        }

        connection.Close();

        await recording.Running;

        Assert.Equal(Samples(sound), recording.Samples);
        Assert.Equal(0, recording.Player.GetStatistics().Receiver.Corrupt);
    }

    [Fact]
    public async Task A_server_that_reports_the_end_before_any_sound_is_an_error()
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        using Socket connection = await _peers.Listener.AcceptAsync(Cancelled);
        await SendAsync(connection, [.. End, .. End, .. End]);

        Assert.Contains(
            "without sending audio",
            (await Assert.ThrowsAsync<PyAudioException>(() => recording.Running)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_reports_the_end_after_a_reconnect_ends_the_player()
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        byte[] sound = Sound(0, 2048);
        using (Socket first = await _peers.Listener.AcceptAsync(Cancelled))
        {
            await SendAsync(first, [.. PyAudioTestServer.Message(sound), .. PyAudioTestServer.Message(sound)[..1000]]);
        }

        using Socket second = await _peers.Listener.AcceptAsync(Cancelled);
        await SendAsync(second, [.. End, .. End, .. End]);
        await recording.Running;

        Assert.Equal(Samples(sound), recording.Samples);
    }

    [Fact]
    public async Task A_server_that_accepts_no_client_is_an_error()
    {
        await using var recording = new Recording(Options(_peers.Tcp));
        (await _peers.Listener.AcceptAsync(Cancelled)).Dispose();

        await Assert.ThrowsAsync<PyAudioException>(() => recording.Running);
    }

    [Fact]
    public async Task A_device_takes_an_unpaced_server_at_its_own_pace_and_memory_stays_small()
    {
        await using var device = new PulledDevice();
        var player = new Player(Options(_peers.Tcp), device);
        Task running = player.RunAsync(Cancelled);
        using Socket connection = await _peers.Listener.AcceptAsync(Cancelled);
        connection.SendBufferSize = 16_384;
        long sent = 0;
        Task sending = SendForEverAsync(connection, PyAudioTestServer.Message(Sound(0, 1024)), length => Interlocked.Add(ref sent, length));
        await device.RunningAsync();
        await Until.TrueAsync(() => player.GetStatistics().Receiver.Received >= 60);

        // The device does not play: the sender stops when the buffers are full, far below the hundreds of megabytes that a second allows.
        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancelled);
        }
        while (Interlocked.Read(ref sent) > before);

        Assert.InRange(player.GetStatistics().Receiver.Received, 60, 512 + 8);
        Assert.InRange(sent, 60 * 4096, 20_000_000);
        connection.Close();
        await player.DisposeAsync();
        await running;
        await sending;
    }

    [Theory]
    [InlineData("empty datagrams for ever")]
    [InlineData("one empty datagram and then nothing")]
    public async Task Over_UDP_it_sends_Hello_until_sound_comes_and_notices_every_form_of_the_end(string form)
    {
        await using var recording = new Recording(Options(_peers.Udp));
        EndPoint player = Hear();

        // The first Hello was lost, as it were.
        Assert.Equal(player, Hear());
        byte[] sound = Sound(0, 30_000);
        for (int at = 0; at < sound.Length; at += 40_960)
        {
            _peers.Peer.SendTo(sound[at..Math.Min(sound.Length, at + 40_960)], player);
        }

        do
        {
            _peers.Peer.SendTo([], player);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancelled);
        }
        while (form.StartsWith("empty", StringComparison.Ordinal) && !recording.Running.IsCompleted);

        await recording.Running;
        Assert.Equal(Samples(sound), recording.Samples);
    }

    [Fact]
    public async Task Datagrams_from_a_third_address_and_of_odd_length_are_counted_and_not_heard()
    {
        await using var recording = new Recording(Options(_peers.Udp));
        EndPoint player = Hear();
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.SendTo(Sound(90_000, 91_000), player);
        stranger.SendTo([], player);
        stranger.SendTo([], player);
        stranger.SendTo([], player);
        byte[] sound = Sound(0, 4096);
        _peers.Peer.SendTo(sound[..8192], player);
        _peers.Peer.SendTo(new byte[8191], player);
        _peers.Peer.SendTo([], player);
        _peers.Peer.SendTo(sound[8192..], player);
        for (int i = 0; i < 3; i++)
        {
            stranger.SendTo(Sound(90_000, 91_000), player);
            _peers.Peer.SendTo([], player);
        }

        await recording.Running;

        Assert.Equal(Samples(sound), recording.Samples);
        ReceiverStatistics statistics = recording.Player.GetStatistics().Receiver;
        Assert.Equal(1, statistics.Corrupt);
        Assert.InRange(statistics.Foreign, 4, 7);
    }

    [Fact]
    public async Task After_a_gap_playback_continues_at_the_present_position()
    {
        await using var device = new PulledDevice();
        await using var player =
            new Player(Options(_peers.Udp) with { Receiver = new ReceiverOptions { Latency = TimeSpan.FromMilliseconds(20) } }, device);
        Task running = player.RunAsync(Cancelled);
        EndPoint to = Hear();
        byte[] loud = [.. Enumerable.Repeat<byte>(0x20, 4096 * 4)];
        _peers.Peer.SendTo(loud, to);
        await Until.TrueAsync(() => player.GetStatistics().Receiver.Received == 4);
        await PullUntilAsync(device, silent: false);
        await PullUntilAsync(device, silent: true);

        // Far later than any buffer bridges.
        _peers.Peer.SendTo(loud, to);
        await PullUntilAsync(device, silent: false);
        for (int i = 0; i < 3; i++)
        {
            _peers.Peer.SendTo([], to);
        }

        while (await device.PullAsync(441, TimeProvider.System.GetTimestamp()) is not null)
        {
        }

        await running;
        Assert.Equal((8, 0), (player.GetStatistics().Receiver.Received, player.GetStatistics().Receiver.Late));
        Assert.Equal(1, player.GetStatistics().Receiver.Restarts);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static PlayerOptions Options(string url) => new() { Url = new Uri(url), MinReconnectDelay = TimeSpan.FromMilliseconds(10) };

    private static byte[] Sound(int start, int end) => PyAudioDatagramsTests.Sound(start, end);

    private static short[] Samples(byte[] sound) =>
        [.. Enumerable.Range(0, sound.Length / 2).Select(i => BitConverter.ToInt16(sound, 2 * i))];

    private static async Task SendAsync(Socket connection, byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            sent += await connection.SendAsync(bytes.AsMemory(sent), SocketFlags.None, Cancelled);
        }
    }

    private static async Task SendForEverAsync(Socket connection, byte[] message, Action<int> onSent)
    {
        try
        {
            while (true)
            {
                await SendAsync(connection, message);
                onSent(message.Length);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The player has left.
        }
    }

    private static async Task PullUntilAsync(PulledDevice device, bool silent)
    {
        long frame = TimeProvider.System.TimestampFrequency / 100;
        for (long at = TimeProvider.System.GetTimestamp(); ; at += frame)
        {
            // As a sound card asks: 10 ms, every 10 ms.
            while (TimeProvider.System.GetTimestamp() < at)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled);
            }

            float[]? pcm = await device.PullAsync(441, at + frame);
            if (pcm!.All(sample => sample == 0) == silent)
            {
                return;
            }
        }
    }

    private EndPoint Hear()
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        byte[] datagram = new byte[100];
        int length = _peers.Peer.ReceiveFrom(datagram, ref from);
        Assert.True(PyAudioHello.Is(datagram.AsSpan(0, length)));
        return from;
    }
}
