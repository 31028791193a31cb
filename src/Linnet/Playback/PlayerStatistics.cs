using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports;
using Linnet.Transports.Impairments;

namespace Linnet.Playback;

/// <summary>A player at one moment, with its counters since its start. Nothing in it changes later.</summary>
public sealed record PlayerStatistics
{
    /// <summary>The state of the player.</summary>
    public PlayerState State { get; init; }

    /// <summary>Time since <see cref="Player.RunAsync"/> was called; zero before that.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The station's address, without a password.</summary>
    public string Address { get; init; } = "";

    /// <summary>The name of the device that the sound goes to, such as a file's.</summary>
    public string Output { get; init; } = "";

    /// <summary>Whether the device has no clock, as a file: the sound is written and not heard.</summary>
    public bool IsRecording { get; init; }

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

    /// <summary>The name of the encoding in lower case, such as <c>opus</c>; <see langword="null"/> before it is known.</summary>
    public string? Codec => Payload?.EncodingName.ToLowerInvariant();

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
