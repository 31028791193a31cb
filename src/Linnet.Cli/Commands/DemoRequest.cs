using Linnet.Server.Hosting;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary>What the command line asks a demonstration to do.</summary>
/// <param name="Server">Where the server listens, and its limits.</param>
internal sealed record DemoRequest(StationServerOptions Server)
{
    /// <summary>How long it plays; <see langword="null"/>: until it is told to end.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whose rights it takes; <see langword="null"/>: it keeps those it has.</summary>
    public string? User { get; init; }

    /// <summary>Where it listens for HTTP; <see langword="null"/>: nowhere.</summary>
    public RadioHostOptions? Http { get; init; }

    /// <summary>Whether that port alone will do.</summary>
    public bool IsHttpPortNamed { get; init; }
}
