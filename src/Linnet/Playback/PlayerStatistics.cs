using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports;
using Linnet.Transports.Impairments;

namespace Linnet.Playback;

/// <summary>The state of a player, and its counters since its start.</summary>
public sealed record PlayerStatistics
{
    /// <summary>The state of the player.</summary>
    public PlayerState State { get; init; }

    /// <summary>What the player waits for, as a sentence for the user; <see langword="null"/>: nothing.</summary>
    public string? Awaits { get; init; }

    /// <summary>The server's name for the station; <see langword="null"/> before it is known, or if there is none.</summary>
    public string? Title { get; init; }

    /// <summary>
    /// Title, and artist, of the track that plays, from the server's reports: some seconds late. <see langword="null"/>: not
    /// reported.
    /// </summary>
    public string? Track { get; init; }

    /// <summary>How the sound is encoded; <see langword="null"/> before it is known.</summary>
    public PayloadFormat? Payload { get; init; }

    /// <summary>The format of the sound as it is decoded; all zero before it is known.</summary>
    public AudioFormat Format { get; init; }

    /// <summary>The transport: UDP, TCP or HTTP; <see langword="null"/> without a connection.</summary>
    public StationTransport? Transport { get; init; }

    /// <summary>Counts of packets, buffer, latency, drift. A change of format does not set the counts back.</summary>
    public ReceiverStatistics Receiver { get; init; } = new();

    /// <summary>The effects of <see cref="PlayerOptions.Impairment"/> so far; <see langword="null"/> without it.</summary>
    public ImpairmentStatistics? Impairment { get; init; }

    /// <summary>Sound that went to the device; silence in its place does not count.</summary>
    public TimeSpan Played { get; init; }

    /// <summary>Times the server was gone and found again.</summary>
    public int Reconnects { get; init; }

    /// <summary>Times the sound device was gone and opened again, or another in its place.</summary>
    public int DeviceReopens { get; init; }

    /// <summary>
    /// Levels of the last 300 ms, one per channel of the device, volume and mute included. Empty before the device is open.
    /// </summary>
    public IReadOnlyList<AudioLevel> Levels { get; init; } = [];

    /// <summary>The greatest amplitude of any channel since the last statistics.</summary>
    public float Peak { get; init; }

    /// <summary>The volume: 1 is as sent.</summary>
    public double Volume { get; init; }

    /// <summary>Whether the player is muted, whatever the volume.</summary>
    public bool IsMuted { get; init; }
}
