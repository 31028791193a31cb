namespace Linnet.Interop.Tests.Devices;

/// <summary>Tests that share one PulseAudio server.</summary>
[Collection(nameof(PulseServer))]
public abstract class SharedPulseTests(PulseServer server) : IAsyncLifetime
{
    /// <summary>The server.</summary>
    protected PulseServer Server => server;

    public async ValueTask InitializeAsync() => await server.EnsureRunningAsync();

    public ValueTask DisposeAsync()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
