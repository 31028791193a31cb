using System.Net.Sockets;
using Linnet.Tests.Fakes;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Transports.PyAudio;

/// <summary>As on Windows, where all listeners share the port's socket.</summary>
public class PyAudioOneSocketTests
{
    [Fact]
    public async Task Each_client_receives_up_to_the_last_sample_and_then_the_end()
    {
        await using var server = new PyAudioTestServer(hasOneSocket: true);
        using Socket first = await server.SayHelloAsync();
        using Socket second = await server.SayHelloAsync();
        server.Publish(20);
        server.End();

        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadDatagrams(first).SelectMany(d => d));
        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadDatagrams(second).SelectMany(d => d));
        await Until.TrueAsync(() => server.Now.Listeners == 0);
        Assert.Equal(2, server.Now.Ended[PyAudioEnd.StationEnded]);
        Assert.Equal(0, server.Leases);
    }

    [Fact]
    public async Task After_a_client_has_left_others_are_heard_and_served()
    {
        await using var server = new PyAudioTestServer(hasOneSocket: true);
        Socket gone = await server.SayHelloAsync();
        using Socket stays = await server.SayHelloAsync();
        gone.Dispose();
        server.Publish(20);
        stays.Send(PyAudioHello.Datagram);
        await Until.TrueAsync(() => server.Now.Renewed == 1);
        using Socket joins = await server.SayHelloAsync();
        server.End();

        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadDatagrams(stays).SelectMany(d => d));
        Assert.Equal(3, server.Now.Accepted);
    }

    [Fact]
    public async Task A_lease_ends_on_time_and_the_next_Hello_opens_another()
    {
        var time = new ManualTime();
        await using var server = new PyAudioTestServer(time: time, hasOneSocket: true);
        using Socket client = await server.SayHelloAsync();
        await time.FireAsync(TimeSpan.FromHours(1));
        for (int i = 1; i < PyAudioLease.EndDatagrams; i++)
        {
            await time.FireAsync(TimeSpan.FromMilliseconds(10));
        }

        await Until.TrueAsync(() => server.Now.Listeners == 0);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.Expired]);

        client.Send(PyAudioHello.Datagram);
        await Until.TrueAsync(() => server.Now.Accepted == 2);
    }

    [Fact]
    public async Task A_server_that_stops_waits_for_no_listener()
    {
        await using var server = new PyAudioTestServer(hasOneSocket: true);
        using Socket client = await server.SayHelloAsync();

        await server.StopAsync();

        Assert.Equal(1, server.Now.Ended[PyAudioEnd.ServerStopped]);
    }
}
