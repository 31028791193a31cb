using Microsoft.Extensions.Hosting;

namespace Linnet.Server.Hosting;

/// <summary>The lifetime of a host inside another program: it handles no signals and logs no start or stop.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
