using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Linnet.Interop.Tests.Hls;

/// <summary>The recipe for a cache in docs/hls.md, run as written.</summary>
public sealed class HlsCacheTests
{
    // Two minutes: half a second each, and the time of the answers.
    private const int MaxRounds = 240;

    private const int Crowd = 40;
    private const string Playlist = "music/hls/mp3.m3u8";

    // The host does not matter: the clients connect to the cache.
    private static readonly Uri Radio = new("http://radio.example/");

    private readonly ConcurrentDictionary<Uri, byte[]> _heard = new();
    private int _asked;

    [Fact]
    public async Task A_crowd_costs_the_server_one_listener_and_after_a_restart_hears_nothing_old()
    {
        using var folder = new TempFolder();
        HlsServer server = await HlsServer.StartAsync();
        await using NginxCache cache = await NginxCache.StartAsync(folder, server.Port);
        HttpClient[] clients = [.. Enumerable.Range(0, Crowd).Select(_ => cache.Connect())];

        string[] starts = await Task.WhenAll(clients.Select(client => ListenAsync(client, segments: 3, old: "")));
        string first = Assert.Single(starts.Distinct());
        await AssertCheapAsync(server);
        await server.DisposeAsync();

        _heard.Clear();
        _asked = 0;
        await using HlsServer restarted = await HlsServer.StartAsync(server.Port);
        starts = await Task.WhenAll(clients.Select(client => ListenAsync(client, segments: 3, old: first)));

        Assert.NotEqual(first, Assert.Single(starts.Distinct()));
        await AssertCheapAsync(restarted);
        Array.ForEach(clients, static client => client.Dispose());
    }

    /// <summary>Fails unless the server was asked for little of what the crowd heard, and the crowd heard what the server sends.</summary>
    private async Task AssertCheapAsync(HlsServer server)
    {
        using var direct = new HttpClient();
        KeyValuePair<string, int>[] segments =
            [.. server.Requests.Where(static one => one.Key.EndsWith(".mp3", StringComparison.Ordinal))];
        Assert.True(segments.Length >= 3, $"Only {segments.Length} segments.");
        Assert.All(segments, static one => Assert.InRange(one.Value, 1, 2));
        Assert.InRange(server.Requests["/" + Playlist], 1, _asked / 5);
        foreach ((Uri segment, byte[] hash) in _heard)
        {
            Uri own = new(new Uri(server.Address), segment.AbsolutePath);
            Assert.Equal(SHA256.HashData(await direct.GetByteArrayAsync(own, TestContext.Current.CancellationToken)), hash);
        }
    }

    /// <summary>
    /// Listens as a player does, until it has so many segments. Returns what the addresses of the segments have of this start of the
    /// server.
    /// </summary>
    /// <param name="client">Connects to the cache.</param>
    /// <param name="segments">How many.</param>
    /// <param name="old">The start of a server that has ended: the playlist may stay in the cache until the new server has one.</param>
    private async Task<string> ListenAsync(HttpClient client, int segments, string old)
    {
        var had = new HashSet<Uri>();
        for (int rounds = 0; true; rounds++)
        {
            Assert.True(rounds < MaxRounds, $"There were only {had.Count} segments that are not of {old}.");
            bool isOver = !_heard.IsEmpty;
            Listing listing = await Listing.OfAsync(client, new Uri(Radio, Playlist));
            Interlocked.Increment(ref _asked);
            Assert.False(isOver && listing.Start == old, "The old playlist came after the new one.");
            foreach (Uri segment in listing.Start == old ? [] : listing.Segments.Where(had.Add))
            {
                byte[] hash = SHA256.HashData(await client.GetByteArrayAsync(segment, TestContext.Current.CancellationToken));
                Assert.Equal(_heard.GetOrAdd(segment, hash), hash);
            }

            if (had.Count >= segments)
            {
                return listing.Start;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
