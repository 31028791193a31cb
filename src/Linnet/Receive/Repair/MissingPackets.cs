using Linnet.Clock;

namespace Linnet.Receive.Repair;

/// <summary>
/// Tracks missing packets and decides when to request each: as early as it makes sense, and as long as an answer can be in time.
/// </summary>
/// <remarks>
/// <para>
/// A packet is requested when a later one has arrived and the observed reordering delay has passed, and again after each round trip
/// without an answer. On a path known to lose packets, a request does not wait for a later packet: it is sent when the packet is
/// overdue. While nothing at all arrives, requests are sent at a faster pace, so that a loss of the answer costs little and the first
/// request after a burst gets through.
/// </para>
/// <para>
/// Source: RFC 4585. With two members, each may send feedback at once (§3.3, immediate mode). The rate is limited here: at least 2 ms
/// apart, <see cref="PerSecond"/> a second on average, and <see cref="Advance"/> more in a burst.
/// </para>
/// </remarks>
internal sealed class MissingPackets
{
    /// <summary>The most requests per second, on average.</summary>
    internal const int PerSecond = 100;

    /// <summary>How many requests may exceed the average in a burst.</summary>
    internal const int Advance = 100;

    private const int Most = 512;
    private const double LeastSpacingSeconds = 0.002;
    private const double FastSpacingSeconds = 0.003;
    private const double LongestSilenceSeconds = 0.5;
    private const double TogetherSeconds = 0.001;

    private readonly List<Entry> _missing = new(Most);
    private readonly RoundTripEstimate _roundTrip;
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
    /// <param name="roundTrip">The round trip to the sender.</param>
    internal MissingPackets(MediaTimeline media, RoundTripEstimate roundTrip)
    {
        _roundTrip = roundTrip;
        _ticksPerSecond = media.TicksPerSecond;
    }

    /// <summary>Packets requested, including repeated requests.</summary>
    internal long Requested { get; private set; }

    /// <summary>Whether any packet is missing.</summary>
    internal bool Any => _missing.Count > 0;

    /// <summary>Call when another stream begins: forgets the old one's missing packets.</summary>
    internal void Restart()
    {
        _missing.Clear();
        _newest = long.MinValue;
    }

    /// <summary>Records the arrival of a packet from any origin.</summary>
    /// <param name="sequence">The packet's sequence number.</param>
    /// <param name="position">The position of its first frame.</param>
    /// <param name="packetFrames">Frames between consecutive packets; 0 if unknown.</param>
    /// <param name="now">When it arrived.</param>
    /// <param name="origin">How it arrived.</param>
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

        // Packets that were overdue by the clock are already on the list. After an outage, only the most recent ones can still be
        // repaired.
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

    /// <summary>Collects the packets to request now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="line">When positions arrive.</param>
    /// <param name="targetDelay">How long after its arrival time a packet is still of use, in ticks.</param>
    /// <param name="packetFrames">Frames between consecutive packets; 0 if unknown.</param>
    /// <param name="jitter">How late a packet may be before it counts as missing, in ticks.</param>
    /// <param name="isLossy">Whether the path is known to lose packets.</param>
    /// <param name="ask">Called for each packet to request; returns whether there was room for it.</param>
    /// <returns>The earliest time for the next call; <see cref="long.MaxValue"/>: not until a packet arrives.</returns>
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

    // If a request is due and no later packet has arrived, the packet was overdue by the clock. That is enough.
    private long DueAt(in Entry entry, long retry) => entry.Asked > 0 ? entry.AskedAt + retry
        : entry.IsPassed ? entry.PassedAt + Math.Min((long)_tolerance, _longestTolerance)
        : entry.MissedAt;

    // Adds the packets that should have arrived by now, and gets when the next one is due.
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

    // The tolerance halves every ten seconds, unless further reordering keeps it up.
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

/// <summary>How a packet arrived.</summary>
internal enum PacketOrigin
{
    /// <summary>As the original.</summary>
    Network,

    /// <summary>As a retransmission, on request.</summary>
    Retransmission,

    /// <summary>As a copy in another packet.</summary>
    Copy,
}
