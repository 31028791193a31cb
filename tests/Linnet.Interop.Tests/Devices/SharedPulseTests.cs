namespace Linnet.Interop.Tests.Devices;

/// <summary>Tests that share one PulseAudio server.</summary>
[Collection(nameof(PulseServer))]
public abstract class SharedPulseTests(PulseServer server) : IAsyncLifetime
{
    /// <summary>The server.</summary>
    protected PulseServer Server => server;

    public async ValueTask InitializeAsync() => await server.EnsureRunningAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
