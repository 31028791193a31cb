using System.Buffers;

namespace Linnet.Transports.Rtsp;

/// <summary>What a connection is waited for, and since when. Its own task reports; the server checks about once a second.</summary>
/// <param name="options">The timeouts.</param>
/// <param name="time">The clock.</param>
internal sealed class RtspPatience(RtspServerOptions options, TimeProvider time)
{
    private const long Never = long.MinValue;

    // The first request has the same timeout as a whole one.
    private long _busySince = time.GetTimestamp();
    private long _heardAt = time.GetTimestamp();
    private long _lingersSince = Never;

    /// <summary>The result of a check.</summary>
    internal enum Verdict
    {
        /// <summary>Nothing to do.</summary>
        Wait,

        /// <summary>A request or response takes too long: close the connection.</summary>
        TooSlow,

        /// <summary>No request for too long, and no session: close the connection.</summary>
        Idle,

        /// <summary>The station has ended, and the client had time to play the rest: close the connection.</summary>
        LingeredEnough,
    }

    /// <summary>When the last request arrived, in ticks.</summary>
    internal long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>Starts the timeout of a request that has begun, or of a response that was not sent at once.</summary>
    internal void Start() => Interlocked.CompareExchange(ref _busySince, time.GetTimestamp(), Never);

    /// <summary>Stops this timeout.</summary>
    internal void Stop() => Interlocked.Exchange(ref _busySince, Never);

    /// <summary>Records that a request arrived.</summary>
    internal void Hear() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>Records that the station has ended.</summary>
    internal void Linger() => Interlocked.CompareExchange(ref _lingersSince, time.GetTimestamp(), Never);

    /// <summary>Whether the station has ended and the client has time to play the rest and leave.</summary>
    internal bool Lingers => Volatile.Read(ref _lingersSince) != Never;

    /// <summary>Checks the timeouts at <paramref name="now"/>.</summary>
    internal Verdict Judge(long now, bool hasSessions)
    {
        long busySince = Volatile.Read(ref _busySince);
        long lingersSince = Volatile.Read(ref _lingersSince);
        if (busySince != Never && Since(busySince) > options.RequestTimeout)
        {
            return Verdict.TooSlow;
        }

        if (lingersSince != Never)
        {
            return Since(lingersSince) > options.EndLinger ? Verdict.LingeredEnough : Verdict.Wait;
        }

        return !hasSessions && Since(HeardAt) > options.IdleTimeout ? Verdict.Idle : Verdict.Wait;

        TimeSpan Since(long instant) => time.GetElapsedTime(instant, now);
    }

    /// <summary>Whether a message has begun in the buffer: empty lines between messages do not count.</summary>
    internal static bool Begins(in ReadOnlySequence<byte> buffer) =>
        !buffer.IsEmpty && (buffer.Length >= 8 || buffer.ToArray().AsSpan().ContainsAnyExcept((byte)'\r', (byte)'\n'));
}
