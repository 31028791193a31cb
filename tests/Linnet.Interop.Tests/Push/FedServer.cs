using System.Net;
using Linnet.Playback;
using Linnet.Serving;
using Linnet.Serving.Pulls;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Push;

/// <summary>A server in this process with one station, <c>live</c>, that accepts pushes.</summary>
internal sealed class FedServer : IAsyncDisposable
{
    internal const string Password = "hackme";

    private readonly CancellationTokenSource _ending = new();
    private readonly StationServer _server;
    private readonly Task _running;

    private FedServer(StationServer server)
    {
        _server = server;
        _running = server.RunAsync(_ending.Token);
    }

    internal string Host => $"127.0.0.1:{_server.HttpEndPoint!.Port}";

    internal StationSnapshot? Live => _server.Stations.Select(static s => s.GetSnapshot()).FirstOrDefault();

    internal string Http(string path) => $"http://{Host}/{path}";

    internal string Rtsp(string path) => $"rtsp://127.0.0.1:{_server.RtspEndPoint!.Port}/{path}";

    /// <summary>The URL to which <c>ffmpeg</c> pushes.</summary>
    internal string Icecast(string mount) => $"icecast://source:{Password}@{Host}/{mount}";

    internal static FedServer Start(string source = "live=push", string? fallback = null)
    {
        Assert.True(SourceSpec.TryParse([source], out IReadOnlyList<SourceSpec> specs, out string problem), problem);
        IAudioSource? other = fallback is null ? null : AudioSources.OpenPath(fallback, new SourceOptions(), NullLogger.Instance);
        IngestStation station =
            IngestStations.Open(specs[0], new StationOptions { Name = specs[0].Name }, other, TimeProvider.System, TestLog.Instance);
        return new FedServer(StationServer.Open(
            [],
            new StationServerOptions
            {
                Bind = IPAddress.Loopback,
                RtspPort = 0,
                RtpPort = 0,
                HttpPort = 0,
                Radio = new RadioServerOptions(),
                Push = new PushServerOptions { Password = Password },
            },
            logger: TestLog.Instance,
            fed: [station]));
    }

    /// <summary>Waits until the station exists and plays a pusher.</summary>
    internal Task UntilHeardAsync() => Until.TrueAsync(() => Live is { IsSenderHeard: true });

    /// <summary>Waits until the station's pusher has left and something else plays.</summary>
    internal Task UntilGoneAsync() => Until.TrueAsync(() => Live is { IsSenderHeard: false });

    /// <summary>Waits until this many listen over HTTP.</summary>
    internal Task UntilListenedToAsync(int listeners) => Until.TrueAsync(() => _server.Radio!.GetSnapshot().Listeners >= listeners);

    /// <summary>Waits until the station has played this much more.</summary>
    internal async Task UntilPlayedAsync(TimeSpan more)
    {
        TimeSpan until = Live!.Position + more;
        await Until.TrueAsync(() => Live!.Position >= until);
    }

    /// <summary>Ends the server, and with it all streams.</summary>
    internal async Task EndAsync()
    {
        await _ending.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _server.DisposeAsync();
        _ending.Dispose();
    }

    private sealed class TestLog : ILogger
    {
        internal static TestLog Instance { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            TestContext.Current.TestOutputHelper?.WriteLine($"{eventId.Id} {formatter(state, exception)} {exception}");
    }
}
