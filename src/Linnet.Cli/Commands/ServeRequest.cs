using Linnet.Server.Hosting;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary>What <c>serve</c> is to do.</summary>
/// <param name="Stations">The root path plays the first.</param>
internal sealed record ServeRequest(IReadOnlyList<ServedStation> Stations)
{
    /// <summary>Whether to print JSON instead of a panel.</summary>
    public bool WantsJson { get; init; }

    /// <summary>HTTP options; <see langword="null"/> if HTTP is off.</summary>
    public RadioHostOptions? Http { get; init; }

    /// <summary>The user to switch to; <see langword="null"/> to keep the current one.</summary>
    public string? User { get; init; }

    /// <summary>The server's addresses and limits.</summary>
    public StationServerOptions Server { get; init; } = new();
}
