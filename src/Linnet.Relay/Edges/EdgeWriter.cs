using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Relay.Filling;
using Linnet.Relay.Wire;
using Linnet.Sources;

namespace Linnet.Relay.Edges;

/// <summary>
/// Publishes an origin's items to a ring of this node, so that a packet is byte for byte the origin's. Pure: the caller provides the
/// time. Owned by one thread.
/// </summary>
/// <remarks>
/// When another origin takes over, numbers and positions go on where they were, by the time at which the sound is due. Sound that was
/// there already is not repeated.
/// </remarks>
/// <param name="ring">The ring. Nothing else publishes to it.</param>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
/// <param name="mostAhead">Items that are due later than this from now are left out: one would hold up all after it.</param>
internal sealed class EdgeWriter(BroadcastRing ring, long ticksPerSecond, long mostAhead = long.MaxValue)
{
    // Packets of an origin that came back and lie behind its old numbers: after so many its numbers are taken to be others.
    private const int MostBehind = 1000;

    private Shift _shift;
    private FormatItem? _format;
    private long _lastDue = long.MinValue;
    private long _lastTime;
    private long _end;
    private long _nextNumber;
    private int _behind;
    private bool _isResuming;
    private bool _isOther;
    private bool _isPlaced;
    private PacketItem? _last;
    private Filler? _filler;

    /// <summary>Packets so far in this run, also those that this node made.</summary>
    internal long Packets { get; private set; }

    /// <summary>When the sound after the last packet is due, in ticks; <see cref="long.MinValue"/>: there is no packet yet.</summary>
    internal long DryAt { get; private set; } = long.MinValue;

    /// <summary>Whether it fills: listeners hear no sound of the origin.</summary>
    internal bool IsFilling => _filler is not null;

    /// <summary>Whether the run is over: the station has ended, or its origin cut the run short.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Begins a run: the first listener has come.</summary>
    internal void Begin()
    {
        ring.BeginRun();
        StopFilling();
        (_shift, _format, _last, _isResuming, _isOther) = (default, null, null, false, false);
        (IsOver, Packets, DryAt) = (false, 0, long.MinValue);
    }

    /// <summary>The items that follow come from another life of the station.</summary>
    internal void Adopt() => (_isOther, _isPlaced, _isResuming) = (Packets > 0, false, Packets > 0);

    /// <summary>Publishes an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="clock">The origin's clock, with the delay of this ring.</param>
    /// <param name="now">The current time, in ticks.</param>
    internal void Write(scoped in BatchItem item, OriginClock clock, long now)
    {
        if (IsOver || clock.TicksAt(item.DueAt) - now > mostAhead)
        {
            return;
        }

        if (IsFilling && item.Kind is ItemKind.Discontinuity or ItemKind.Title or ItemKind.Format)
        {
            // What is before it in time is before it in the ring.
            Fill(clock.TicksAt(item.DueAt) - _lastTime);
        }

        switch (item.Kind)
        {
            case ItemKind.Packet:
                WritePacket(item, clock);
                break;
            case ItemKind.Discontinuity:
                Place(item.Epoch, clock, now);
                Publish(item, clock);
                break;
            case ItemKind.Format:
                _format = (FormatItem?)Publish(item, clock) ?? _format;
                break;
            case ItemKind.End:
                WriteEnd(item, clock);
                break;
            default:
                Publish(item, clock);
                break;
        }
    }

    /// <summary>Corrects the map from position to time: the origin's own changed a little, or its clock is known better.</summary>
    internal void Adjust(long epoch, OriginClock clock)
    {
        if (!_isOther && !IsOver && ring.Timeline is not null)
        {
            ring.AdjustTimeline(_shift.TimelineOf(epoch, clock, ring.Info.Payload.ClockRate));
        }
    }

    /// <summary>Begins to fill: the origin is away, and listeners get silence or the fallback until it is back.</summary>
    /// <param name="fallback">Creates the fallback; <see langword="null"/>: silence.</param>
    /// <param name="problem">Why it cannot, or why there is silence in place of the fallback, as a sentence.</param>
    internal bool TryFill(Func<IAudioSource>? fallback, out string? problem)
    {
        problem = null;
        if (_last is null || IsOver
            || !Filler.TryCreate(ring.Info, _format?.Headers ?? ring.Info.Headers, _last, out _filler, out problem))
        {
            return false;
        }

        if (fallback is not null)
        {
            Play(_filler, fallback);
            problem = _filler.FallbackProblem;
        }

        return true;
    }

    /// <summary>Publishes what fills until an instant, in ticks.</summary>
    internal void Fill(long until)
    {
        while (DryAt <= until && _filler is { } filler && filler.TryNext(null, out FilledPacket packet))
        {
            Add(packet);
        }
    }

