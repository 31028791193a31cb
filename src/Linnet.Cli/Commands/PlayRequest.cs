using Linnet.Audio;
using Linnet.Receive;
using Linnet.Transports;
using Linnet.Transports.Impairments;
using Linnet.Wire;

namespace Linnet.Cli.Commands;

/// <summary>The options of <c>play</c> and <c>record</c>.</summary>
/// <param name="Address">The station's address.</param>
internal sealed record PlayRequest(Uri Address)
{
    /// <summary>The transport: auto, udp or tcp.</summary>
    public string Transport { get; init; } = "auto";

    /// <summary>The format of a server that does not announce one; <see langword="null"/> for the default.</summary>
    public RawPcmFormat? Format { get; init; }

    /// <summary>The certificates that are accepted; <see langword="null"/> for those that this system trusts.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>The buffer profile, which sets the delay behind live.</summary>
    public ReceiverProfile Profile { get; init; } = ReceiverProfile.Balanced;

    /// <summary>Impairments to add to the network; <see langword="null"/> for none.</summary>
    public ImpairmentOptions? Impairment { get; init; }

    /// <summary>A fixed buffer; <see langword="null"/> for the profile's.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>A device's name, a .wav file, <c>-</c> or <c>null</c>; <see langword="null"/> for the default device.</summary>
    public string? Output { get; init; }

    /// <summary>Whether to reconnect when the server is lost.</summary>
    public bool Reconnects { get; init; } = true;

    /// <summary>Whether to wait for a server that is not up yet.</summary>
    public bool WaitsForStation { get; init; }

    /// <summary>How much audio to play; <see langword="null"/> for all of it.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The gain; 1 leaves the audio unchanged.</summary>
    public double Volume { get; init; } = 1;

    /// <summary>Whether keys on the terminal mute and change the volume.</summary>
    public bool HasVolume { get; init; } = true;

    /// <summary>Whether to print JSON instead of a panel.</summary>
    public bool WantsJson { get; init; }

    /// <summary>Whether to stop when the reader of the JSON has gone, as in <c>linnet play --stats json | head</c>.</summary>
    public bool EndsWithReader { get; init; }

    /// <summary>The address, without a password.</summary>
    public override string ToString() => ShownAddress.Of(Address);
}
