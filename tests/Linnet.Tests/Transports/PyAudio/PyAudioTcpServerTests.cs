using System.Net.Sockets;
using Linnet.Diagnostics;
using Linnet.Transports;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Transports.PyAudio;

public class PyAudioTcpServerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task If_one_of_its_ports_fails_that_is_logged_and_the_other_is_served_as_before(bool isTcp)
    {
        await using var server = new PyAudioTestServer();
        using Socket old = isTcp ? await server.SayHelloAsync() : await server.ConnectAsync();

        await server.BreakAsync(isTcp);

        (string failed, string left) = isTcp ? ("pyaudio-tcp", "pyaudio-udp") : ("pyaudio-udp", "pyaudio-tcp");
        Assert.Contains(
            $"530 {failed} failed and accepts no listeners until the server is restarted. These still work: {left}", server.Logger.Lines);
        using Socket late = isTcp ? await server.SayHelloAsync() : await server.ConnectAsync();
        server.Publish(3);
        server.End();
        byte[] sound = PyAudioDatagramsTests.Sound(0, server.Position);
        Assert.All([old, late], client => Assert.Equal(
            sound, isTcp ? [.. PyAudioTestServer.ReadDatagrams(client).SelectMany(static d => d)] : PyAudioTestServer.ReadToEnd(client)));
    }

    [Fact]
    public async Task A_client_receives_up_to_the_last_sample_and_the_connection_closes_after_a_whole_message()
    {
        await using var server = new PyAudioTestServer();
        using Socket client = await server.ConnectAsync();
        server.Publish(50);
        server.Publish(1, frames: 661);
        server.End();

        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadToEnd(client));
        client.Dispose();
        await Until.TrueAsync(() => server.Now.TcpListeners == 0);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.StationEnded]);
        Assert.Equal(0, server.Leases);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_a_station_sends_an_empty_message_and_a_stop_does_not(bool ends)
    {
        await using var server = new PyAudioTestServer();
        using Socket client = await server.ConnectAsync();
        server.Publish(3);
        await Until.TrueAsync(() => client.Available >= 3 * 4096);
        Task stopping = ends ? Task.CompletedTask : server.StopAsync();
        if (ends)
        {
            server.End();
        }

        var bytes = new List<byte>();
        byte[] buffer = new byte[65_536];
        while (client.Receive(buffer) is int count and > 0)
        {
            bytes.AddRange(buffer[..count]);
        }

        client.Dispose();
        await stopping;
        byte[] empty = PyAudioTestServer.Message([]);
        Assert.Equal(ends, bytes.TakeLast(empty.Length).SequenceEqual(empty));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("x")]
    public async Task A_client_that_sends_anything_is_closed_and_the_others_continue(string words)
    {
        await using var server = new PyAudioTestServer();
        using Socket listener = await server.ConnectAsync();
        using Socket stranger = await server.ConnectAsync();
        server.Publish(3);
        stranger.Send(System.Text.Encoding.ASCII.GetBytes(words));

        await Until.TrueAsync(() => server.Now.TcpListeners == 1);
        server.Publish(3);
        server.End();

        Assert.Throws<SocketException>(() => PyAudioTestServer.ReadToEnd(stranger));
        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadToEnd(listener));
        Assert.Equal(1, server.Now.Refused[PyAudioRefusal.Spoke]);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.Refused]);
    }

    [Fact]
    public async Task A_listener_that_left_is_no_longer_listed_and_its_bytes_stay_counted()
    {
        await using var server = new PyAudioTestServer();
        using Socket first = await server.ConnectAsync();
        using Socket second = await server.ConnectAsync();
        server.Publish(3);
        await Until.TrueAsync(() => server.Sent == 6);
        first.Close();

        await Until.TrueAsync(() => server.Now.TcpListeners == 1);

        Assert.Single(server.Server.GetListeners());
        TransportTotal tcp = server.Now.Totals.Single(static total => total.Transport == "pyaudio-tcp");
        Assert.Equal((2, 2 * 4L * server.Position), (tcp.Connections, tcp.Bytes));
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.Left]);
    }

    [Theory]
    [InlineData(1, 100, PyAudioRefusal.TooMany)]
    [InlineData(100, 1, PyAudioRefusal.TooManyOfAddress)]
    internal async Task Connections_above_the_limit_are_closed_at_once(int most, int mostPerAddress, PyAudioRefusal reason)
    {
        await using var server =
            new PyAudioTestServer(new PyAudioServerOptions { MaxTcpListeners = most, MaxTcpListenersPerAddress = mostPerAddress });
        using Socket first = await server.ConnectAsync();
        using Socket second = await server.ConnectAsync();
        server.Publish(3);
        server.End();

        Assert.True(IsClosed(second));
        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadToEnd(first));
        Assert.Equal(1, server.Now.Refused[reason]);
        Assert.Contains(server.Logger.Lines,
            line => line.StartsWith("522 ", StringComparison.Ordinal) && line.Contains(reason.ToWords(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_station_that_has_ended_accepts_no_client()
    {
        await using var server = new PyAudioTestServer { MayStart = false };
        using Socket client = await server.ConnectAsync();

        Assert.True(IsClosed(client));
        Assert.Equal(1, server.Now.Refused[PyAudioRefusal.Unavailable]);
        await Until.TrueAsync(() => server.Now.TcpListeners == 0);
    }

    [Fact]
    public async Task A_client_that_disconnects_is_removed_and_its_lease_is_released()
    {
        await using var server = new PyAudioTestServer();
        Socket polite = await server.ConnectAsync();
        Socket rude = await server.ConnectAsync();
        server.Publish(3);
        rude.LingerState = new LingerOption(true, 0);
        polite.Dispose();
        rude.Dispose();

        await Until.TrueAsync(() => server.Now.Listeners == 0);
        Assert.Equal(2, server.Now.Ended[PyAudioEnd.Left]);
        Assert.Equal(0, server.Leases);
    }

    [Fact]
    public async Task A_stopping_server_closes_connections_after_a_whole_message()
    {
        await using var server = new PyAudioTestServer();
        using Socket client = await server.ConnectAsync();
        server.Publish(20);
        Task<byte[]> reading = Task.Run(() => PyAudioTestServer.ReadToEnd(client), TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => client.Available == 0);

        await server.StopAsync();

        byte[] heard = await reading;
        Assert.Equal(0, heard.Length % 4096);
        Assert.Equal(PyAudioDatagramsTests.Sound(0, heard.Length / 4), heard);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.ServerStopped]);
    }

    [Fact]
    public async Task A_client_stalled_within_a_message_sees_an_error_not_an_end()
    {
        await using var server = new PyAudioTestServer(new PyAudioServerOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(50) });
        using Socket client = await server.ConnectAsync(receiveBuffer: 4096);
        for (int i = 0; i < 10; i++)
        {
            server.Publish(100);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await server.StopAsync();

        // An orderly end there would make the tutorial's client wait forever for the rest of the message.
        Assert.Throws<SocketException>(() => PyAudioTestServer.ReadToEnd(client));
    }

    [Fact]
    public async Task All_clients_get_the_same_bytes()
    {
        await using var server = new PyAudioTestServer();
        using Socket one = await server.ConnectAsync();
        using Socket other = await server.ConnectAsync();
        server.Publish(2);
        byte[] first = new byte[2 * 4122];
        byte[] second = new byte[2 * 4122];

        await one.ReceiveExactlyAsync(first);
        await other.ReceiveExactlyAsync(second);

        Assert.Equal(first, second);
        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(first, out PyAudioMessage message));
        Assert.Equal(4122, message.Length);
    }

    /// <summary>Whether the connection was closed at once, perhaps so fast that connecting already failed.</summary>
    private static bool IsClosed(Socket client)
    {
        try
        {
            return client.Receive(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

internal static class SocketReading
{
    internal static async Task ReceiveExactlyAsync(this Socket socket, byte[] buffer)
    {
        for (int held = 0; held < buffer.Length;)
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(held), SocketFlags.None, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, count);
            held += count;
        }
    }
}
