using Linnet.Clock;
using Linnet.Relay.Wire;

namespace Linnet.Relay.Edges;

/// <summary>
/// Puts the batches of a rendition in order, says what to ask the origin for, and passes over what cannot be had in time. Pure: the
/// caller provides the time and asks. Call it from one thread.
/// </summary>
/// <param name="writer">Gets the items, each once and in order.</param>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
internal sealed class Intake(EdgeWriter writer, long ticksPerSecond)
{
    /// <summary>The pause before a question that got no answer is asked again.</summary>
    internal static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait for an answer before the question is asked again. The answer may still come.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>How long to wait for a batch before the origin is asked whether there is more.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);

    /// <summary>Sound that waits for something missing is given up that long before it is due: its senders need the time.</summary>
    internal static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(10);

    private const int AnswerBytes = 1 << 20;
    private const int MostHeldBytes = 16 << 20;
    private const long NotStarted = -1;

    private readonly long _askPause = AskPause.InTicks(ticksPerSecond);
    private readonly long _patience = Patience.InTicks(ticksPerSecond);
    private readonly long _quiet = Quiet.InTicks(ticksPerSecond);
    private readonly long _margin = Margin.InTicks(ticksPerSecond);
    private readonly List<byte[]> _held = [];
    private ulong _incarnation;
    private long _next = NotStarted;
    private long _heldBytes;
    private long _askAt = long.MinValue;
    private long _heardAt;
    private bool _isAsking;

    /// <summary>Items that could not be had in time.</summary>
    internal long Missing { get; private set; }

    /// <summary>Items that were missing, and were had in time.</summary>
    internal long Repaired { get; private set; }

    /// <summary>The life of the station whose items are taken.</summary>
    internal ulong Incarnation => _incarnation;

    /// <summary>
    /// When there is something to do, in ticks: to ask, or to give up; <see cref="long.MaxValue"/>: not before something arrives.
    /// </summary>
    internal long NextAt(OriginClock clock) => Math.Min(
        IsMissing || _isAsking ? _askAt : Math.Max(_heardAt + _quiet, _askAt),
        _next != NotStarted && _held.Count > 0 ? GiveUpAt(clock) : long.MaxValue);

    /// <summary>Whether the origin has said where to begin.</summary>
    internal bool HasStarted => _next != NotStarted;

    private bool IsMissing => _next == NotStarted || _held.Count > 0;

    /// <summary>
    /// Takes items of this life of the station from now on, from where its origin says. A question that is open is forgotten.
    /// </summary>
    internal void Follow(ulong incarnation, long now)
    {
        if (_incarnation != 0 && incarnation != _incarnation)
        {
            writer.Adopt();
        }

        (_incarnation, _next, _heldBytes, _askAt, _heardAt, _isAsking) = (incarnation, NotStarted, 0, now, now, false);
        _held.Clear();
    }

    /// <summary>Takes a published batch.</summary>
    internal void Take(byte[] message, OriginClock clock, long now)
    {
        if (!Batch.TryRead(message, out Batch batch) || batch.Header.Incarnation != _incarnation)
        {
            return;
        }

        _heardAt = now;
        int place = _held.Count;
        while (place > 0 && FirstIndexOf(_held[place - 1]) > batch.Header.FirstIndex)
        {
            place--;
        }

        _held.Insert(place, message);
        _heldBytes += message.Length;
        Drain(clock, now);
        while (_heldBytes > MostHeldBytes)
        {
            GiveUp(clock, now);
        }
    }

    /// <summary>The question to ask the origin now; <see langword="null"/>: none. Its answer goes to <see cref="TakeAnswer"/>.</summary>
    /// <param name="since">Packets that are due before this time of the origin are not wanted, in nanoseconds.</param>
    /// <param name="now">The current time, in ticks.</param>
    internal BatchQuestion? Ask(long since, long now)
    {
        if (now < _askAt || (!IsMissing && now < _heardAt + _quiet))
        {
            return null;
        }

        (_isAsking, _askAt) = (true, now + _patience);
        return new BatchQuestion(_incarnation, Math.Max(0, _next), Math.Max(since, -OriginClock.MaxTime), AnswerBytes);
    }

    /// <summary>Takes the answer to the last question; an empty one: there was none.</summary>
    internal void TakeAnswer(ulong asked, IReadOnlyList<byte[]> messages, OriginClock clock, long now)
    {
        if (asked != _incarnation)
        {
            return;
        }

        _isAsking = false;
        _askAt = now + _askPause;
        bool hasMore = false;
        foreach (byte[] message in messages)
        {
            if (Batch.TryRead(message, out Batch batch) && batch.Header.Incarnation == _incarnation)
            {
                long before = _next;
                Write(batch, clock, now);
                _next = Math.Max(_next, batch.NextIndex);
                if (before != NotStarted)
                {
                    Missing += Math.Max(0, batch.Header.FirstIndex - before);
                    Repaired += Math.Min(batch.Count, _next - before);
                }

                (_heardAt, hasMore) = (now, batch.Count > 0);
            }
        }

        if (hasMore)
        {
            _askAt = now;
        }

        Drain(clock, now);
    }

    /// <summary>Gives up what is missing where sound behind it is due.</summary>
    internal void OnTime(OriginClock clock, long now)
    {
        while (_next != NotStarted && _held.Count > 0 && now >= GiveUpAt(clock))
        {
            GiveUp(clock, now);
        }
    }

    private void GiveUp(OriginClock clock, long now)
    {
        if (_next != NotStarted)
        {
            long first = FirstIndexOf(_held[0]);
            Missing += Math.Max(0, first - _next);
            _next = Math.Max(_next, first);
            Drain(clock, now);
        }
        else
        {
            Drop();
        }
    }

    private void Drain(OriginClock clock, long now)
    {
        while (_next != NotStarted && _held.Count > 0 && Batch.TryRead(_held[0], out Batch batch) && batch.Header.FirstIndex <= _next)
        {
            Write(batch, clock, now);
            _next = Math.Max(_next, batch.NextIndex);
            Drop();
        }
    }

    private void Drop()
    {
        _heldBytes -= _held[0].Length;
        _held.RemoveAt(0);
    }

    private void Write(scoped in Batch batch, OriginClock clock, long now)
    {
        long index = batch.Header.FirstIndex;
        foreach (BatchItem item in batch)
        {
            if (index++ >= _next && item.IsKnown)
            {
                writer.Write(item, clock, now);
            }
        }
    }

    private long GiveUpAt(OriginClock clock)
    {
        if (Batch.TryRead(_held[0], out Batch batch))
        {
            foreach (BatchItem item in batch)
            {
                if (item.IsKnown)
                {
                    return clock.TicksAt(item.DueAt) - _margin;
                }
            }
        }

        return long.MinValue;
    }

    private static long FirstIndexOf(byte[] message) => BatchHeader.TryRead(message, out BatchHeader header) ? header.FirstIndex : 0;
}
