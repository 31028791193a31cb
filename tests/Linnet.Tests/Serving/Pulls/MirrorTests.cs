using Linnet.Audio;
using Linnet.Serving.Pulls;
using Linnet.Sources.Ingest;
using Linnet.Tests.Fakes;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Serving.Pulls;

/// <summary>Playlists whose entries are mirrors of one programme.</summary>
public sealed class MirrorTests
{
    private const string List = "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n";

    private readonly RecordingLogger _logger = new();
    private readonly IngestBuffer _station = new("jazz", new IngestOptions());
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task The_next_address_is_tried_at_once_and_the_working_one_is_kept()
    {
        using var closed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        string refusing = $"http://{closed.LocalEndpoint}/refusing";
        closed.Stop();
        string live = Sound;
        await using var server = new ScriptedHttpServer(path => path switch
        {
            "/list.m3u" => $"{List}{refusing}\n/dead\n/page\n/live\n/late\n",
            "/live" => live,
            "/late" => Sound,
            "/page" => "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
            _ => "HTTP/1.1 404 Not Found\r\n\r\n",
        });

        await FetchAsync(server, "/list.m3u", fetches: 4, beforeFourth: () => live = "HTTP/1.1 503 Busy\r\n\r\n");

        Assert.Equal(
            ["/list.m3u", "/dead", "/page", "/live", "/list.m3u", "/live", "/list.m3u", "/live", "/list.m3u", "/live", "/late"],
            server.Asked.Take(11));
        string[] mirrors = [.. _logger.Lines.Where(static line => line.StartsWith("753 ", StringComparison.Ordinal))];
        Assert.Equal(4, mirrors.Length);
        Assert.Contains(": Nothing listens at http://127.0.0.1:", mirrors[0], StringComparison.Ordinal);
        Assert.Contains("/dead answers 404. Trying the next address of the playlist", mirrors[1], StringComparison.Ordinal);
        Assert.All(Failures, static line => Assert.Contains("is no longer played: it ended.", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_all_have_failed_the_list_is_read_again()
    {
        await using var server = new ScriptedHttpServer(static path => path == "/list.pls"
            ? "HTTP/1.0 200 OK\r\nContent-Type: audio/x-scpls\r\n\r\n[playlist]\nFile1=a\nFile2=b\n"
            : "HTTP/1.1 404 Not Found\r\n\r\n");

        await FetchAsync(server, "/list.pls", fetches: 3);

        Assert.Equal(["/list.pls", "/a", "/b", "/list.pls", "/a", "/b", "/list.pls", "/a", "/b"], server.Asked.Take(9));
        Assert.All(Failures,
            line => Assert.Contains(
                $"None of the 2 addresses that {server.Address("/list.pls")} names gives audio. The last one: "
                    + $"{server.Address("/b")} answers 404.", line, StringComparison.Ordinal));

        // Said once, not at each try.
        Assert.Single(_logger.Lines, static line => line.StartsWith("753 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_playlist_may_lead_to_playlists_and_each_is_read_once()
    {
        await using var server = new ScriptedHttpServer(static path => path switch
        {
            "/list.m3u" => List + "list.m3u\nother.pls\nlast.m3u\n",
            "/other.pls" => "HTTP/1.0 200 OK\r\nContent-Type: audio/x-scpls\r\n\r\n[playlist]\nFile1=dead\nFile2=list.m3u\n",
            "/last.m3u" => List + "moved\n",
            "/moved" => "HTTP/1.1 302 Found\r\nLocation: /live\r\n\r\n",
            "/live" => Sound,
            _ => "HTTP/1.1 404 Not Found\r\n\r\n",
        });

        await FetchAsync(server, "/list.m3u", fetches: 2);

        Assert.Equal(
            ["/list.m3u", "/other.pls", "/dead", "/last.m3u", "/moved", "/live", "/list.m3u", "/last.m3u", "/moved", "/live"],
            server.Asked.Take(10));
        Assert.Contains(
            _logger.Lines, static line => line.Contains("/list.m3u is a playlist that leads to itself", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endless_playlists_are_cut()
    {
        int lists = 0;
        await using var server = new ScriptedHttpServer(
            _ => List + string.Concat(Enumerable.Range(0, 30).Select(_ => $"{Interlocked.Increment(ref lists)}.m3u\n")));

        await FetchAsync(server, "/list.m3u", fetches: 1);

        Assert.InRange(server.Asked.Count, StreamSearch.MaxRedirects, StreamSearch.MaxTries + 1);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(3, 12)]
    [InlineData(12, 1)]
    public async Task After_long_lists_the_other_addresses_are_tried_in_turn(int lists, int entries)
    {
        await using var server = new ScriptedHttpServer(path => path switch
        {
            "/list.m3u" => List + string.Concat(Enumerable.Range(0, lists).Select(static i => $"list{i}.m3u\n")) + "live\n",
            "/live" => Sound,
            _ when path.EndsWith(".m3u", StringComparison.Ordinal) =>
                List + string.Concat(Enumerable.Range(0, entries).Select(i => $"{path[1..^4]}-{i}\n")),
            _ => "HTTP/1.1 404 Not Found\r\n\r\n",
        });

        await FetchAsync(server, "/list.m3u", fetches: 4);

        Assert.Contains("/live", server.Asked);
        string[] dead =
            [.. server.Asked.TakeWhile(static path => path != "/live").Where(static path => path.Contains('-', StringComparison.Ordinal))];
        Assert.Equal(Enumerable.Range(0, lists).SelectMany(list => Enumerable.Range(0, entries).Select(i => $"/list{list}-{i}")), dead);
        string[] cut = [.. Failures.Where(static line => !line.Contains("is no longer played", StringComparison.Ordinal))];
        Assert.NotEmpty(cut);
        Assert.All(cut, static line => Assert.DoesNotContain("None of the 0", line, StringComparison.Ordinal));
        Assert.All(cut, static line => Assert.DoesNotMatch(@"The last one: ?(\.|$| The)", line));
    }

    [Fact]
    public async Task After_the_last_of_long_lists_the_first_is_tried_again()
    {
        await using var server = new ScriptedHttpServer(static path => path switch
        {
            "/list.m3u" => List + "a.m3u\nb.m3u\n",
            "/a.m3u" => List + string.Concat(Enumerable.Range(0, 16).Select(static i => $"a-{i}\n")),
            "/b.m3u" => List + "b-0\nb-1\n",
            _ => "HTTP/1.1 404 Not Found\r\n\r\n",
        });

        await FetchAsync(server, "/list.m3u", fetches: 3);

        string[] first = ["/list.m3u", "/a.m3u", .. Enumerable.Range(0, 15).Select(static i => $"/a-{i}")];
        Assert.Equal(
            [.. first, "/list.m3u", "/a.m3u", "/a-15", "/b.m3u", "/b-0", "/b-1", .. first], server.Asked.Take((2 * first.Length) + 6));
        Assert.Contains(
            "names more addresses than are tried at a time. None of these 16 gives audio; the others follow. The last one: ",
            Failures[0], StringComparison.Ordinal);
        Assert.Contains("/a-14 answers 404.", Failures[0], StringComparison.Ordinal);
        Assert.Contains($"None of the 2 addresses that {server.Address("/list.m3u")} names", Failures[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_mirror_does_not_exclude_the_inner_one()
    {
        await using var outer = new ScriptedHttpServer(static _ => "HTTP/1.1 404 Not Found\r\n\r\n", "127.0.0.3");
        await using var inner = new ScriptedHttpServer(static _ => Sound, "127.0.0.2");
        await using var list = new ScriptedHttpServer(_ => $"{List}{outer.Address("/a")}\n{inner.Address("/b")}\n");

        await FetchAsync(list, "/list.m3u", fetches: 1);

        Assert.Single(outer.Asked);
        Assert.Single(inner.Asked);
    }

    [Fact]
    public async Task Titles_are_in_the_encoding_that_the_server_names()
    {
        const string Picnic = "StreamTitle='\u00CF\u00E8\u00EA\u00ED\u00E8\u00EA';";
        string wav = Wav(1000);
        await using var server = new ScriptedHttpServer(
            _ => $"HTTP/1.0 200 OK\r\nContent-Type: audio/wav; charset=windows-1251\r\nicy-metaint: {wav.Length / 2}\r\n\r\n"
                + $"{wav[..(wav.Length / 2)]}\u0002{Picnic.PadRight(32, '\0')}{wav[(wav.Length / 2)..]}");

        await FetchAsync(server, "/jazz", fetches: 1);

        var tracks = new List<TrackInfo>();
        float[] pcm = new float[8000];
        while (_station.Read(pcm, [], out TrackInfo? track, out _) > 0)
        {
            if (track is not null)
            {
                tracks.Add(track);
            }
        }

        Assert.Equal([new TrackInfo("Пикник")], tracks);
    }

    private string[] Failures => [.. _logger.Lines.Where(static line => line.StartsWith("908 ", StringComparison.Ordinal))];

    private static string Sound => "HTTP/1.0 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + Wav(800);

    // 8000 Hz, one channel, 16 bit.
    private static string Wav(int frames) =>
        $"RIFF\xFF\xFF\xFF\xFFWAVEfmt "
            + $"\x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF{new string('\x11', 2 * frames)}";

    /// <summary>
    /// Fetches so many times. Time passes only between a failure and the next try, so that no connection is given up meanwhile.
    /// </summary>
    private async Task FetchAsync(ScriptedHttpServer server, string path, int fetches, Action? beforeFourth = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var pull = new HttpPull(
            server.Address(path), _time, _logger, static a => a.ToString() is "127.0.0.3" ? NetworkSide.Outer : NetworkSide.Inner);
        Task running = pull.RunAsync(_station, stop.Token);
        for (int fetch = 1; fetch <= fetches; fetch++)
        {
            while (Failures.Length < fetch)
            {
                stop.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            if (fetch == 3)
            {
                beforeFourth?.Invoke();
            }

            int asked = server.Asked.Count;
            while (fetch < fetches && server.Asked.Count == asked)
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stop.Token);
            }
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
