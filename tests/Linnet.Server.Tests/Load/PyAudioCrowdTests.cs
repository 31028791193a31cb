using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Transports.PyAudio;

namespace Linnet.Server.Tests.Load;

[Collection(nameof(Crowds))]
public class PyAudioCrowdTests
{
    private const int Each = 50;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Fifty_clients_of_each_kind_come_and_go_and_each_hears_one_run_of_the_source_whatever_others_do()
    {
        var options = new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            PyAudio = new PyAudioServerOptions { TcpPort = 0, UdpPort = 0, MaxLeases = 500, MaxLeasesPerAddress = 500 },

            // A busy machine may hold the sender up for longer than listeners usually may lag.
            Sender = new SenderOptions { StallTimeout = TimeSpan.FromSeconds(8), MaxLag = TimeSpan.FromSeconds(15) },
        };
        var station = new Station(new StationOptions { Name = "positions", RingDuration = TimeSpan.FromSeconds(30) }, new PositionSource());
        await using StationServer server = StationServer.Open([station], options);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.RunAsync(ending.Token);
        IPEndPoint tcp = server.PyAudioTcpEndPoint!;
        IPEndPoint udp = server.PyAudioUdpEndPoint!;

        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        PyAudioClient[] clients = [.. Enumerable.Range(0, 2 * Each).Select(i => new PyAudioClient(i < Each ? udp : tcp, overUdp: i < Each, seed: i))];
        Task listening = Task.WhenAll(clients.Select(c => c.RunAsync(over.Token)));

        // Two that never read.
        using var mute = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await mute.ConnectAsync(tcp, over.Token);
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4096 };
        await deaf.SendToAsync("Hello"u8.ToArray(), SocketFlags.None, udp, over.Token);

        // Two that are killed: real programs.
        using Process byTcp = Play($"pyaudio-tcp://{tcp}");
        using Process byUdp = Play($"pyaudio-udp://{udp}");
        try
        {
            await Task.Delay(Duration / 2, TimeProvider.System, over.Token);
        }
        finally
        {
            byTcp.Kill();
            byUdp.Kill();
        }

        await Task.Delay(Duration / 2, TimeProvider.System, over.Token);

        await over.CancelAsync();
        await listening;
        PyAudioServerSnapshot snapshot = server.GetPyAudioListeners()!;
        await ending.CancelAsync();
        await serving;

        Assert.All(clients, client => Assert.Null(client.Fault));
        Assert.All(clients, client => Assert.InRange(client.Runs, 2, 100));
        Assert.All(clients, client => Assert.True(client.Frames > 44_100, $"Only {client.Frames} frames were heard."));
        Assert.Equal(1, snapshot.Ended[PyAudioEnd.Stalled]);
        Assert.True(snapshot.Ended[PyAudioEnd.Left] >= clients.Skip(Each).Sum(c => c.Runs) - Each);
        Assert.InRange(snapshot.Ended[PyAudioEnd.Unreachable], Each, long.MaxValue);
        Assert.Empty(snapshot.Refused);
    }

    private static Process Play(string url)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Linnet.Cli"), ["play", url, "--output", "null", "--stats", "json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
