using System.Globalization;
using Linnet.Server;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linnet.Interop.Tests.Page;

/// <summary>
/// A server whose sound the tests know, and the files with which they record what a page makes of it. Stations: <c>music</c>
/// (<see cref="Music"/>) and <c>noise</c> (<see cref="Noise"/>).
/// </summary>
internal sealed class SoundServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SoundServer(WebApplication app) => _app = app;

    /// <summary>Its port.</summary>
    public int Port => new Uri(_app.Urls.First()).Port;

    /// <summary>The page's address, with a slash at the end. If it is 127.0.0.1, browsers trust it as if it had HTTPS.</summary>
    public string Address => _app.Urls.First() + "/";

    /// <summary>The page under a name that browsers do not trust, if they can resolve it.</summary>
    public string InsecureAddress => $"http://linnet.test:{Port}/";

    /// <summary>Starts one.</summary>
    /// <param name="time">The clock of its stations; <see langword="null"/>: this machine's.</param>
    /// <param name="port">0: any.</param>
    /// <param name="host">Where it listens.</param>
    /// <param name="add">Adds what else it answers.</param>
    public static async Task<SoundServer> StartAsync(
        TimeProvider? time = null, int port = 0, string host = "127.0.0.1", Action<WebApplication>? add = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}"));
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddLinnet(static linnet =>
        {
            linnet.AddStation(At("music"), static _ => new Music());
            linnet.AddStation(At("noise"), static _ => new Noise());
        });
        WebApplication app = builder.Build();
        foreach (string file in (string[])["capture.js", "capture-worklet.js", "embed.html"])
        {
            string type = file.EndsWith("js", StringComparison.Ordinal) ? "text/javascript" : "text/html";
            app.MapGet("/" + file, () => Results.File(PathOf(file), type));
        }

        add?.Invoke(app);
        app.MapLinnet();
        await app.StartAsync();
        return new SoundServer(app);
    }

    /// <summary>The full path of a file for the page.</summary>
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Page", "Web", file);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static StationOptions At(string name) => new() { Name = name, StartAtOnce = true };
}
