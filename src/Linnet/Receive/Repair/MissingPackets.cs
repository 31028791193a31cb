using Linnet.Clock;

namespace Linnet.Receive.Repair;

/// <summary>
/// Knows which packets are missing, and when to ask for which: as soon as it makes sense, and for as long as an answer can be in time.
/// </summary>
/// <remarks>
/// <para>
/// A packet is asked for when one after it is there and it has not come within the delay of reordering that was seen; and again after each
/// round trip without an answer. Where the path was seen to lose, packets are not waited for until a later one comes, but asked for when
/// they are overdue; and while nothing at all comes, at a faster pace: no answer is then lost twice, and the first request after a burst
/// finds the path open.
/// </para>
/// <para>
/// Source: RFC 4585. Of two members each may send feedback at once (§3.3, immediate mode). Its rate is bounded by itself: 2 ms apart at
/// least, <see cref="PerSecond"/> a second over time, and <see cref="Advance"/> in advance.
/// </para>
/// </remarks>
internal sealed class MissingPackets
{
    /// <summary>Requests a second, on average: at most.</summary>
    internal const int PerSecond = 100;

    /// <summary>Requests that may be sent beyond the average.</summary>
    internal const int Advance = 100;

    private const int Most = 512;
    private const double LeastSpacingSeconds = 0.002;
    private const double FastSpacingSeconds = 0.003;
    private const double LongestSilenceSeconds = 0.5;
    private const double TogetherSeconds = 0.001;

    private readonly List<Entry> _missing = new(Most);
    private readonly RoundTripEstimate _roundTrip;
    private readonly MediaTimeline _media;
    private readonly double _ticksPerSecond;
    private long _newest = long.MinValue;
    private long _newestPosition;
    private long _expected;
    private long _arrivedAt;
    private double _requests = Advance;
    private long _askedAt = long.MinValue / 2;
    private double _tolerance;
    private long _toleranceAt;
    private long _longestTolerance;

    /// <param name="media">The stream's clock.</param>
    /// <param name="roundTrip">To the sender.</param>
    internal MissingPackets(MediaTimeline media, RoundTripEstimate roundTrip)
    {
        _media = media;
        _roundTrip = roundTrip;
        _ticksPerSecond = media.TicksPerSecond;
    }

    /// <summary>Packets asked for, repeats included.</summary>
    internal long Requested { get; private set; }

    /// <summary>Whether anything is missing.</summary>
    internal bool Any => _missing.Count > 0;

    /// <summary>Another stream begins: nothing of the old one is missed.</summary>
    internal void Restart()
    {
        _missing.Clear();
        _newest = long.MinValue;
    }

    /// <summary>Takes a packet that is there now, however it came.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="position">Of its first frame.</param>
    /// <param name="packetFrames">Frames from a packet to the next, if known; else 0.</param>
    /// <param name="now">When it came.</param>
    /// <param name="origin">How.</param>
    internal void OnPacket(long sequence, long position, int packetFrames, long now, PacketOrigin origin)
    {
        _arrivedAt = now;
        bool isFirst = _newest == long.MinValue;
        if (!isFirst && sequence <= _expected)
        {
            Remove(sequence, now, origin);
        }

        if (isFirst)
        {
            (_newest, _newestPosition, _expected) = (sequence, position, sequence);
            return;
        }

        if (sequence <= _newest)
        {
            return;
        }

        // Those that were expected by the clock are on the list already. Of an outage only the end can still be had.
        for (long lost = Math.Max(_expected + 1, sequence - Most); lost < sequence; lost++)
        {
            Add(lost, position - ((sequence - lost) * packetFrames), now);
        }

        for (int i = 0; i < _missing.Count; i++)
        {
            Entry entry = _missing[i];
            if (entry.Sequence < sequence && !entry.IsPassed)
            {
                _missing[i] = entry with { IsPassed = true, PassedAt = now };
            }
        }

        (_newest, _newestPosition) = (sequence, position);
        _expected = Math.Max(_expected, sequence);
    }

