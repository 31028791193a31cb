using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Clock;

namespace Linnet.Broadcast.Streams;

/// <summary>
/// The bytes of a rendition as one stream, in its HTTP container: made once, when due, for all listeners. A listener is an offset into it.
/// </summary>
/// <remarks>
/// Any thread may bring it up to date; one does at a time, and no thread waits for another. All else is read without a lock: bytes are
/// never overwritten, and those older than the retention are dropped. A reader that is too slow finds them gone.
/// </remarks>
internal sealed class StreamLog
{
    internal const int SegmentLength = 1 << SegmentShift;

    private const int SegmentShift = 16;
    private const int LeastSegments = 4;

    /// <summary>The lower bound of the byte limit: room for packets passed on at a higher rate than the encoder's.</summary>
    private const long LeastMaxBytes = 16 << 20;

    // The least time between two looks into the ring: listeners are written to much less often.
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly IStreamContainer? _container;
    private readonly StreamEntries _entries;
    private readonly DueClock _clock;
    private readonly long _ticksPerSecond;
    private readonly long _maxBytes;
    private readonly long _retention;
    private readonly long _pause;
    private byte[]?[] _segments = new byte[]?[LeastSegments];
    private ReadOnlyMemory<byte> _head;
    private byte[] _pinnedHead = [];
    private StreamTitle? _title;
    private TitleItem? _nextTitle;
    private long _firstSegment;
    private long _next;
    private long _nextLook = long.MinValue;
    private long _end;
    private long _kept;
    private long _due;
    private long _missed;
    private int _endReason;
    private bool _hasEnded;

