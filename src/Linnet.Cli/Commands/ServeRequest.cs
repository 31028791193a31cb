using Linnet.Audio;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Cli.Commands;

/// <summary>The options of <c>serve</c>.</summary>
/// <param name="Stations">At least one; the root path plays the first.</param>
internal sealed record ServeRequest(IReadOnlyList<SourceSpec> Stations)
{
    /// <summary>Whether each source plays once, after which the server stops.</summary>
    public bool PlaysOnce { get; init; }

    public bool Shuffles { get; init; }

    /// <summary>The format of bare PCM on standard input; <see langword="null"/> to detect it from the first bytes.</summary>
    public RawPcmFormat? Raw { get; init; }

    /// <summary>How to encode the stations; each gets its own name.</summary>
    public required StationOptions Station { get; init; }

    /// <summary>Whether to print JSON instead of a panel.</summary>
    public bool WantsJson { get; init; }

    /// <summary>HTTP options; <see langword="null"/> if HTTP is off.</summary>
    public RadioHostOptions? Http { get; init; }

    /// <summary>The user to switch to; <see langword="null"/> to keep the current one.</summary>
    public string? User { get; init; }

    /// <summary>The server's addresses and limits.</summary>
    public StationServerOptions Server { get; init; } = new();
}
