using Linnet.Audio;
using Linnet.Cli.Panels;
using Linnet.Playback;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>Reads a player's status for a display, moves the meters between two updates, and handles keys.</summary>
internal sealed class PlayerMonitor(Player player, Uri address, IAudioDevice device, TimeProvider time)
{
    private const double Step = 0.05;
    private const double Loudest = 2;
    private readonly long _began = time.GetTimestamp();
    private Ballistics[] _meters = [];

    /// <summary>Gets the current status.</summary>
    public PlayerSnapshot Look()
    {
        PlayerStatistics statistics = player.GetStatistics();
        TimeSpan elapsed = time.GetElapsedTime(_began);
        return new PlayerSnapshot
        {
            State = statistics.State is PlayerState.NoDevice ? "no device" : statistics.State.ToString().ToLowerInvariant(),
            IsRecording = !device.HasClock,
            Address = ShownAddress.Of(address),
            Output = device.Name,
            Awaits = statistics.Awaits,
            Title = statistics.Title,
            Track = statistics.Track,
            Codec = statistics.Payload?.EncodingName.ToLowerInvariant(),
            SampleRate = statistics.Format.SampleRate,
            Channels = statistics.Format.Channels,
            Transport = statistics.Transport?.ToString().ToUpperInvariant(),
            Received = statistics.Receiver.Received,
            Lost = statistics.Receiver.Lost,
            Late = statistics.Receiver.Late,
            Duplicate = statistics.Receiver.Duplicate,
            Reordered = statistics.Receiver.Reordered,
            Corrupt = statistics.Receiver.Corrupt,
            Impairment = statistics.Impairment,
            Concealed = statistics.Receiver.Concealed,
            Repair = statistics.Receiver.Repair,
            Reconnects = statistics.Reconnects,
            DeviceReopens = statistics.DeviceReopens,
            Buffer = statistics.Receiver.Buffer,
            Latency = statistics.Receiver.Latency,
            Profile = statistics.Receiver.Profile,
            Target = statistics.Receiver.Target,
            Delay = statistics.Receiver.Delay,
            Lateness = statistics.Receiver.Lateness,
            Underruns = statistics.Receiver.Underruns,
            Stretches = statistics.Receiver.Stretches,
            DriftPpm = statistics.Receiver.IsDriftKnown ? statistics.Receiver.DriftPpm : null,
            PeakDbfs = Decibels.FromAmplitude(statistics.Peak),
            Levels = Move(statistics.Levels, elapsed),
            Elapsed = elapsed,
            Volume = statistics.Volume,
            IsMuted = statistics.IsMuted,
        };
    }

    /// <summary>Runs the action of a key.</summary>
    public void OnKey(char key)
    {
        switch (key)
        {
            case ' ':
                player.IsMuted = !player.IsMuted;
                break;
            case '+' or '=': // the same key without Shift
                player.Volume = Math.Round(Math.Min(player.Volume + Step, Math.Max(player.Volume, Loudest)), 2);
                break;
            case '-' or '−' or '_':
                player.Volume = Math.Round(Math.Max(player.Volume - Step, 0), 2);
                break;
            default:
                break;
        }
    }

    private MeterLevel[] Move(IReadOnlyList<AudioLevel> levels, TimeSpan now)
    {
        if (_meters.Length != levels.Count)
        {
            _meters = [.. levels.Select(static _ => new Ballistics())];
        }

        return [.. _meters.Zip(levels, (meter, level) => meter.Move(level.PeakDbfs, now))];
    }
}
