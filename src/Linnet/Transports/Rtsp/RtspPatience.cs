using System.Buffers;

namespace Linnet.Transports.Rtsp;

/// <summary>What a connection is waited for, and since when. Its own task tells; the server judges about once a second.</summary>
/// <param name="options">How long to wait for what.</param>
/// <param name="time">The clock.</param>
internal sealed class RtspPatience(RtspServerOptions options, TimeProvider time)
{
    private const long Never = long.MinValue;

    // The first request must come as soon as a whole one.
    private long _busySince = time.GetTimestamp();
    private long _heardAt = time.GetTimestamp();
    private long _lingersSince = Never;

    /// <summary>What is to be done.</summary>
    internal enum Verdict
    {
        /// <summary>Nothing.</summary>
        Wait,

        /// <summary>A request or an answer takes too long: cut it.</summary>
        TooSlow,

        /// <summary>Nothing was asked for long, and there is no session: cut it.</summary>
        Idle,

        /// <summary>Its station has ended, and it had time to hear the rest: cut it.</summary>
        LingeredEnough,
    }

    /// <summary>When the last request came, in ticks.</summary>
    internal long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>A request has begun, or an answer is not taken at once: from now on it has so long.</summary>
    internal void Start() => Interlocked.CompareExchange(ref _busySince, time.GetTimestamp(), Never);

    /// <summary>That is done.</summary>
    internal void Stop() => Interlocked.Exchange(ref _busySince, Never);

    /// <summary>A request came.</summary>
    internal void Hear() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>Its station has ended.</summary>
    internal void Linger() => Interlocked.CompareExchange(ref _lingersSince, time.GetTimestamp(), Never);

    /// <summary>Whether its station has ended, and the client is given time to play what it has and leave.</summary>
    internal bool Lingers => Volatile.Read(ref _lingersSince) != Never;

    /// <summary>Says what is to be done at <paramref name="now"/>.</summary>
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

    /// <summary>Whether something has begun in what was read: empty lines between messages are no beginning of one.</summary>
    internal static bool Begins(in ReadOnlySequence<byte> buffer) =>
        !buffer.IsEmpty && (buffer.Length >= 8 || buffer.ToArray().AsSpan().ContainsAnyExcept((byte)'\r', (byte)'\n'));
}
