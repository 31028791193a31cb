using Linnet.Server.Endpoints;
using Linnet.Serving;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Linnet.Server.Hosting;

/// <summary>Runs the server of a host: opens its ports before the web server's, and ends its listeners first when the host stops.</summary>
/// <remarks>
/// A protocol that fails ends alone. If every protocol that has a port of its own has failed, the host acts as after the failure of any
/// <see cref="BackgroundService"/>: it stops, unless <see cref="HostOptions.BackgroundServiceExceptionBehavior"/> says otherwise.
/// </remarks>
/// <param name="services">The host's services. Nothing is opened before the host starts.</param>
internal sealed class LinnetService(IServiceProvider services) : BackgroundService, IHostedLifecycleService
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StationServer? _server;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _server = services.GetRequiredService<StationServer>();
        _ = services.GetRequiredService<ServerMetrics>();
        _ = services.GetRequiredService<Site>();
        return base.StartAsync(cancellationToken);
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _server!.ListensForHttpAt(services.GetService<IServer>() is IServer web ? HttpPort.AddressOf(web) : null);
        _started.TrySetResult();
        return Task.CompletedTask;
    }

    // Before the web server stops: players get their goodbye over connections that are still there.
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        _server?.ListensForHttpAt(null);
        return Task.CompletedTask;
    }

    // The server has to know whether the web server listens: if so, the failure of all other protocols does not end it.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _started.Task.WaitAsync(stoppingToken).ConfigureAwait(false);
        await _server!.RunAsync(stoppingToken).ConfigureAwait(false);
    }
}
