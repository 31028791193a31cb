using Microsoft.Extensions.Hosting;

namespace Linnet.Server.Hosting;

/// <summary>
/// The host lives in a program that has a life of its own: it takes no signals and says nothing of starting and stopping.
/// </summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
