using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Broadcast.Segments;

/// <summary>
/// A rendition cut into segments at fixed positions: segment <c>n</c> begins with the first packet at or after <c>n</c> times the length of
/// a segment. So every server that has the rendition's packets makes the same segments under the same names.
/// </summary>
/// <remarks>
/// Media sequence numbers count from a fixed date: after a restart of the server they go on, and players follow. A new encoding within a
/// segment cuts it, and from then on each number is one higher. Any thread may bring the log up to date; one does at a time.
/// <see cref="Window"/> is read without a lock.
/// </remarks>
internal sealed class SegmentLog
{
    // Packets that are passed on may lie a little beside those before them.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(100);

    // Numbers of discontinuities grow with each restart, but are not large: hls.js has an array of that length, which WebKit copies for
    // each segment.
    private static readonly TimeSpan DiscontinuityTime = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly SegmentTimes _times;
    private readonly TimeProvider _time;
    private readonly ISegmentContainer? _container;
    private readonly int _rate;
    private readonly long _length;
    private readonly long _tolerance;
    private readonly long _firstSequence;
    private readonly SegmentMark _after;
    private readonly int _target;
    private readonly List<PacketItem> _packets = [];
    private readonly List<Segment> _segments = [];
    private readonly List<SegmentTitle> _titles = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SegmentWindow _window = SegmentWindow.Empty;
    private long _next;
    private long? _number;
    private int _part;
    private long _cuts;
    private long _discontinuities;
    private long _end;
    private bool _isDamaged;
    private bool _isDiscontinuity;
    private bool _hasEnded;
    private bool _isFinal;

    /// <summary>Creates an empty log.</summary>
    /// <param name="ring">The rendition's packets.</param>
    /// <param name="container">Creates what writes the segments; called at once. If it fails, that is the log's
    /// <see cref="Problem"/>.</param>
    /// <param name="firstIndex">Index in the ring of the first item to read.</param>
    /// <param name="times">The length of segments, and how many there are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="after">Where an earlier log of the same ring ended: this one makes no segment again. Default: there was none.</param>
    internal SegmentLog(
        BroadcastRing ring, Func<RenditionInfo, ISegmentContainer> container, long firstIndex, SegmentTimes times, TimeProvider time,
        SegmentMark? after = null)
    {
        Ring = ring;
        StartedAt = time.GetTimestamp();
        _next = firstIndex;
        _times = times;
        _time = time;
        _rate = ring.Info.Payload.ClockRate;
        _length = (long)(times.Length.Ticks * (Int128)_rate / TimeSpan.TicksPerSecond);
        _tolerance = (long)(Tolerance.TotalSeconds * _rate);
        _after = after ?? SegmentMark.None;
        _cuts = _after.Cuts;
        _firstSequence = times.SequenceAt(ring.Info.Began) + _after.Offset;
        _discontinuities = ((ring.Info.Began - RenditionInfo.Epoch).Ticks / DiscontinuityTime.Ticks) + _after.Offset;
        _target = times.TargetFor(ring.Info);
        try
        {
            _container = container(ring.Info);
            if (ring.FormatBefore(firstIndex) is { } format)
            {
                _container.Take(format, out _);
            }

            if (ring.TitleBefore(firstIndex) is { } title)
            {
                _titles.Add(new SegmentTitle(title.Position, WallClockOf(title), title.Track));
            }
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

    /// <summary>The segments there are now.</summary>
    internal SegmentWindow Window => Volatile.Read(ref _window);

    /// <summary>The error that ended the log, if any.</summary>
    internal Exception? Problem { get; private set; }

    /// <summary>Why the rendition ended, for those who listen.</summary>
    internal DropReason EndReason { get; private set; }

    /// <summary>Where the next log of the ring goes on.</summary>
    internal SegmentMark Mark =>
        new(_number is not long number ? _after.Number : _part > 0 ? number : number - 1, _cuts, _after.Offset);

    /// <summary>The highest media sequence number that it may have used.</summary>
    internal long LastSequence => SequenceOf(_number ?? Math.Max(0, _after.Number));


    /// <summary>Bytes of the segments.</summary>
    internal long Bytes => Window.Kept.Sum(static segment => (long)segment.Bytes.Length);

    /// <summary>Completes when <see cref="Window"/> is no longer the given one.</summary>
    internal Task WhenNotAsync(SegmentWindow window)
    {
        Task changed = Volatile.Read(ref _changed).Task;
        return ReferenceEquals(window, Window) ? changed : Task.CompletedTask;
    }

    /// <summary>Takes what has become due, unless another thread is doing so.</summary>
    internal void Advance()
    {
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            long now = _time.GetTimestamp();
            while (!_hasEnded && TryNext(now, out RingItem? item))
            {
                Take(item);
                _next++;
            }
        }
        catch (Exception e)
        {
            // A container that fails, perhaps on pushed audio, ends this log and nothing else.
            Fail(e);
        }
        finally
        {
            _gate.Exit();
        }
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

            // The ring was overwritten before it was read. The log continues with what is left; the hole becomes a gap.
            long missedFrom = _next;
            _next = Math.Max(missedFrom + 1, head - Ring.Capacity);
            while (_next < head && !Ring.TryGet(_next, out item))
            {
                _next++;
            }

            if (Ring.FormatBefore(_next) is { } format && format.Index >= missedFrom)
            {
                Take(format);
            }

            if (Ring.TitleBefore(_next) is { } title && title.Index >= missedFrom)
            {
                Take(title);
            }
        }

        return item is not null && item.DueAt <= now;
    }

