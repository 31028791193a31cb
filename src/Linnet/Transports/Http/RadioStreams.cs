using System.Diagnostics.CodeAnalysis;
using Linnet.Broadcast;

namespace Linnet.Transports.Http;

/// <summary>The streams that are heard now: each begins with its first listener and ends with its last. Any thread may ask.</summary>
/// <param name="senders">Says how much a stream keeps.</param>
/// <param name="maxBytes">Memory for all, by what the renditions' bit rates come to.</param>
/// <param name="time">The clock.</param>
internal sealed class RadioStreams(SenderPool senders, long maxBytes, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamRendition, Open> _open = new(ReferenceEqualityComparer.Instance);
    private long _reserved;

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

    /// <summary>Takes part in a stream, starting it if need be.</summary>
    /// <param name="rendition">Which.</param>
    /// <param name="stream">Disposed when there is no more interest in it.</param>
    /// <param name="refusal">Why not.</param>
    internal bool TryOpen(StreamRendition rendition, [NotNullWhen(true)] out RadioStream? stream, out RadioRefusal refusal)
    {
        stream = null;
        refusal = RadioRefusal.Unavailable;
        if (!rendition.Ring.TryOpen(senders.Streams.Burst, out RingLease? lease))
        {
            return false;
        }

        lock (_gate)
        {
            if (!_open.TryGetValue(rendition, out Open? open))
            {
                long size = SizeOf(rendition.Ring.Info);
                if (_reserved + size > maxBytes)
                {
                    lease.Dispose();
                    refusal = RadioRefusal.NoBuffer;
                    return false;
                }

                try
                {
                    open = new Open(CreateLog(rendition, lease), size);
                }
                catch
                {
                    lease.Dispose();
                    throw;
                }

                _open.Add(rendition, open);
                _reserved += size;
            }

            open.Listeners++;
            stream = new RadioStream(this, rendition, open.Log, lease);
            return true;
        }
    }

    internal void Close(StreamRendition rendition)
    {
        lock (_gate)
        {
            Open open = _open[rendition];
            if (--open.Listeners == 0)
            {
                _open.Remove(rendition);
                _reserved -= open.Size;
            }
        }
    }

    private long SizeOf(RenditionInfo info) =>
        (long)(info.BitRate / 8 * senders.Streams.Retention.TotalSeconds) + (2 * StreamLog.SegmentLength);

    private StreamLog CreateLog(StreamRendition rendition, RingLease lease)
    {
        // With the burst's first packet; and if this lease started the rendition, with the first there is, however late this comes.
        long now = time.GetTimestamp();
        long first = rendition.Ring.IndexAt(now, (long)(senders.Streams.Burst.TotalSeconds * time.TimestampFrequency));
        return new StreamLog(
            rendition.Ring, rendition.CreateContainer(), Math.Min(first, lease.OpenedAt), senders.Streams.Retention, now, time.TimestampFrequency);
    }

    private sealed class Open(StreamLog log, long size)
    {
        public StreamLog Log { get; } = log;

        public long Size { get; } = size;

        public int Listeners { get; set; }
    }
}

/// <summary>One listener's part in a stream. Disposed once.</summary>
/// <param name="streams">Where it is.</param>
/// <param name="rendition">Of which rendition.</param>
/// <param name="log">Its bytes.</param>
/// <param name="lease">Keeps the rendition running.</param>
internal sealed class RadioStream(RadioStreams streams, StreamRendition rendition, StreamLog log, RingLease lease) : IDisposable
{
    /// <summary>Its bytes.</summary>
    internal StreamLog Log { get; } = log;

    public void Dispose()
    {
        streams.Close(rendition);
        lease.Dispose();
    }
}
