using System.Net;
using System.Net.Sockets;
using Linnet.Relay;

namespace Linnet.Tests.Relay.Nats;

/// <summary>Three real servers that are one cluster, with JetStream. Each can be killed and started again.</summary>
internal sealed class NatsCluster : IDisposable
{
    internal const int Size = 3;

    private readonly int[] _ports = [.. Enumerable.Range(0, Size).Select(static _ => FreePort())];

    internal IReadOnlyList<NatsServer> Servers { get; } = [.. Enumerable.Range(0, Size).Select(static _ => new NatsServer())];

    internal RelayOptions Options(string node) => new()
    {
        Servers = string.Join(',', Servers.Select(static server => server.Address)),
        Node = node,
        Replicas = Size,
    };

    internal Task StartAsync() => Task.WhenAll(Enumerable.Range(0, Size).Select(StartAsync));

    /// <summary>Starts one of them with an empty memory.</summary>
    internal Task StartAsync(int index) => Servers[index].StartAsync(
        "-js", "-n", $"n{index}", "--cluster_name", "linnet", "--cluster", $"nats://127.0.0.1:{_ports[index]}",
        "--routes", string.Join(',', _ports.Select(static port => $"nats://127.0.0.1:{port}")));

    public void Dispose()
    {
        foreach (NatsServer server in Servers)
        {
            server.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
