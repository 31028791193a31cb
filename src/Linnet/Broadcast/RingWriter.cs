using Linnet.Audio;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Broadcast;

/// <summary>
/// Publishes the runs of a rendition to its ring: gives each item its deadline, puts a title before the packet with its first frame, and
/// counts packets that were ready too late. Pure: the caller provides the time. Owned by one thread.
/// </summary>
/// <param name="ring">The ring to publish to. Nothing else publishes to it.</param>
/// <param name="lead">How long before its time on the timeline each packet is due; negative: after it.</param>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
/// <param name="startTime">How long a run's encoder needs to start: packets that are due earlier do not count as late.</param>
internal sealed class RingWriter(BroadcastRing ring, TimeSpan lead, long ticksPerSecond, TimeSpan startTime = default)
{
    /// <summary>A packet that is ready so long after it was due is late: listeners hear it. The jitter of threads is less.</summary>
    internal static readonly TimeSpan LateTime = TimeSpan.FromMilliseconds(20);

    private readonly Queue<(long Position, TrackInfo Track)> _titles = new();
    private readonly long _lead = lead.InTicks(ticksPerSecond);
    private readonly long _lateTicks = LateTime.InTicks(ticksPerSecond);
    private readonly long _startTicks = startTime.InTicks(ticksPerSecond);
    private MediaTimeline _timeline;
    private long _startedAt;
    private long _lastDue = long.MinValue;
    private long _packets;
    private long _latePackets;
    private bool _marker;

    /// <summary>Position of the next packet, if it follows the last one.</summary>
    internal long Position { get; private set; }

    /// <summary>Packets so far, of all runs. Any thread may ask.</summary>
    internal long Packets => Volatile.Read(ref _packets);

    /// <summary>Packets that were ready only after they were due: the encoder was too slow, or its source late. Any thread may
    /// ask.</summary>
    internal long LatePackets => Volatile.Read(ref _latePackets);

    /// <summary>Begins a run.</summary>
    /// <param name="position">Position of its first packet.</param>
    /// <param name="timeline">The map from position to time. Its positions may be at another rate than the ring's.</param>
    /// <param name="now">The current time: items due before are due at once.</param>
    internal void Begin(long position, MediaTimeline timeline, long now)
    {
        Position = position;
        _startedAt = now;
        ring.BeginRun();
        SetTimeline(timeline, soundLost: true);
    }

    /// <summary>Sets the map that holds from the next packet on, and tells listeners.</summary>
    /// <param name="timeline">As for <see cref="Begin"/>.</param>
    /// <param name="soundLost">Whether sound is missing before the next packet.</param>
    internal void SetTimeline(MediaTimeline timeline, bool soundLost)
    {
        _timeline = AtClockRate(timeline);
        _marker |= soundLost;
        ring.Publish(new DiscontinuityItem(Position, DueAt(Position, arrivedAt: null), _timeline));
    }

    /// <summary>As <see cref="SetTimeline"/>, for a change too small to tell.</summary>
    internal void AdjustTimeline(MediaTimeline timeline)
    {
        _timeline = AtClockRate(timeline);
        ring.AdjustTimeline(_timeline);
    }

    /// <summary>Says that another track begins at <paramref name="position"/>, at or after the next packet.</summary>
    internal void SetTitle(long position, TrackInfo track) => _titles.Enqueue((position, track));

    /// <summary>Whether another track begins before <paramref name="position"/> and has not been published yet.</summary>
    internal bool HasTitleBefore(long position) =>
        _titles.TryPeek(out (long Position, TrackInfo Track) title) && title.Position < position;

    /// <summary>Publishes what a decoder needs before the packets from <paramref name="position"/> on.</summary>
    internal void WriteFormat(long position, IReadOnlyList<ReadOnlyMemory<byte>> headers, long? arrivedAt) =>
        ring.Publish(new FormatItem(position, DueAt(position, arrivedAt), headers));

    /// <summary>Publishes a packet, after the titles that begin before its end.</summary>
    /// <param name="packet">The encoded sound; copied.</param>
    /// <param name="position">Position of its first frame.</param>
    /// <param name="frames">Frames in it.</param>
    /// <param name="arrivedAt">For live audio, when it arrived: it is then due at once.</param>
    /// <param name="now">The current time.</param>
    internal void WritePacket(ReadOnlySpan<byte> packet, long position, int frames, long? arrivedAt, long now)
    {
        long due = DueAt(position, arrivedAt);
        while (_titles.TryPeek(out (long Position, TrackInfo Track) title) && title.Position < position + frames)
        {
            ring.Publish(new TitleItem(Math.Max(title.Position, position), due, title.Track));
            _titles.Dequeue();
        }

        ring.Publish(new PacketItem(ring.Framing, _packets, position, frames, _marker, due, packet));
        _marker = false;
        if (due >= _startedAt + _startTicks && now - due > _lateTicks)
        {
            Volatile.Write(ref _latePackets, _latePackets + 1);
        }

        Position = position + frames;
        Volatile.Write(ref _packets, _packets + 1);
    }

    /// <summary>Ends the run: the station ended at <paramref name="position"/>.</summary>
    /// <param name="position">Position after the last frame.</param>
    /// <param name="reason">The reason listeners get, if the station did not end by itself.</param>
    internal void End(long position, DropReason reason)
    {
        ring.Publish(new EndItem(position, DueAt(position, arrivedAt: null)) { Reason = reason });
        _titles.Clear();
    }

    /// <summary>Cuts the run short: listeners get what there is, then the end.</summary>
    internal void Cut(DropReason reason, long now)
    {
        _lastDue = Math.Max(_lastDue, now);
        ring.EndRun(new EndItem(Position, _lastDue) { Reason = reason });
        _titles.Clear();
    }

    /// <summary>Ends the run without an end item: there are no listeners.</summary>
    internal void Rest()
    {
        _titles.Clear();

        // Its titles say nothing of what follows, also to a listener that comes before the next run begins.
        ring.BeginRun();
    }

    /// <summary>When an item is due: never before its predecessor, and no further ahead than there was time for.</summary>
    private long DueAt(long position, long? arrivedAt)
    {
        long onTime = _timeline.DueAt(position);
        _lastDue = Math.Max(_lastDue, arrivedAt ?? Math.Max(onTime - _lead, Math.Min(onTime, _startedAt)));
        return _lastDue;
    }

    private MediaTimeline AtClockRate(MediaTimeline timeline) => timeline with { SampleRate = ring.Info.Payload.ClockRate };
}