    private void Take(RingItem item)
    {
        switch (item)
        {
            case PacketItem packet:
                Take(packet);
                break;
            case FormatItem format:
                if (_container!.Take(format, out SegmentHead? before))
                {
                    Cut(before);
                }

                break;
            case TitleItem title when title.Track != _titles.LastOrDefault()?.Track:
                _titles.RemoveAll(before => before.Position == title.Position);
                _titles.Add(new SegmentTitle(title.Position, WallClockOf(title), title.Track));
                break;
            case EndItem end:
                // What a run that was cut short has of a segment, the next run has whole.
                _isFinal = end.Reason is DropReason.None;
                if (_isFinal && _packets.Count > 0)
                {
                    Close(_container!.Head, isWhole: false);
                }

                EndReason = end.Reason;
                _hasEnded = true;
                Publish();
                break;
        }
    }

    private void Take(PacketItem packet)
    {
        long number = NumberAt(packet.Position);
        if (_number is null)
        {
            // A log begins with a whole segment: one whose beginning is missing would not be the same everywhere.
            if ((packet.Position - packet.Frames >= number * _length && packet.Position - packet.Frames >= 0) || number <= _after.Number)
            {
                return;
            }

            // The first segment of the station follows one of an earlier start, if any: for players a discontinuity.
            _number = number;
            _isDiscontinuity = number == 0;
            _discontinuities += number == 0 ? 0 : 1 + _cuts;
        }
        else if (number > _number)
        {
            Close(_container!.Head, isWhole: true);
            Publish();
            FillTo(number);
        }

        // Of a segment the first packet begins up to a packet's length after the segment's own beginning.
        PacketItem? last = _packets.Count > 0 ? _packets[^1] : null;
        long latest = last is not null ? last.Position + last.Frames : _part > 0 ? _end : (number * _length) + packet.Frames;
        _isDamaged |= packet.Position - latest > _tolerance;
        _packets.Add(packet);
        _end = packet.Position + packet.Frames;
    }

    /// <summary>Another encoding begins: what there is of the segment is one by itself, and the rest another.</summary>
    private void Cut(SegmentHead? before)
    {
        if (_number is null)
        {
            return;
        }

        Close(before, isWhole: false);
        _cuts++;
        _part++;
        _isDiscontinuity = true;
        Publish();
    }

