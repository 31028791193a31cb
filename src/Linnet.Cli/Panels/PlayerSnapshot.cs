using Linnet.Receive.Repair;
using Linnet.Transports.Impairments;

namespace Linnet.Cli.Panels;

/// <summary>What the panel of <c>play</c> shows at one moment.</summary>
internal sealed record PlayerSnapshot
{
    /// <summary>The player's state: connecting, buffering, playing, reconnecting, ended.</summary>
    public required string State { get; init; }

    /// <summary>Whether the output is a file, so that the panel says recording instead of playing.</summary>
    public bool IsRecording { get; init; }

    /// <summary>The station's address.</summary>
    public required string Address { get; init; }

    /// <summary>What the player waits for; <see langword="null"/>: nothing.</summary>
    public string? Awaits { get; init; }

    /// <summary>Where the sound goes: the device's or file's name.</summary>
    public required string Output { get; init; }

    /// <summary>The server's name for the station; <see langword="null"/> if it sends none.</summary>
    public string? Title { get; init; }

    /// <summary>Title, and artist, of the track that plays; <see langword="null"/>: unknown.</summary>
    public string? Track { get; init; }

    /// <summary>The codec's name, or <see langword="null"/> before it is known.</summary>
    public string? Codec { get; init; }

    /// <summary>Frames per second as sent; 0 before it is known.</summary>
    public int SampleRate { get; init; }

    /// <summary>Channels as sent; 0 before it is known.</summary>
    public int Channels { get; init; }

    /// <summary>The transport of the sound: UDP, TCP or HTTP.</summary>
    public string? Transport { get; init; }

    public long Received { get; init; }

    public long Lost { get; init; }

    public long Late { get; init; }

    public long Duplicate { get; init; }

    /// <summary>How missing packets were repaired or concealed, and why.</summary>
    public RepairSummary Repair { get; init; } = RepairSummary.None;

    public long Reordered { get; init; }

    public long Corrupt { get; init; }

    /// <summary>What <c>--impair</c> did; <see langword="null"/> without it.</summary>
    public ImpairmentStatistics? Impairment { get; init; }

    public TimeSpan Concealed { get; init; }

    /// <summary>Times the server was gone and found again.</summary>
    public int Reconnects { get; init; }

    /// <summary>Times the sound device was gone and it, or another device, was opened.</summary>
    public int DeviceReopens { get; init; }

    public TimeSpan Buffer { get; init; }

    public TimeSpan Latency { get; init; }

    /// <summary>The profile's name; <see langword="null"/> for a fixed buffer.</summary>
    public string? Profile { get; init; }

    /// <summary>The target delay of the buffer.</summary>
    public TimeSpan Target { get; init; }

    /// <summary>The present delay of the buffer.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How late packets come, the two worst of the last 48 half seconds left out.</summary>
    public TimeSpan Lateness { get; init; }

    public long Underruns { get; init; }

    /// <summary>Times sound was stretched to reach the target delay.</summary>
    public long Stretches { get; init; }

    /// <summary>By how much the sender's clock is faster than the device's, parts per million.</summary>
    public double? DriftPpm { get; init; }

    /// <summary>The highest peak of any channel since the snapshot before, dBFS; −∞ for silence.</summary>
    public double PeakDbfs { get; init; } = double.NegativeInfinity;

    /// <summary>The meters, one per channel shown.</summary>
    public IReadOnlyList<MeterLevel> Levels { get; init; } = [];

    /// <summary>Time since the command started.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>0–1.</summary>
    public double Volume { get; init; } = 1;

    public bool IsMuted { get; init; }
}
