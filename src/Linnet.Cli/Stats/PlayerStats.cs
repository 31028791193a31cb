using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Diagnostics;
using Linnet.Playback;
using Linnet.Transports.Impairments;

namespace Linnet.Cli.Stats;

/// <summary>One line of <c>play --stats json</c>, read from a player's statistics. The fields are printed in this order.</summary>
internal sealed class PlayerStats(PlayerStatistics player, bool hasEnded)
{
    public string State => hasEnded ? "ended" : player.State.ToWords();

    public string? Codec => player.Codec;

    public int SampleRate => player.Format.SampleRate;

    public int Channels => player.Format.Channels;

    public long Received => player.Receiver.Received;

    public long Lost => player.Receiver.Lost;

    public long Late => player.Receiver.Late;

    public long Duplicate => player.Receiver.Duplicate;

    public double ConcealedMs => Ms(player.Receiver.Concealed);

    public double BufferMs => Ms(player.Receiver.Buffer);

    public double LatencyMs => Ms(player.Receiver.Latency);

    public double? DriftPpm => player.Receiver.IsDriftKnown ? Round(player.Receiver.DriftPpm) : null;

    public double PeakDbfs => Round(Decibels.FromAmplitude(player.Peak));

    public int Reconnects => player.Reconnects;

    public int DeviceReopens => player.DeviceReopens;

    public string Output => player.Output;

    public long Reordered => player.Receiver.Reordered;

    public long Corrupt => player.Receiver.Corrupt;

    public string? Profile => player.Receiver.Profile;

    public double TargetMs => Ms(player.Receiver.Target);

    public double DelayMs => Ms(player.Receiver.Delay);

    public double LatenessMs => Ms(player.Receiver.Lateness);

    public long Underruns => player.Receiver.Underruns;

    public long Stretches => player.Receiver.Stretches;

    public RepairStats Repair => new(player.Receiver.Repair);

    public string? Title => player.Track;

    public string? Transport => player.Transport?.ToString().ToLowerInvariant();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImpairmentStatistics? Impairment => player.Impairment;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Awaits => player.Awaits;

    internal static double Ms(TimeSpan time) => Round(time.TotalMilliseconds);

    internal static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 2) : 0;
}
