using Linnet.Audio;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Cli.Commands;

/// <summary>What the command line asks a server to do.</summary>
/// <param name="Stations">At least one; the first is what the root path means.</param>
internal sealed record ServeRequest(IReadOnlyList<SourceSpec> Stations)
{
    /// <summary>Whether each source is played to its end once, and then the server ends.</summary>
    public bool PlaysOnce { get; init; }

    public bool Shuffles { get; init; }

    /// <summary>What bare PCM on standard input is; <see langword="null"/>: its first bytes say what it is.</summary>
    public RawPcmFormat? Raw { get; init; }

    /// <summary>How stations are encoded; each gets its own name.</summary>
    public required StationOptions Station { get; init; }

    /// <summary>Whether JSON is shown instead of a panel.</summary>
    public bool WantsJson { get; init; }

    /// <summary>Where it listens for HTTP; <see langword="null"/>: nowhere.</summary>
    public RadioHostOptions? Http { get; init; }

    /// <summary>Whose rights it takes; <see langword="null"/>: it keeps those it has.</summary>
    public string? User { get; init; }

    /// <summary>Where the server listens, and its limits.</summary>
    public StationServerOptions Server { get; init; } = new();
}
