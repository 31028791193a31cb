using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Relay.Wire;

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
internal sealed class EdgeWriter(BroadcastRing ring, long ticksPerSecond)
{
    // Packets of an origin that came back and lie behind its old numbers: after so many its numbers are taken to be others.
    private const int MostBehind = 1000;

    private Shift _shift;
    private FormatItem? _format;
    private long _lastDue = long.MinValue;
    private long _end;
    private long _nextNumber;
    private int _behind;
    private bool _isResuming;
    private bool _isOther;
    private bool _isPlaced;
    private bool _isOtherFormat;

    /// <summary>Position after the last packet.</summary>
    internal long End => _end;

    /// <summary>Packets so far in this run, also those that this node made.</summary>
    internal long Packets { get; private set; }

    /// <summary>When the sound after the last packet is due, in ticks; <see cref="long.MinValue"/>: there is no packet yet.</summary>
    internal long DryAt { get; private set; } = long.MinValue;

    /// <summary>Whether the run is over: the station has ended, or its origin cut the run short.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Begins a run: the first listener has come.</summary>
    internal void Begin()
    {
        ring.BeginRun();
        (_shift, _format, _isResuming, _isOther, _isOtherFormat) = (default, null, false, false, false);
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
        if (IsOver)
        {
            return;
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
                _isOtherFormat = false;
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

    /// <summary>Publishes sound that this node made, after the last packet: the origin is away.</summary>
    /// <param name="payload">The encoded packet.</param>
    /// <param name="frames">Frames in it.</param>
    /// <param name="headers">What a decoder needs, if that is not what it has; <see langword="null"/>: nothing new.</param>
    internal void Fill(ReadOnlySpan<byte> payload, int frames, IReadOnlyList<ReadOnlyMemory<byte>>? headers)
    {
        if (headers is not null)
        {
            _isOtherFormat = true;
            ring.Publish(new FormatItem(_end, _lastDue, headers));
        }

        _lastDue = Math.Max(_lastDue, DryAt);
        Add(new PacketItem(ring.Framing, _nextNumber, _end, frames, marker: false, _lastDue, payload));
        _isResuming = true;
    }

    /// <summary>Cuts the run short: listeners get what there is, then the end.</summary>
    internal void Cut(DropReason reason, long now)
    {
        IsOver = true;
        _lastDue = Math.Max(_lastDue, now);
        ring.EndRun(new EndItem(_end, _lastDue) { Reason = reason });
    }

    private void WritePacket(scoped in BatchItem item, OriginClock clock)
    {
        if (_isResuming && !TryResume(item, clock))
        {
            return;
        }

        if (item.ToRingItem(ring, clock, _shift, _lastDue) is PacketItem packet)
        {
            _lastDue = packet.DueAt;
            Add(packet);
        }
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

        if (_isOtherFormat && _format is { } format)
        {
            ring.Publish(new FormatItem(position, _lastDue, format.Headers));
        }

        (_isResuming, _isOther, _isOtherFormat, _behind) = (false, false, false, 0);
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
        _end = packet.Position + packet.Frames;
        _nextNumber = packet.Number + 1;
        DryAt = packet.DueAt + (long)((Int128)packet.Frames * ticksPerSecond / ring.Info.Payload.ClockRate);
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
            Publish(item, clock);
        }
        else
        {
            Cut(item.EndReason, clock.TicksAt(item.DueAt));
        }
    }
}