    /// <summary>Writes down what is to be asked for by now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="line">When positions arrive.</param>
    /// <param name="targetDelay">How long after that a packet is of use, in ticks.</param>
    /// <param name="packetFrames">Frames from a packet to the next, if known; else 0.</param>
    /// <param name="jitter">How late a packet may be without being missed, in ticks.</param>
    /// <param name="isLossy">Whether the path was seen to lose packets.</param>
    /// <param name="ask">Given each packet to ask for; returns whether it was taken.</param>
    /// <returns>When to come again, at the earliest; <see cref="long.MaxValue"/>: not before something comes.</returns>
    internal long Collect(
        long now, in ArrivalLine line, long targetDelay, int packetFrames, long jitter, bool isLossy, Func<long, bool> ask)
    {
        if (_newest == long.MinValue)
        {
            return long.MaxValue;
        }

        long next = isLossy ? Expect(now, line, packetFrames, jitter) : long.MaxValue;
        long roundTrip = _roundTrip.Ticks ?? 0;
        _longestTolerance = targetDelay / 3;
        for (int i = _missing.Count - 1; i >= 0; i--)
        {
            if (line.ArrivalOf(_missing[i].Position) + targetDelay < now + roundTrip)
            {
                _missing.RemoveAt(i);
            }
        }

        if (_missing.Count == 0)
        {
            return next;
        }

        bool isSilent =
            isLossy && packetFrames > 0 && now > line.ArrivalOf(_newestPosition + packetFrames) + jitter && now - _arrivedAt > jitter;
        long retry = isSilent ? (long)Math.Max(FastSpacingSeconds * _ticksPerSecond, roundTrip / 2) : _roundTrip.RetryAfter;
        long together = (long)(TogetherSeconds * _ticksPerSecond);
        bool isDue = false;
        long earliest = long.MaxValue;
        foreach (Entry entry in _missing)
        {
            long at = DueAt(entry, retry);
            earliest = Math.Min(earliest, at);
            isDue |= at <= now;
        }

        if (!isDue)
        {
            return Math.Min(next, Math.Max(earliest, NextRequestAt));
        }

        if (NextRequestAt is var allowed && allowed > now)
        {
            return Math.Min(next, allowed);
        }

        Take(now);
        earliest = long.MaxValue;
        for (int i = 0; i < _missing.Count; i++)
        {
            Entry entry = _missing[i];
            if (DueAt(entry, retry) <= now + together && ask(entry.Sequence))
            {
                Requested++;
                _missing[i] = entry = entry with { AskedAt = now, Asked = entry.Asked + 1 };
            }

            earliest = Math.Min(earliest, DueAt(entry, retry));
        }

        return Math.Min(next, Math.Max(earliest, NextRequestAt));
    }

    // A request that is due without a newer packet having come was overdue by the clock: that is reason enough.
    private long DueAt(in Entry entry, long retry) => entry.Asked > 0 ? entry.AskedAt + retry
        : entry.IsPassed ? entry.PassedAt + Math.Min((long)_tolerance, _longestTolerance)
        : entry.MissedAt;

    // Puts on the list what should have come by now, and says when the next one should.
    private long Expect(long now, in ArrivalLine line, int packetFrames, long jitter)
    {
        if (packetFrames == 0 || now - _arrivedAt > LongestSilenceSeconds * _ticksPerSecond)
        {
            return long.MaxValue;
        }

        while (true)
        {
            long position = _newestPosition + ((_expected + 1 - _newest) * packetFrames);
            long overdueAt = Math.Max(line.ArrivalOf(position), _expected == _newest ? _arrivedAt : long.MinValue) + jitter;
            if (overdueAt > now)
            {
                return overdueAt;
            }

            Add(++_expected, position, now);
        }
    }

    private void Add(long sequence, long position, long now)
    {
        if (_missing.Count == Most)
        {
            _missing.RemoveAt(0);
        }

        _missing.Add(new Entry(sequence, position, now));
    }

    private void Remove(long sequence, long now, PacketOrigin origin)
    {
        for (int i = 0; i < _missing.Count; i++)
        {
            Entry entry = _missing[i];
            if (entry.Sequence != sequence)
            {
                continue;
            }

            _missing.RemoveAt(i);
            if (origin is PacketOrigin.Retransmission && entry.Asked == 1)
            {
                _roundTrip.Sample(now - entry.AskedAt);
            }
            else if (origin is PacketOrigin.Network && entry.IsPassed)
            {
                Tolerate(now - entry.PassedAt, now);
            }

            return;
        }
    }

    // Half as much every ten seconds in which nothing was overtaken for so long.
    private void Tolerate(long delay, long now)
    {
        double kept = _tolerance * Math.Pow(0.5, (now - _toleranceAt) / (10 * _ticksPerSecond));
        _tolerance = Math.Max(kept, delay * 1.25);
        _toleranceAt = now;
    }

    private long NextRequestAt => _askedAt + (long)((_requests >= 1 ? LeastSpacingSeconds : 1.0 / PerSecond) * _ticksPerSecond);

    private void Take(long now)
    {
        _requests = Math.Min(Advance, _requests + ((now - Math.Max(_askedAt, 0)) / _ticksPerSecond * PerSecond)) - 1;
        _askedAt = now;
    }

    private readonly record struct Entry(long Sequence, long Position, long MissedAt)
    {
        internal bool IsPassed { get; init; }

        internal long PassedAt { get; init; }

        internal int Asked { get; init; }

        internal long AskedAt { get; init; }
    }
}

/// <summary>How a packet came.</summary>
internal enum PacketOrigin
{
    /// <summary>As it was sent first.</summary>
    Network,

    /// <summary>Because it was asked for.</summary>
    Retransmission,

    /// <summary>As a copy in another.</summary>
    Copy,
}
