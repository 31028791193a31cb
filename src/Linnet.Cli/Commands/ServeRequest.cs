using Linnet.Audio;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Cli.Commands;

/// <summary>What the command line asks a server to do.</summary>
/// <param name="Stations">At least one; the first is what the root path means.</param>
internal sealed record ServeRequest(IReadOnlyList<SourceSpec> Stations)
{
    /// <summary>Whether stations start before anybody listens.</summary>
    public bool StartsAtOnce { get; init; }

    /// <summary>Whether each source is played to its end once, and then the server ends.</summary>
    public bool PlaysOnce { get; init; }

    public bool Shuffles { get; init; }

    /// <summary>What bare PCM on standard input is; <see langword="null"/>: WAV.</summary>
    public RawPcmFormat? Raw { get; init; }

    /// <summary>Opus bits per second; 0 for the encoder's own.</summary>
    public int BitRate { get; init; }

    /// <summary>Opus complexity 0–10.</summary>
    public int Complexity { get; init; } = 10;

    /// <summary>Whether JSON is shown instead of a panel.</summary>
    public bool WantsJson { get; init; }

    /// <summary>Where the server listens, and its limits.</summary>
    public StationServerOptions Server { get; init; } = new();
}
