using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Radio;

/// <summary>The streams that are heard now: each begins with its first listener and ends with its last. Any thread may ask.</summary>
/// <param name="senders">Gives the length of audio that a stream keeps.</param>
/// <param name="maxBytes">Memory for all streams, calculated from the renditions' bit rates.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs streams that failed.</param>
internal sealed class RadioStreams(SenderPool senders, long maxBytes, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BroadcastRing, Open> _open = [];

    // Keeps no ring of a station that was removed.
    private readonly ConditionalWeakTable<BroadcastRing, RestartPause> _pauses = [];
    private long _reserved;
    private long _missed;
    private long _failures;

    /// <summary>Memory that the streams take now.</summary>
    internal long Allocated
    {
        get
        {
            lock (_gate)
            {
                return _open.Values.Sum(o => o.Log.Allocated);
            }
        }
    }

    /// <summary>Items that were gone from their ring before their stream had them: all of us were too slow.</summary>
    internal long Missed
    {
        get
        {
            lock (_gate)
            {
                return _missed + _open.Values.Sum(o => o.Log.Missed);
            }
        }
    }

    /// <summary>Streams that ended because they could not be written.</summary>
    internal long Failures => Interlocked.Read(ref _failures);

    /// <summary>Joins a stream, starting it if necessary.</summary>
    /// <param name="rendition">The rendition's ring.</param>
    /// <param name="address">The listener's address.</param>
    /// <param name="stream">The stream; disposed by the caller when it stops listening.</param>
    /// <param name="refusal">Why there is no stream.</param>
    internal bool TryOpen(BroadcastRing rendition, IPAddress address, [NotNullWhen(true)] out RadioStream? stream,
        [NotNullWhen(false)] out RadioStreamRefusal? refusal)
    {
        stream = null;
        if (!rendition.TryOpen(new RingRequest(senders.Streams.Burst, address), out RingLease? lease, out RingRefusal? why))
        {
            refusal = RadioStreamRefusal.Of(why);
            return false;
        }

        lock (_gate)
        {
            refusal = null;
            if (!_open.TryGetValue(rendition, out Open? open) || open.Log.HasEnded)
            {
                refusal = TryBegin(rendition, lease, ref open);
                if (refusal is not null)
                {
                    lease.Dispose();
                    return false;
                }
            }

            open!.Listeners++;
            stream = new RadioStream(open.Log, lease, () => Close(rendition, open));
            return true;
        }
    }

    /// <summary>Starts a stream, replacing one that has ended if there is one. Under the lock.</summary>
    private RadioStreamRefusal? TryBegin(BroadcastRing rendition, RingLease lease, ref Open? open)
    {
        if (open is not null)
        {
            // Its listeners keep it until they have received the end.
            Note(rendition, open);
            _open.Remove(rendition);
        }

        long now = time.GetTimestamp();
        if (_pauses.TryGetValue(rendition, out RestartPause? pause) && pause.Left(now) is { } left)
        {
            return RadioStreamRefusal.Paused(rendition.Info.Name, left);
        }

        long size = SizeOf(rendition.Info);
        if (_reserved + size > maxBytes)
        {
            return RadioStreamRefusal.NoBuffer;
        }

        open = new Open(CreateLog(rendition, lease, now), size);
        if (open.Log.Problem is not null)
        {
            Note(rendition, open);
            _pauses.TryGetValue(rendition, out pause);
            return RadioStreamRefusal.Paused(rendition.Info.Name, pause?.Left(now) ?? RestartPause.First);
        }

        pause?.Start(now);
        _open.Add(rendition, open);
        _reserved += size;
        return null;
    }

    private void Close(BroadcastRing rendition, Open open)
    {
        lock (_gate)
        {
            if (--open.Listeners > 0)
            {
                return;
            }

            Note(rendition, open);
            _reserved -= open.Size;
            _missed += open.Log.Missed;
            if (_open.TryGetValue(rendition, out Open? current) && current == open)
            {
                _open.Remove(rendition);
            }
        }
    }

    /// <summary>Counts and says once that a stream could not go on, and leaves its rendition alone for a while. Under the lock.</summary>
    private void Note(BroadcastRing rendition, Open open)
    {
        if (open.Log.Problem is not { } problem || open.IsNoted)
        {
            return;
        }

        open.IsNoted = true;
        _failures++;
        if (!_pauses.TryGetValue(rendition, out RestartPause? pause))
        {
            _pauses.Add(rendition, pause = new RestartPause(time.TimestampFrequency));
            pause.Start(open.Log.StartedAt);
        }

        if (pause.Fail(time.GetTimestamp()))
        {
            logger.StreamFailed(problem, rendition.Info.Station, rendition.Info.Name, pause.Length.TotalSeconds, _failures);
        }
    }

    private long SizeOf(RenditionInfo info) =>
        (long)(info.BitRate / 8 * senders.Streams.Retention.TotalSeconds) + (2 * StreamLog.SegmentLength);

    private StreamLog CreateLog(BroadcastRing rendition, RingLease lease, long now)
    {
        // It starts with the burst's first packet, or, if this lease started the rendition, with the first packet, however late that is.
        long first = rendition.IndexAt(now, senders.Streams.Burst.InTicks(time));
        return new StreamLog(
            rendition, () => rendition.Info.StreamType!.CreateContainer(rendition.Info), Math.Min(first, lease.OpenedAt),
            senders.Streams.Retention, now, time.TimestampFrequency);
    }

    private sealed class Open(StreamLog log, long size)
    {
        public StreamLog Log { get; } = log;

        public long Size { get; } = size;

        public int Listeners { get; set; }

        public bool IsNoted { get; set; }
    }
}