    /// <summary>Frees what fills.</summary>
    internal void StopFilling()
    {
        _filler?.Dispose();
        _filler = null;
    }

    /// <summary>Cuts the run short: listeners get what there is, then the end.</summary>
    internal void Cut(DropReason reason, long now)
    {
        IsOver = true;
        StopFilling();
        _lastDue = Math.Max(_lastDue, now);
        ring.EndRun(new EndItem(_end, _lastDue) { Reason = reason });
    }

    private void WritePacket(scoped in BatchItem item, OriginClock clock)
    {
        if (_isResuming && !TryResume(item, clock))
        {
            return;
        }

        if (item.ToRingItem(ring, clock, _shift, _lastDue) is PacketItem packet && (_filler is null || TryJoin(_filler, packet)))
        {
            if (packet.Number < _nextNumber && Packets > 0)
            {
                // More packets than the origin's were needed to fill. Only over RTP others see the numbers, and there it does not happen.
                _shift = _shift with { Numbers = _shift.Numbers + _nextNumber - packet.Number };
                packet = (PacketItem)item.ToRingItem(ring, clock, _shift, _lastDue)!;
            }

            Add(packet);
        }
    }

    // Ends what fills before a packet of the origin. False: the packet has another in its place.
    private bool TryJoin(Filler filler, PacketItem packet)
    {
        while (filler.TryNext(packet, out FilledPacket filled))
        {
            Add(filled);
            if (filled.Position >= packet.Position)
            {
                return false;
            }
        }

        StopFilling();
        return true;
    }

    // Whether the packet is the first one after what is in the ring.
    private bool TryResume(scoped in BatchItem item, OriginClock clock)
    {
        if (_isOther && !_isPlaced && ring.Timeline is { } timeline)
        {
            // Its origin did not say where its time begins.
            _shift = _shift with { Positions = timeline.PositionAt(clock.TicksAt(item.DueAt)) - item.Position };
        }

        long position = item.Position + _shift.Positions;
        long number = item.Number + _shift.Numbers;
        if (position < _end || (!_isOther && number < _nextNumber && _behind++ < MostBehind))
        {
            return false;
        }

        if (_isOther || number < _nextNumber)
        {
            long missing = (position - _end) / ring.Info.FramesPerPacket;
            _shift = _shift with { Numbers = _nextNumber + missing - item.Number };
        }

        (_isResuming, _isOther, _behind) = (false, false, 0);
        return true;
    }

    // Another origin's positions go on by time.
    private void Place(long epoch, OriginClock clock, long now)
    {
        if (_isOther && ring.Timeline is { } timeline)
        {
            long theirs = default(Shift).TimelineOf(epoch, clock, ring.Info.Payload.ClockRate).PositionAt(now);
            _shift = _shift with { Positions = timeline.PositionAt(now) - theirs };
            _isPlaced = true;
        }
    }

    private RingItem? Publish(scoped in BatchItem item, OriginClock clock)
    {
        RingItem? made = item.ToRingItem(ring, clock, _shift, _lastDue);
        if (made is not null)
        {
            _lastDue = made.DueAt;
            ring.Publish(made);
        }

        return made;
    }

    private void Add(PacketItem packet)
    {
        ring.Publish(packet);
        Packets++;
        (_last, _lastDue) = (packet, packet.DueAt);
        _end = packet.Position + packet.Frames;
        _nextNumber = packet.Number + 1;
        _lastTime = (long)((Int128)packet.Frames * ticksPerSecond / ring.Info.Payload.ClockRate);
        DryAt = packet.DueAt + _lastTime;
    }

    private void Add(FilledPacket packet)
    {
        _isResuming = true;
        Add(new PacketItem(
            ring.Framing, _nextNumber, packet.Position, packet.Frames, marker: false, Math.Max(_lastDue, DryAt), packet.Payload.Span));
    }

    private static void Play(Filler filler, Func<IAudioSource> fallback)
    {
        try
        {
            filler.Play(fallback());
        }
        catch (Exception e)
        {
            filler.FallbackProblem = e.Message;
        }
    }

    private void WriteEnd(scoped in BatchItem item, OriginClock clock)
    {
        // A server that stops is not the end of the station: it comes back, or another takes over.
        if (item.EndReason is DropReason.ServerStopped)
        {
            return;
        }

        if (item.EndReason is DropReason.None)
        {
            IsOver = true;
            StopFilling();
            Publish(item, clock);
        }
        else
        {
            Cut(item.EndReason, clock.TicksAt(item.DueAt));
        }
    }
}