    /// <summary>Creates an empty log.</summary>
    /// <param name="ring">The rendition's packets.</param>
    /// <param name="container">
    /// Creates what writes the packets as a stream; called at once. If it fails, that is the log's <see cref="Problem"/>.
    /// </param>
    /// <param name="firstIndex">Index in the ring at which the stream begins.</param>
    /// <param name="retention">How long bytes are kept after they were due.</param>
    /// <param name="now">When the log is created, in ticks.</param>
    /// <param name="ticksPerSecond">Frequency of the ticks.</param>
    internal StreamLog(
        BroadcastRing ring, Func<IStreamContainer> container, long firstIndex, TimeSpan retention, long now, long ticksPerSecond)
    {
        Ring = ring;
        StartedAt = now;
        _next = firstIndex;
        _clock = new DueClock(ticksPerSecond);
        _ticksPerSecond = ticksPerSecond;
        _maxBytes = Math.Max(LeastMaxBytes, (long)(4 * retention.TotalSeconds * ring.Info.BitRate / 8));
        _retention = retention.InTicks(ticksPerSecond);
        _pause = Pause.InTicks(ticksPerSecond);
        _entries = new StreamEntries(retention / ring.Info.PacketTime * 1.5, _retention);
        try
        {
            _container = container();
            PutInForce();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    /// <summary>The rendition's packets.</summary>
    internal BroadcastRing Ring { get; }

    /// <summary>When the log was created, in ticks.</summary>
    internal long StartedAt { get; }

    /// <summary>Length of the stream so far, in bytes: all of them were due.</summary>
    internal long End => Volatile.Read(ref _end);

    /// <summary>Bytes that were due within the retention; fewer while the log is young.</summary>
    internal long Kept => Volatile.Read(ref _kept);

    /// <summary>Whether the station has ended, or the log has failed: <see cref="End"/> is final.</summary>
    internal bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>What the listeners are told at the end.</summary>
    internal DropReason EndReason => (DropReason)Volatile.Read(ref _endReason);

    /// <summary>The error that ended the log, if any.</summary>
    internal Exception? Problem { get; private set; }

    /// <summary>Packets that are in the log, or were.</summary>
    internal long Count => _entries.Count;

    /// <summary>Packets that were due so far by the clock, whether they arrived or not.</summary>
    internal long Due => Volatile.Read(ref _due);

    /// <summary>Items that left the ring before the log read them.</summary>
    internal long Missed => Volatile.Read(ref _missed);

    /// <summary>Index in the ring of the next item to read.</summary>
    internal long NextIndex => Volatile.Read(ref _next);

    /// <summary>Memory of the bytes it keeps.</summary>
    internal long Allocated => SegmentLength * (((End + SegmentLength - 1) >> SegmentShift) - Volatile.Read(ref _firstSegment));

    /// <summary>Appends what has become due, unless another thread is doing so.</summary>
    internal void Advance(long now)
    {
        if (now < Volatile.Read(ref _nextLook) || !_gate.TryEnter())
        {
            return;
        }

        try
        {
            AppendDue(now);
            Trim(now);
            Volatile.Write(ref _nextLook, now + _pause);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// The packet that contains the byte at <paramref name="offset"/>, or is the next to be written; <see langword="null"/> if it was
    /// dropped or there is none.
    /// </summary>
    internal StreamEntry? EntryAt(long offset) => _entries.Get(_entries.CountBefore(offset + 1, byDue: false) - 1);

    /// <summary>The first packet that begins after <paramref name="offset"/>.</summary>
    internal StreamEntry? EntryBehind(long offset) => _entries.Get(_entries.CountBefore(offset + 1, byDue: false));

    /// <summary>
    /// The first packet that was due at <paramref name="instant"/> or later, or the last one. <see langword="null"/> if there is none yet.
    /// </summary>
    internal StreamEntry? EntryDueFrom(long instant)
    {
        long count = _entries.CountBefore(instant, byDue: true);
        return _entries.Get(count) ?? _entries.Get(count - 1);
    }

    /// <summary>The title in force at the byte at <paramref name="offset"/>; <see langword="null"/> if none is known.</summary>
    internal StreamTitle? TitleAt(long offset)
    {
        StreamTitle? title = Volatile.Read(ref _title);
        while (title is not null && title.Offset > offset)
        {
            title = title.Previous;
        }

        return title;
    }

    /// <summary>
    /// The contiguous bytes from <paramref name="offset"/> on, at most up to <paramref name="end"/>; empty if they were dropped.
    /// </summary>
    internal StreamPiece Read(long offset, long end)
    {
        byte[]?[] segments = Volatile.Read(ref _segments);
        long segment = offset >> SegmentShift;
        int start = (int)(offset & (SegmentLength - 1));
        byte[]? bytes = Volatile.Read(ref segments[segment & (segments.Length - 1)]);

        // First read the bytes, then check that they were still the right ones.
        Interlocked.MemoryBarrier();
        return bytes is null || segment < Volatile.Read(ref _firstSegment)
            ? default
            : new StreamPiece(bytes, start, (int)Math.Min(end - offset, SegmentLength - start));
    }

    private void AppendDue(long now)
    {
        try
        {
            while (!_hasEnded && TryNext(now, out RingItem? item))
            {
                Append(item);
                Volatile.Write(ref _next, _next + 1);
            }

            Volatile.Write(ref _due, _due + _clock.Pass(now));
        }
        catch (Exception e)
        {
            // A container that fails, perhaps on pushed audio, ends this stream; the sender thread continues with all others.
            Fail(e);
        }
    }

    private void Fail(Exception problem)
    {
        Problem = problem;
        Volatile.Write(ref _endReason, (int)DropReason.RenditionFailed);
        Volatile.Write(ref _hasEnded, true);
    }

    /// <summary>Passes the container what was in force before the first item.</summary>
    private void PutInForce()
    {
        if (Ring.FormatBefore(_next) is FormatItem format)
        {
            _container!.Write(format, _scratch);
        }

        if (Ring.TitleBefore(_next) is TitleItem title)
        {
            _container!.Write(title, _scratch);
            _title = new StreamTitle(title.Track, 0, null);
        }

        // There are no listeners yet: new listeners get it with the head.
        _scratch.ResetWrittenCount();
    }

    private bool TryNext(long now, [NotNullWhen(true)] out RingItem? item)
    {
        // The head is read first: items published after it were not missed.
        long head = Ring.Head;
        if (!Ring.TryGet(_next, out item))
        {
            if (_next >= head)
            {
                return false;
            }

            // The ring was overwritten before any thread read it: all were away for its whole length. The log continues with what is left.
            long missedFrom = _next;
            Volatile.Write(ref _next, Math.Max(missedFrom + 1, Ring.IndexAt(now, _retention)));
            Volatile.Write(ref _missed, _missed + _next - missedFrom);
            AppendIfMissed(Ring.FormatBefore(_next), missedFrom);
            AppendIfMissed(Ring.TitleBefore(_next), missedFrom);
            if (!Ring.TryGet(_next, out item))
            {
                return false;
            }
        }

        return item.DueAt <= now;
    }

    private void AppendIfMissed(RingItem? item, long missedFrom)
    {
        if (item is not null && item.Index >= missedFrom)
        {
            Append(item);
        }
    }

    private void Append(RingItem item)
    {
        byte[] head = PinnedHead();
        _container!.Write(item, _scratch);
        ReadOnlySpan<byte> bytes = _scratch.WrittenSpan;
        if (item is TitleItem title)
        {
            _nextTitle = title;
        }

        if (item is PacketItem packet)
        {
            Tell(packet, bytes.Length);
            long due = _clock.Take(item.DueAt, (long)((Int128)packet.Frames * _ticksPerSecond / Ring.Info.Payload.ClockRate));
            Volatile.Write(ref _due, _due + due);
            _entries.Add(new StreamEntry(_entries.Count, _end, item.DueAt, head, _due - 1 - _clock.Owed));
        }

        long end = _end;
        while (!bytes.IsEmpty)
        {
            Span<byte> room = Room(end);
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            end += count;
        }

        _scratch.ResetWrittenCount();
        Volatile.Write(ref _end, end);
        if (item is EndItem last)
        {
            _clock.End();
            Volatile.Write(ref _endReason, (int)last.Reason);
            Volatile.Write(ref _hasEnded, true);
        }
    }

    private byte[] PinnedHead()
    {
        if (!_container!.Head.Equals(_head))
        {
            _head = _container!.Head;
            _pinnedHead = _head.IsEmpty ? [] : StreamPiece.Copy(_head.Span);
        }

        return _pinnedHead;
    }

    /// <summary>Puts a title at the byte where its audio begins, which may be within the packet.</summary>
    private void Tell(PacketItem packet, int length)
    {
        if (_nextTitle is not null)
        {
            long within = Math.Clamp(_nextTitle.Position - packet.Position, 0, packet.Frames);
            long offset = _end + (packet.Frames == 0 ? 0 : within * length / packet.Frames);
            Volatile.Write(ref _title, new StreamTitle(_nextTitle.Track, offset, _title));
            _nextTitle = null;
        }
    }

    /// <summary>The place of the byte at <paramref name="end"/>, up to the end of its segment.</summary>
    private Span<byte> Room(long end)
    {
        long segment = end >> SegmentShift;
        if (segment - _firstSegment >= _segments.Length)
        {
            Grow();
        }

        ref byte[]? slot = ref _segments[segment & (_segments.Length - 1)];
        int start = (int)(end & (SegmentLength - 1));
        if (start == 0 || slot is null)
        {
            Volatile.Write(ref slot, StreamPiece.Allocate(SegmentLength));
        }

        return slot.AsSpan(start);
    }

    private void Grow()
    {
        byte[]?[] larger = new byte[]?[_segments.Length * 2];
        for (long segment = _firstSegment; segment < _firstSegment + _segments.Length; segment++)
        {
            larger[segment & (larger.Length - 1)] = _segments[segment & (_segments.Length - 1)];
        }

        Volatile.Write(ref _segments, larger);
    }

    /// <summary>Drops what is too old, or too much. The last packet stays.</summary>
    private void Trim(long now)
    {
        while (_entries.Oldest is { } entry && (entry.DueAt < now - _retention || _end - entry.Offset > _maxBytes)
            && _entries.TryDropOldest())
        {
        }

        if (_entries.Oldest is not StreamEntry oldest)
        {
            return;
        }

        Volatile.Write(ref _kept, _end - oldest.Offset);
        for (StreamTitle? title = _title; title is not null; title = title.Previous)
        {
            if (title.Offset <= oldest.Offset)
            {
                title.Previous = null;
            }
        }

        while (_firstSegment < oldest.Offset >> SegmentShift)
        {
            long gone = _firstSegment;
            Volatile.Write(ref _firstSegment, gone + 1);
            Interlocked.MemoryBarrier();
            Volatile.Write(ref _segments[gone & (_segments.Length - 1)], null);
        }
    }
}