/// <summary>Why a listener gets no stream.</summary>
/// <param name="Reason">The kind.</param>
/// <param name="Text">Advice for the listener.</param>
/// <param name="RetryAfter">When to try again, where that is known.</param>
internal sealed record RadioStreamRefusal(RadioRefusal Reason, string Text, TimeSpan? RetryAfter)
{
    /// <summary>The status to answer. A final refusal is not a 503, after which players try again.</summary>
    internal HttpStatusCode Status { get; private init; } = HttpStatusCode.ServiceUnavailable;

    internal static RadioStreamRefusal NoBuffer { get; } = new(
        RadioRefusal.NoBuffer, "There is no memory for another rendition now. Choose one that others listen to, or a smaller one.", null);

    internal static RadioStreamRefusal TooMuchUntaken { get; } = new(RadioRefusal.TooMuchUntaken, SendMemory.Refusal, null);

    internal static RadioStreamRefusal Of(RingRefusal refusal) => new(
        refusal.Reason switch
        {
            RingRefusalReason.TooManyOnDemand => RadioRefusal.TooManyOnDemand,
            RingRefusalReason.NeverOnDemand => RadioRefusal.NeverOnDemand,
            RingRefusalReason.Paused => RadioRefusal.RenditionFailed,
            _ => RadioRefusal.Unavailable,
        },
        refusal.Text,
        refusal.RetryAfter)
    {
        Status = !refusal.IsFinal ? HttpStatusCode.ServiceUnavailable
            : refusal.Reason is RingRefusalReason.StationEnded ? HttpStatusCode.Gone
            : HttpStatusCode.Forbidden,
    };

    /// <summary>The refusal for a stream that ended before its first audio.</summary>
    internal static RadioStreamRefusal OfEnd(string rendition, DropReason reason) => reason switch
    {
        DropReason.None => new(RadioRefusal.Silent, "The station has no audio yet.", null),
        DropReason.GaveWay => new(
            RadioRefusal.TooManyOnDemand,
            $"{rendition} is made on demand, and gave way to one that another address requested. Choose another rendition, or try again "
                + "later.", null),
        DropReason.ServerStopped => new(RadioRefusal.Unavailable, "The server is stopping.", null),
        _ => Paused(rendition, RestartPause.First),
    };

    internal static RadioStreamRefusal Paused(string rendition, TimeSpan left) =>
        Of(RingRefusal.Paused(rendition, left));
}

/// <summary>One listener's part in a stream. Disposed once.</summary>
/// <param name="log">Its bytes.</param>
/// <param name="lease">Keeps the rendition running.</param>
/// <param name="close">Ends it.</param>
internal sealed class RadioStream(StreamLog log, RingLease lease, Action close) : IDisposable
{
    /// <summary>Its bytes.</summary>
    internal StreamLog Log { get; } = log;

    public void Dispose()
    {
        close();
        lease.Dispose();
    }
}
