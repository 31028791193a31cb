namespace Linnet.Interop.Tests;

/// <summary>A <c>linnet serve</c> of the test's own, on ports of its own, on loopback.</summary>
internal sealed class Serving : IAsyncDisposable
{
    private readonly int _port;

    private Serving(Tool tool, int port, string? http)
    {
        Tool = tool;
        _port = port;
        Http = http;
    }

    /// <summary>
    /// Where it serves HTTP, with a slash at the end; <see langword="null"/>: nowhere, which the arguments did not ask for.
    /// </summary>
    public string? Http { get; }

    public Tool Tool { get; }

    public static Task<Serving> StartAsync(params string[] arguments) =>
        StartAsync(static all => Tool.Start("linnet", all), arguments);

    /// <summary>The same with another build of Linnet.</summary>
    public static async Task<Serving> StartAsync(Func<string[], Tool> start, params string[] arguments)
    {
        bool hasHttp = arguments.Contains("--http-port");
        string[] noHttp = hasHttp ? [] : ["--http-port", "off"];
        Tool tool = start(["serve", .. arguments, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", .. noHttp]);
        string port = await tool.LineAsync("Listen with: linnet play rtsp://127.0.0.1:", TimeSpan.FromSeconds(30));
        string? http = hasHttp ? await tool.LineAsync("In a browser:  ", TimeSpan.FromSeconds(30)) : null;
        return new Serving(tool, int.Parse(port[..port.IndexOf('/', StringComparison.Ordinal)], null), http);
    }

    public string Url(string path) => $"rtsp://127.0.0.1:{_port}/{path}";

    public ValueTask DisposeAsync() => Tool.DisposeAsync();
}
