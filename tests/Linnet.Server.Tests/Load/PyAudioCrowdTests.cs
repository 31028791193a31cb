using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast.Packets;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.PyAudio;

namespace Linnet.Server.Tests.Load;

[Collection(nameof(Crowds))]
public class PyAudioCrowdTests
{
    private const int Each = 50;
    private const int LeastRuns = 4;

    [Fact]
    public async Task Fifty_clients_of_each_kind_come_and_go_and_each_hears_one_contiguous_part_of_the_source()
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
        IServedProtocol protocol = server.Protocols.Single(static p => p.Name == "pyaudio");
        IPEndPoint tcp = protocol.EndPoints[0].Local;
        IPEndPoint udp = protocol.EndPoints[1].Local;

        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        PyAudioClient[] clients =
            [.. Enumerable.Range(0, 2 * Each).Select(i => new PyAudioClient(i < Each ? udp : tcp, overUdp: i < Each, seed: i))];
        Task listening = Task.WhenAll(clients.Select(c => c.RunAsync(over.Token)));

        // Two that never read.
        using var mute = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await mute.ConnectAsync(tcp, over.Token);
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4096 };
        await deaf.SendToAsync("Hello"u8.ToArray(), SocketFlags.None, udp, over.Token);

        // Two that are killed: real programs.
        await Task.WhenAll(DieAsync($"pyaudio-tcp://{tcp}"), DieAsync($"pyaudio-udp://{udp}"));
        await Crowds.UntilAsync(
            () => clients.All(c => c.Runs >= LeastRuns && c.Frames > 44_100)
                && Ended("stalled") > 0 && Ended("unreachable") >= Each * LeastRuns,
            () => $"Runs: {clients.Min(c => c.Runs)} at least. Ends: {string.Join(", ", protocol.GetSnapshot().Ended)}");

        await over.CancelAsync();
        await listening;
        ProtocolSnapshot snapshot = protocol.GetSnapshot();
        await ending.CancelAsync();
        await serving;

        Assert.All(clients, client => Assert.Null(client.Fault));
        Assert.Equal(1, snapshot.Ended["stalled"]);
        Assert.True(snapshot.Ended["left"] >= clients.Skip(Each).Sum(c => c.Runs) - Each);
        Assert.Empty(snapshot.Refused);

        long Ended(string reason) => protocol.GetSnapshot().Ended.GetValueOrDefault(reason);
    }

    /// <summary>A program that is killed once it plays.</summary>
    private static async Task DieAsync(string url)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Linnet.Cli"), ["play", url, "--output", "null", "--stats", "json"])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                Assert.True(line is not null, $"linnet play {url} has ended.");
            }
            while (!line.Contains("\"state\":\"playing\"", StringComparison.Ordinal));
        }
        finally
        {
            process.Kill();
        }
    }
}
