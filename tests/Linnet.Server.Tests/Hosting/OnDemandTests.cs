using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Default renditions always run for a listener; those on demand share a few places. Over real connections.</summary>
public sealed class OnDemandTests
{
    private static readonly string[] OnDemand = ["/tone-24.opus", "/tone-32.opus", "/tone-40.opus", "/tone-48.opus", "/tone-56.opus"];

    [Fact]
    public async Task All_default_renditions_fit_and_only_the_fifth_on_demand_is_refused_with_a_reason()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        var listeners = new List<TcpClient>();
        var leases = new List<RingLease>();
        try
        {
            // Those that RTP and the PyAudio tutorial's programs hear.
            StationListing station = server.Server.Directory.Stations[0];
            foreach (BroadcastRing ring in station.Renditions.Where(
                static r => r.Info.Name is "opus-5ms" or "pcm" or "l16" or "l24" or "pyaudio"))
            {
                Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
                leases.Add(lease);
            }

            string[] names = [.. station.Streams.Select(static r => r.Info.Name).SkipLast(OnDemand.Length)];
            string[] usual = [.. station.Streams.SkipLast(OnDemand.Length).Select(static r => StreamUrl.PathOf("tone", r.Info))];
            Assert.Equal(7, names.Length + station.Missing.Count);
            foreach (string path in usual.Concat(OnDemand[..4]))
            {
                Assert.Equal("200", await ListenAsync(server, path, "127.0.0.1", listeners));
            }

            Assert.Equal("503", await ListenAsync(server, OnDemand[4], "127.0.0.1", listeners));
            string refusal = await HostedServer.ReadToEndAsync(listeners[^1]);
            Assert.Contains("Retry-After: 10\r\n", refusal, StringComparison.Ordinal);
            Assert.EndsWith(
                "opus-56 is made on demand. At most 4 such renditions run at a time, and there is no place for another now. "
                + "Take one that always runs (opus, opus-5ms, pcm, l16, l24, "
                + $"{string.Join(", ", names.Where(static name => name != "opus"))}), or try again in 10 s.\r\n",
                refusal,
                StringComparison.Ordinal);

            // Default renditions are open to all, and a running rendition on demand can be joined.
            foreach (string path in usual.Concat(OnDemand[..4]))
            {
                Assert.Equal("200", await ListenAsync(server, path, "127.0.0.2", listeners));
            }

            Assert.Equal(1, server.Server.Radio!.GetSnapshot().Refused[RadioRefusal.TooManyOnDemand]);
        }
        finally
        {
            leases.ForEach(static l => l.Dispose());
            listeners.ForEach(static l => l.Dispose());
        }
    }

    [Fact]
    public async Task One_address_cannot_keep_all_on_demand_when_another_asks()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone()]);
        var listeners = new List<TcpClient>();
        try
        {
            foreach (string path in OnDemand[..4])
            {
                Assert.Equal("200", await ListenAsync(server, path, "127.0.0.1", listeners));
            }

            Assert.Equal("200", await ListenAsync(server, OnDemand[4], "127.0.0.2", listeners));

            // The one that gave way was the last. To its listener the stream looks broken, not complete.
            byte[] rest = new byte[65_536];
            using var late = CancellationTokenSource.CreateLinkedTokenSource(HostedServer.HangLimit);
            late.CancelAfter(TimeSpan.FromSeconds(30));
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                while (await listeners[3].GetStream().ReadAsync(rest, late.Token) > 0)
                {
                }
            });

            Assert.Equal("503", await ListenAsync(server, OnDemand[3], "127.0.0.1", listeners));
            StationSnapshot station = server.Server.Stations[0].GetSnapshot();
            Assert.Equal(
                ["opus-24", "opus-32", "opus-40", "opus-56"], station.Renditions.Where(static r => r.Running).Select(static r => r.Name));
        }
        finally
        {
            listeners.ForEach(static l => l.Dispose());
        }
    }

    [Fact]
    public async Task The_refusal_is_final_if_no_renditions_are_made_on_demand()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone(mostOnDemand: 0)]);

        string refusal = await server.GetAsync(OnDemand[0]);

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("Retry-After", refusal, StringComparison.Ordinal);
        Assert.Contains(
            "\r\n\r\nThis server makes no renditions on demand. Take one that always runs (opus, ", refusal, StringComparison.Ordinal);
        Assert.Equal(1, server.Server.Radio!.GetSnapshot().Refused[RadioRefusal.NeverOnDemand]);
    }

    private static Station Tone(int mostOnDemand = 4) => new(
        new StationOptions
        {
            Name = "tone",
            MaxOnDemand = mostOnDemand,
            Streams = [.. new StationOptions { Name = "tone" }.Streams, "opus-24", "opus-32", "opus-40", "opus-48", "opus-56"]
        },
        new ToneSource(440));

    /// <summary>Asks, and reads the status of the answer; the connection stays open.</summary>
    private static async Task<string> ListenAsync(HostedServer server, string path, string from, List<TcpClient> listeners)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        listeners.Add(client);
        await client.ConnectAsync(server.Host.EndPoint, HostedServer.HangLimit);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"), HostedServer.HangLimit);
        byte[] status = new byte["HTTP/1.1 200".Length];
        await client.GetStream().ReadExactlyAsync(status, HostedServer.HangLimit);
        return Encoding.ASCII.GetString(status)[^3..];
    }
}
