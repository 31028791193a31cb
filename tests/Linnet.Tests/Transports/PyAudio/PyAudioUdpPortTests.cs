using System.Net;
using System.Net.Sockets;
using Linnet.Serving;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtsp;
using Linnet.Wire;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Transports.PyAudio;

public class PyAudioUdpPortTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public void Reserved_sockets_are_not_used_for_listeners()
    {
        int room = -1, asked = 0;
        using PyAudioUdpPort port = PyAudioUdpPort.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            _ =>
            {
                asked++;
                return room;
            },
            hasOneSocket: false);

        Assert.Null(port.TryConnect(new IPEndPoint(IPAddress.Loopback, 20_000), IPAddress.Loopback));
        Assert.Equal(1, asked);

        room = 0;
        using PyAudioRoute? route = port.TryConnect(new IPEndPoint(IPAddress.Loopback, 20_000), IPAddress.Loopback);
        Assert.Equal(port.LocalEndPoint, route?.LocalEndPoint);
    }

    [Fact]
    public async Task The_sockets_of_these_listeners_count_with_the_others()
    {
        var listeners = new PyAudioServerOptions { TcpPort = 0, UdpPort = 0, MaxTcpListeners = 300, MaxLeases = 4000 };
        await using StationServer server = StationServer.Open([], new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            Rtsp = new RtspServerOptions { MaxSessions = 1 },
            Radio = new RadioServerOptions { MaxListeners = 20 },
            PyAudio = listeners,
        });

        Assert.Equal(4341, server.Protocols.Sum(static p => p.MaxListeners));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_port_for_IPv4_and_IPv6_receives_whether_or_not_the_system_tells_the_address_of_arrival(
        bool hasOneSocket, bool tellsArrival)
    {
        // On Windows there is one socket only.
        hasOneSocket |= OperatingSystem.IsWindows();
        using PyAudioUdpPort port = PyAudioUdpPort.Bind(
            new IPEndPoint(IPAddress.IPv6Any, 0), hasOneSocket: hasOneSocket, tellsArrival: tellsArrival);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(HangLimit);
        (bool, IPEndPoint?, IPAddress?) heard = default;
        await client.SendAsync(PyAudioHello.Datagram.ToArray(), new IPEndPoint(IPAddress.Loopback, port.LocalEndPoint.Port), HangLimit);

        await port.ReceiveAsync(
            (isHello, remote, local) =>
            {
                heard = (isHello, remote, local?.Unmapped());
                ended.Cancel();
            },
            e => Assert.Fail(e.Message),
            ended.Token);

        Assert.Equal((true, (IPEndPoint?)client.Client.LocalEndPoint, tellsArrival && !hasOneSocket ? IPAddress.Loopback : null), heard);
        using PyAudioRoute? connected = port.TryConnect(heard.Item2!, heard.Item3);
        Assert.NotNull(connected);
    }

    [Fact]
    public async Task After_an_exception_for_one_datagram_the_next_one_is_received()
    {
        Exception[] failures = [new ObjectDisposedException("x"), new OperationCanceledException(),
            new SocketException((int)SocketError.OperationAborted), new IOException()];
        var said = new List<Exception>();
        using PyAudioUdpPort port = PyAudioUdpPort.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(HangLimit);
        int heard = 0;
        for (int i = 0; i <= failures.Length; i++)
        {
            await client.SendAsync(PyAudioHello.Datagram.ToArray(), port.LocalEndPoint, HangLimit);
        }

        await port.ReceiveAsync(
            (_, _, _) =>
            {
                if (heard++ < failures.Length)
                {
                    throw failures[heard - 1];
                }

                ended.Cancel();
            },
            said.Add,
            ended.Token);

        Assert.Equal(5, heard);
        Assert.Equal(failures, said);
    }
}
