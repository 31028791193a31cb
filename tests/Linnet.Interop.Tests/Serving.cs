namespace Linnet.Interop.Tests;

/// <summary>A <c>linnet serve</c> of the test's own, on ports of its own, on loopback.</summary>
internal sealed class Serving : IAsyncDisposable
{
    private readonly int _port;

    private Serving(Tool tool, int port)
    {
        Tool = tool;
        _port = port;
    }

    public Tool Tool { get; }

    public static async Task<Serving> StartAsync(params string[] arguments)
    {
        Tool tool = Tool.Start("linnet", ["serve", .. arguments, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0"]);
        string port = await tool.LineAsync("Listen with: linnet play rtsp://127.0.0.1:", TimeSpan.FromSeconds(30));
        return new Serving(tool, int.Parse(port[..port.IndexOf('/', StringComparison.Ordinal)], null));
    }

    public string Url(string path) => $"rtsp://127.0.0.1:{_port}/{path}";

    public ValueTask DisposeAsync() => Tool.DisposeAsync();
}
