using Linnet.Audio;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports;

namespace Linnet.Cli.Commands;

/// <summary>A station that <c>serve</c> is to run.</summary>
/// <param name="Source">Its name and its sound.</param>
/// <param name="Options">How to encode it.</param>
internal sealed record ServedStation(SourceSpec Source, StationOptions Options)
{
    public string Name => Source.Name;

    /// <summary>Whether the source plays once, after which the station ends.</summary>
    public bool PlaysOnce { get; init; }

    /// <summary>Whether folders and playlists play in random order.</summary>
    public bool Shuffles { get; init; }

    /// <summary>The certificates that are accepted from another server; <see langword="null"/> for those that this system trusts.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>The format of bare PCM on standard input; <see langword="null"/> to detect it from the first bytes.</summary>
    public RawPcmFormat? Raw { get; init; }
}
