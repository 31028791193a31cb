using System.Collections.Concurrent;
using Linnet.Interop.Tests.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Linnet.Interop.Tests.Hls;

/// <summary>
/// The server of known sound. It counts the requests that reach it, and has the page of <c>samples/Hls</c> at
/// <c>/hls.html?PLAYLIST</c>, with hls.js from npm.
/// </summary>
internal sealed class HlsServer : IAsyncDisposable
{
    private readonly SoundServer _server;

    private HlsServer(SoundServer server, ConcurrentDictionary<string, int> requests)
    {
        _server = server;
        Requests = requests;
        (Address, Port) = (server.Address, server.Port);
    }

    /// <summary>How often each path was asked for.</summary>
    public ConcurrentDictionary<string, int> Requests { get; }

    /// <summary>Its address, with a slash at the end.</summary>
    public string Address { get; }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Starts one.</summary>
    /// <param name="port">0: any.</param>
    public static async Task<HlsServer> StartAsync(int port = 0)
    {
        var requests = new ConcurrentDictionary<string, int>();
        return new HlsServer(
            await SoundServer.StartAsync(port: port, add: app =>
            {
                app.Use((context, next) =>
                {
                    requests.AddOrUpdate(context.Request.Path, 1, static (_, count) => count + 1);
                    return next(context);
                });
                app.MapGet("/hls.html", static (HttpRequest request) => Results.Text(
                    PageOf(request.QueryString.Value!.TrimStart('?')), "text/html"));
                app.MapGet("/hls.js", static () => Results.File(Npm.PathOf("hls.js/dist/hls.min.js"), "text/javascript"));
                app.MapGet("/hls-capture.js", static () => Results.File(
                    Path.Join(AppContext.BaseDirectory, "Hls", "Web", "hls-capture.js"), "text/javascript"));
            }),
            requests);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>The sample, with a playlist of this server and what notes how it plays.</summary>
    private static string PageOf(string playlist)
    {
        const string Library = """<script src="https://cdn.jsdelivr.net/npm/hls.js@1"></script>""";
        const string Station = "http://localhost:8000/jazz/hls.m3u8";
        string page = File.ReadAllText(Path.Join(Repository.Root, "samples", "Hls", "index.html"));
        Assert.Contains(Library, page, StringComparison.Ordinal);
        Assert.Contains(Station, page, StringComparison.Ordinal);
        return page
            .Replace(
                Library, """<script src="/hls.js"></script><script src="/hls-capture.js"></script>""", StringComparison.Ordinal)
            .Replace(Station, "/" + playlist, StringComparison.Ordinal);
    }
}