    /// <summary>Completes the segment.</summary>
    /// <param name="head">What a decoder needs before it.</param>
    /// <param name="isWhole">Whether it should reach to the next.</param>
    private void Close(SegmentHead? head, bool isWhole)
    {
        if (_number is not long number)
        {
            return;
        }

        TimeSpan duration = TimeSpan.FromSeconds(_packets.Sum(static packet => (long)packet.Frames) / (double)_rate);
        PacketItem? last = _packets.Count > 0 ? _packets[^1] : null;
        if (last is null || _isDamaged || (isWhole && ((number + 1) * _length) - (last.Position + last.Frames) > _tolerance)
            || Math.Round(duration.TotalSeconds, MidpointRounding.AwayFromZero) > _target)
        {
            AddGap(number, last is null ? TimeSpan.FromMilliseconds(1) : _times.Length);
        }
        else
        {
            var output = new ArrayBufferWriter<byte>(_packets.Sum(static packet => packet.Payload.Length + 16) + 1024);
            _container!.Write(number, _packets, output);
            _segments.Add(new Segment(
                SequenceOf(number), NameOf(number), _packets[0].Position, WallClockOf(_packets[0]), duration, output.WrittenMemory, head,
                _isDiscontinuity));
            _discontinuities += _isDiscontinuity ? 1 : 0;
            _isDiscontinuity = false;
        }

        _packets.Clear();
        _isDamaged = false;
    }

    /// <summary>Begins a segment; those between, whose audio is missing, are gaps.</summary>
    private void FillTo(long number)
    {
        _part = 0;
        long missing = number - _number!.Value - 1;
        if (missing > _times.Kept)
        {
            // No player could continue with the old ones.
            _segments.Clear();
            missing = 0;
        }

        for (; missing > 0; missing--)
        {
            AddGap(number - missing, _times.Length);
        }

        _number = number;
    }

    private void AddGap(long number, TimeSpan duration)
    {
        Segment? last = _segments.LastOrDefault();
        DateTimeOffset at = last is null ? _time.GetUtcNow() - duration : last.At + last.Duration;
        _segments.Add(new Segment(
            SequenceOf(number), NameOf(number), number * _length, at, duration, default, last?.Head, IsDiscontinuity: false));
    }

    private void Publish()
    {
        _segments.RemoveRange(0, Math.Max(0, _segments.Count - _times.Kept));
        int listed = Math.Min(_segments.Count, _times.Listed);
        Segment[] kept = [.. _segments];
        ReadOnlySpan<Segment> list = kept.AsSpan(kept.Length - listed);
        int within = 0;
        foreach (Segment segment in list)
        {
            within += segment.IsDiscontinuity ? 1 : 0;
        }

        if (listed > 0)
        {
            // Of the titles before the list, the last one plays at its beginning.
            while (_titles.Count > 1 && _titles[1].Position <= list[0].Position)
            {
                _titles.RemoveAt(0);
            }
        }

        Volatile.Write(
            ref _window, new SegmentWindow(kept, listed, _discontinuities - within, [.. _titles], _hasEnded) { IsFinal = _isFinal });
        TaskCompletionSource before = Interlocked.Exchange(
            ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        before.TrySetResult();
    }

    private void Fail(Exception problem)
    {
        Problem = problem;
        EndReason = DropReason.RenditionFailed;
        _hasEnded = true;
        Publish();
    }

    private long SequenceOf(long number) => _firstSequence + number + _cuts;

    private long NumberAt(long position) => Math.Max(0, position) / _length;

    private string NameOf(long number) => _part == 0
        ? number.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{number}-{_part}");

    private DateTimeOffset WallClockOf(RingItem item) =>
        _time.GetUtcNow() - _time.GetElapsedTime(item.DueAt, _time.GetTimestamp());
}
