using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast.Packets;
using Linnet.Server.Endpoints;
using Linnet.Server.Tests.Load;
using Linnet.Stations;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Tests.Endpoints;

public class PyAudioConnectionHandlerTests
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Kestrel_accepts_and_audio_goes_straight_to_the_socket_until_it_ends_at_a_message_boundary()
    {
        using var hang = new CancellationTokenSource(HangLimit);
        await using var station = new Station(new StationOptions { Name = "positions" }, new PositionSource());
        using var stop = new CancellationTokenSource();
        Task playing = station.RunAsync(stop.Token);
        await using var senders = new SenderPool(new SenderOptions { Threads = 1 }, TimeProvider.System);
        await using WebApplication app =
            Build(new PyAudioTcpServer(new PyAudioServerOptions(), station.Listing, senders, TimeProvider.System));
        await app.StartAsync(hang.Token);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        int port = int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);

        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, port, hang.Token);
        byte[] buffer = new byte[1 << 16];
        int held = 0;
        uint next = 0;
        Task? stopping = null;
        while (await client.ReceiveAsync(buffer.AsMemory(held), SocketFlags.None, hang.Token) is int count and > 0)
        {
            held += count;
            while (PyAudioMessage.Read(buffer.AsSpan(0, held), out PyAudioMessage message) is PyAudioReadResult.Done)
            {
                for (int i = 0; i < message.Sound.Length; i += 4)
                {
                    Assert.Equal(next++, PositionSource.PositionOf(message.Sound[i..]));
                }

                buffer.AsSpan(message.Length, held - message.Length).CopyTo(buffer);
                held -= message.Length;
            }

            stopping ??= next > 22_050 ? app.StopAsync(hang.Token) : null;
        }

        Assert.Equal(0, held);
        client.Dispose();
        await stopping!;
        await stop.CancelAsync();
        await playing;
    }

    private static WebApplication Build(PyAudioTcpServer server)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(server);
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseConnectionHandler<PyAudioConnectionHandler>()));
        return builder.Build();
    }
}
