using System.Globalization;
using System.Net.Sockets;
using Linnet.Interop.Tests.Proxies;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Debian's nginx as a cache, configured as in docs/hls.md, except for its address, its folder and the server's port.</summary>
internal sealed class NginxCache : IAsyncDisposable
{
    private readonly Tool _nginx;
    private readonly string _socket;

    private NginxCache(Tool nginx, string socket) => (_nginx, _socket) = (nginx, socket);

    /// <summary>Starts one.</summary>
    /// <param name="folder">The folder for its files.</param>
    /// <param name="origin">The server's port.</param>
    public static async Task<NginxCache> StartAsync(TempFolder folder, int origin)
    {
        string socket = folder["socket"];
        string recipe = Assert.Single(Repository.Recipes("hls.md", "nginx"));
        foreach ((string written, string here) in ((string, string)[])[
            ("listen 80;", $"listen unix:{socket};"), ("/var/cache/nginx/linnet", folder["cache"]),
            ("http://127.0.0.1:8000;", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{origin};"))])
        {
            Assert.Contains(written, recipe, StringComparison.Ordinal);
            recipe = recipe.Replace(written, here, StringComparison.Ordinal);
        }

        await Nginx.ConfigureAsync(folder, recipe);
        Tool nginx = Tool.Start("nginx", Nginx.Arguments(folder));
        await Until.TrueAsync(
            () => nginx.Errors.Contains(Nginx.Started, StringComparison.Ordinal), TimeSpan.FromSeconds(20), () => nginx.Errors);
        return new NginxCache(nginx, socket);
    }

    /// <summary>A client with connections of its own. The host of its addresses does not matter.</summary>
    public HttpClient Connect() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        },
    });

    public ValueTask DisposeAsync() => _nginx.DisposeAsync();
}
