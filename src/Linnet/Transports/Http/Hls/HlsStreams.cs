using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Segments;
using Linnet.Clock;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Hls;

/// <summary>
/// The renditions that are heard over HLS now. HLS has no connections: a rendition begins with the first request for it, and ends
/// some time after the last one. Any thread may call.
/// </summary>
/// <param name="times">The length of segments.</param>
/// <param name="patience">How long a rendition runs after the last request for its playlist.</param>
/// <param name="maxBytes">Memory for all segments, calculated from the renditions' bit rates.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs renditions whose segments could not be written.</param>
internal sealed class HlsStreams(SegmentTimes times, TimeSpan patience, long maxBytes, TimeProvider time, ILogger logger)
{
    // Enough for all items that a ring holds.
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(1);

    private const int MaxRemembered = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<BroadcastRing, HlsStream> _open = [];

    // Keeps no ring of a station that was removed.
    private readonly ConditionalWeakTable<BroadcastRing, RestartPause> _pauses = [];
    private readonly ConditionalWeakTable<BroadcastRing, StrongBox<SegmentMark>> _marks = [];
    // The last numbers of stations' renditions by name, for stations that are made again.
    private readonly Dictionary<string, long> _last = [];
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _reserved;
    private long _failures;

    /// <summary>Memory that the segments take now.</summary>
    internal long Allocated => Open.Sum(static stream => stream.Log.Bytes);

    /// <summary>How often segments could not be written.</summary>
    internal long Failures => Interlocked.Read(ref _failures);

    private HlsStream[] Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values];
            }
        }
    }

    /// <summary>Takes part in a rendition, starting it if necessary.</summary>
    /// <param name="rendition">The rendition's ring.</param>
    /// <param name="address">The listener's address.</param>
    /// <param name="stream">The rendition's segments.</param>
    /// <param name="refusal">Why there are none.</param>
    internal bool TryOpen(
        BroadcastRing rendition, IPAddress? address, [NotNullWhen(true)] out HlsStream? stream,
        [NotNullWhen(false)] out RadioStreamRefusal? refusal)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            refusal = null;
            if (_open.TryGetValue(rendition, out stream) && !CanBeReplaced(stream, now))
            {
                stream.AskedAt = now;
                return true;
            }

            long size = SizeOf(rendition.Info);
            refusal = _pauses.TryGetValue(rendition, out RestartPause? pause) && pause.Left(now) is { } left
                ? RadioStreamRefusal.Paused(rendition.Info.Name, left)
                : _reserved + size - (stream?.Size ?? 0) > maxBytes ? RadioStreamRefusal.NoBuffer : null;
            if (refusal is not null)
            {
                return false;
            }

            if (!rendition.TryOpen(new RingRequest(Past, address), out RingLease? lease, out RingRefusal? why))
            {
                refusal = RadioStreamRefusal.Of(why);
                return false;
            }

            if (stream is not null)
            {
                Close(stream);
            }

            pause?.Start(now);
            long first = Math.Min(rendition.IndexAt(now, Past.InTicks(time)), lease.OpenedAt);
            var log = new SegmentLog(
                rendition, rendition.Info.StreamType!.Segments!.CreateContainer, first, times, time,
                _marks.TryGetValue(rendition, out StrongBox<SegmentMark>? mark) ? mark.Value : MarkBehindOthers(rendition.Info));
            stream = new HlsStream(log, lease, times, size);
            rendition.Count(lease, 0);
            _open.Add(rendition, stream);
            _reserved += size;
        }

        _opened.TrySetResult();
        return true;
    }

    /// <summary>Finds a rendition that is served now; <see langword="null"/>: it is not. It does not run longer for this.</summary>
    internal HlsStream? Find(BroadcastRing rendition)
    {
        lock (_gate)
        {
            return _open.GetValueOrDefault(rendition);
        }
    }

    /// <summary>Completes when there is a rendition to bring up to date.</summary>
    internal Task WaitForOneAsync()
    {
        lock (_gate)
        {
            if (_open.Count == 0 && _opened.Task.IsCompleted)
            {
                _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _opened.Task;
        }
    }

    /// <summary>Brings all renditions up to date, and ends those that are no longer requested.</summary>
    /// <param name="listeners">The listeners of each station's renditions.</param>
    internal void Advance(IReadOnlyDictionary<(string Station, string Rendition), int> listeners)
    {
        foreach (HlsStream stream in Open)
        {
            stream.Log.Advance();
            RenditionInfo info = stream.Log.Ring.Info;
            stream.Log.Ring.Count(stream.Lease, listeners.GetValueOrDefault((info.Station, info.Name)));
            lock (_gate)
            {
                Note(stream);
                if (time.GetElapsedTime(stream.AskedAt) > patience
                    && _open.TryGetValue(stream.Log.Ring, out HlsStream? current) && current == stream)
                {
                    Close(stream);
                }
            }
        }
    }

    /// <summary>Ends all.</summary>
    internal void CloseAll()
    {
        lock (_gate)
        {
            foreach (HlsStream stream in Open)
            {
                Close(stream);
            }
        }
    }

    /// <summary>
    /// Whether a new run of the rendition may take the place of one that has ended. The end of a station is final: its listeners hear the
    /// rest.
    /// </summary>
    private bool CanBeReplaced(HlsStream stream, long now)
    {
        Note(stream);
        return stream.Log.Window.HasEnded
            && (stream.Log.EndReason is not DropReason.None || time.GetElapsedTime(stream.AskedAt, now) > patience);
    }

    /// <summary>Where a station's rendition begins, if another station of the same name had it before. Under the lock.</summary>
    private SegmentMark? MarkBehindOthers(RenditionInfo info)
    {
        string name = info.ToString();
        IEnumerable<long> before = _open.Values.Where(stream => stream.Log.Ring.Info.ToString() == name)
            .Select(static stream => stream.Log.LastSequence);
        before = _last.TryGetValue(name, out long last) ? before.Append(last) : before;
        return before.Select(static sequence => (long?)sequence).Max() is { } sequence
            ? SegmentMark.Behind(info, times, sequence) : null;
    }

    private void Close(HlsStream stream)
    {
        if (_open.Remove(stream.Log.Ring))
        {
            _reserved -= stream.Size;
            stream.Lease.Dispose();
            _marks.AddOrUpdate(stream.Log.Ring, new StrongBox<SegmentMark>(stream.Log.Mark));
            if (_last.Count >= MaxRemembered)
            {
                _last.Clear();
            }

            _last[stream.Log.Ring.Info.ToString()] = stream.Log.LastSequence;
        }
    }

    /// <summary>
    /// Counts and says once that segments could not be written, and leaves the rendition alone for a while. Under the lock.
    /// </summary>
    private void Note(HlsStream stream)
    {
        if (stream.Log.Problem is not { } problem || stream.IsNoted)
        {
            return;
        }

        stream.IsNoted = true;
        _failures++;
        BroadcastRing rendition = stream.Log.Ring;
        if (!_pauses.TryGetValue(rendition, out RestartPause? pause))
        {
            _pauses.Add(rendition, pause = new RestartPause(time.TimestampFrequency));
            pause.Start(stream.Log.StartedAt);
        }

        if (pause.Fail(time.GetTimestamp()))
        {
            logger.SegmentsFailed(problem, rendition.Info.Station, rendition.Info.Name, pause.Length.TotalSeconds, _failures);
        }
    }

    private long SizeOf(RenditionInfo info) => (long)(info.BitRate / 8 * times.KeptFor.TotalSeconds);
}
