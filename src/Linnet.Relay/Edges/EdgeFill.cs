using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Sources;
using Microsoft.Extensions.Logging;

namespace Linnet.Relay.Edges;

/// <summary>Decides when a ring of an edge is filled with silence or the fallback, as the origin is away. Owned by one task.</summary>
/// <param name="info">The rendition.</param>
/// <param name="writer">Writes to the ring.</param>
/// <param name="fallback">Creates the fallback; <see langword="null"/>: silence.</param>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
/// <param name="logger">Logs when it begins and ends.</param>
internal sealed class EdgeFill(
    RenditionInfo info, EdgeWriter writer, Func<IAudioSource>? fallback, long ticksPerSecond, ILogger logger)
{
    /// <summary>
    /// How long listeners get no sound before silence or the fallback begins. A shorter break is less noticeable than what fills it.
    /// </summary>
    internal static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    // Packets are published that long before they are due.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(60);

    // The pause before it is tried again where there is nothing to fill with.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly long _after = After.InTicks(ticksPerSecond);
    private readonly long _ahead = Ahead.InTicks(ticksPerSecond);
    private readonly long _pause = Pause.InTicks(ticksPerSecond);
    private long _notBefore;
    private long _packets;
    private long _packetAt;
    private bool _isOn;

    /// <summary>Whether listeners hear silence or the fallback. Any thread may ask.</summary>
    internal bool IsOn => Volatile.Read(ref _isOn);

    /// <summary>When there is something to do, in ticks.</summary>
    internal long NextAt => writer.IsFilling ? writer.DryAt - _ahead : Math.Max(SilentFrom + _after, _notBefore);

    // Sound that comes late, as at the start, comes in a row: it is waited for.
    private long SilentFrom => writer.Packets == 0 || writer.IsOver ? long.MaxValue - _after : Math.Max(writer.DryAt, _packetAt);

    /// <summary>Whether there is no sound any more.</summary>
    internal bool IsDry(long now) => writer.Packets == 0 || now >= writer.DryAt + _after;

    /// <summary>Fills if need be.</summary>
    /// <param name="node">The origin.</param>
    /// <param name="now">The current time, in ticks.</param>
    internal void Step(string node, long now)
    {
        (_packetAt, _packets) = writer.Packets != _packets ? (now, writer.Packets) : (_packetAt, _packets);
        if (!writer.IsFilling && now >= NextAt)
        {
            _notBefore = now + _pause;
            writer.TryFill(fallback, out string? problem);
            logger.Filling(info.ToString(), node, problem is null ? "" : $". {problem}");
        }

        writer.Fill(now + _ahead);
        if (writer.IsFilling && writer.DryAt <= now + _ahead)
        {
            // There is nothing more to fill with.
            writer.StopFilling();
        }

        if (_isOn && !writer.IsFilling)
        {
            _notBefore = now;
            logger.Filled(info.ToString(), node);
        }

        Volatile.Write(ref _isOn, writer.IsFilling);
    }

    /// <summary>Ends what fills: there are no listeners any more.</summary>
    internal void Stop()
    {
        writer.StopFilling();
        Volatile.Write(ref _isOn, false);
    }
}
