using System.Net;
using Linnet.Audio;
using Linnet.Interop.Tests.Radio;
using Linnet.Server;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Page;

/// <summary>A server with ten stations, whose titles the tests change, and a browser.</summary>
public sealed class PageServer : IAsyncLifetime
{
    /// <summary>The title of the station <c>evil</c>: whatever it does, it must not run.</summary>
    public const string Hostile = "</p><script>alert(1)</script><img src=x onerror=alert(1)>";

    /// <summary>The picture of the station <c>evil</c>: an address with more in it.</summary>
    public const string HostileArt = "http://127.0.0.1:1/\"><script>alert(1)</script><img src=x onerror='alert(1)'";

    private readonly WebApplication _app;
    private IPlaywright? _playwright;

    public PageServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLinnet(linnet =>
        {
            linnet.AddStation(At("jazz"), _ => Jazz);
            linnet.AddStation(At("evil") with { ArtUrl = HostileArt }, static _ => new TitledTone(new TrackInfo(Hostile, Hostile)));
            for (int i = 1; i <= 8; i++)
            {
                linnet.AddStation($"tone-{i}", static _ => new ToneSource(330));
            }
        });
        _app = builder.Build();
        _app.MapLinnet();
    }

    /// <summary>The page's address, with a slash at the end.</summary>
    public string Address => _app.Urls.First() + "/";

    public IPEndPoint EndPoint => IPEndPoint.Parse(new Uri(Address).Authority);

    public IBrowser Browser { get; private set; } = null!;

    internal TitledTone Jazz { get; } = new(new TrackInfo("So What", "Miles Davis"));

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static StationOptions At(string name) => new() { Name = name, StartAtOnce = true };
}

/// <summary>A tone whose track a test changes.</summary>
internal sealed class TitledTone(TrackInfo track) : IAudioSource
{
    private readonly ToneSource _tone = new(440);
    private TrackInfo? _next = track;

    public AudioFormat Format => _tone.Format;

    public int BitDepth => _tone.BitDepth;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    public void Switch(TrackInfo to) => Volatile.Write(ref _next, to);

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) =>
        _tone.Read(pcm, cancellationToken) with { Track = Interlocked.Exchange(ref _next, null) };

    public void Dispose() => _tone.Dispose();
}
