using Linnet.Audio;
using Linnet.Receive;
using Linnet.Transports.Impairments;

namespace Linnet.Cli.Commands;

/// <summary>What the command line asks a player to do.</summary>
/// <param name="Address">The station.</param>
internal sealed record PlayRequest(Uri Address)
{
    /// <summary>auto, udp or tcp.</summary>
    public string Transport { get; init; } = "auto";

    /// <summary>What a server sends that does not say; <see langword="null"/> for the usual.</summary>
    public RawPcmFormat? Format { get; init; }

    /// <summary>How far behind live.</summary>
    public ReceiverProfile Profile { get; init; } = ReceiverProfile.Balanced;

    /// <summary>A worse network than there is; <see langword="null"/>: none.</summary>
    public ImpairmentOptions? Impairment { get; init; }

    /// <summary>A fixed buffer; <see langword="null"/> for the profile's own.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>A device's name, a .wav file, <c>-</c> or <c>null</c>; <see langword="null"/> is the default device.</summary>
    public string? Output { get; init; }

    /// <summary>Whether to try again when the server is gone.</summary>
    public bool Reconnects { get; init; } = true;

    /// <summary>Whether a server that is not there yet is waited for.</summary>
    public bool WaitsForStation { get; init; }

    /// <summary>How much sound to play; <see langword="null"/> for all there is.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>1 is as sent.</summary>
    public double Volume { get; init; } = 1;

    /// <summary>Whether JSON is shown instead of a panel.</summary>
    public bool WantsJson { get; init; }

    /// <summary>Whether it ends when nobody reads the JSON any more, as in <c>linnet play --stats json | head</c>.</summary>
    public bool EndsWithReader { get; init; }
}
