using System.Net;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Serving;

/// <summary>One call tells all of a server.</summary>
public class ServerStatisticsTests
{
    private static readonly StationServerOptions Free = new()
    {
        Bind = IPAddress.Loopback,
        RtspPort = 0,
        RtpPort = 0,
        HttpPort = 0,
        Radio = new RadioServerOptions(),
    };

    [Fact]
    public async Task The_time_counts_from_the_start_of_serving()
    {
        var time = new FakeTimeProvider();
        using var ending = new CancellationTokenSource();
        await using StationServer server = StationServer.Open([], Free, time);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, server.GetStatistics().Elapsed);

        Task running = server.RunAsync(ending.Token);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.FromSeconds(3), server.GetStatistics().Elapsed);
        await ending.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_listener_counts_at_its_station_its_protocol_and_its_sender()
    {
        using var ending = new CancellationTokenSource();
        await using StationServer server = StationServer.Open([Tone("jazz"), Tone("news")], Free);
        Task running = server.RunAsync(ending.Token);
        using (var client = new HttpClient())
        {
            await using Stream sound = await client.GetStreamAsync(
                new Uri($"http://{server.HttpEndPoint}/jazz.wav"), TestContext.Current.CancellationToken);
            await sound.ReadExactlyAsync(new byte[10_000], TestContext.Current.CancellationToken);

            ServerStatistics now = server.GetStatistics();

            Assert.Equal(["rtsp", "http", "push", "websocket", "hls"], now.Protocols.Select(static p => p.Name));
            Assert.Equal([("jazz", 1), ("news", 0)], now.Stations.Select(static s => (s.Name, s.Listeners)));
            Assert.Equal(1, now.Listeners);
            Assert.Equal("wav", Assert.Single(now.Protocols[1].Listeners, static l => l.Listeners == 1).Rendition);
            Assert.Equal((1, 0, 0), (now.Streams.Listeners, now.Sending.PacketsSent, now.ListenersDropped));
            Assert.Empty(now.Pushers);
        }

        await ending.CancelAsync();
        await running;
    }

    private static Station Tone(string name) => new(new StationOptions { Name = name }, new ToneSource());
}
