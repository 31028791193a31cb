using Linnet.Broadcast;
using Linnet.Relay.Wire;

namespace Linnet.Relay.CatchUp;

/// <summary>Answers questions for items of a ring. Pure: what the ring holds now is the answer.</summary>
internal static class RingAnswer
{
    /// <summary>The most bytes of an answer, whatever the question says: ten seconds of most renditions.</summary>
    internal const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>
    /// The batches that answer a question. An asker who needs more asks again from <see cref="Batch.NextIndex"/> of the last one.
    /// </summary>
    /// <remarks>
    /// If the ring no longer holds the first item that is wanted, or only later packets are wanted, the discontinuity, the format and the
    /// title that hold there come first. The last batch is empty if there is nothing more: its index is the one that the next item will
    /// get. So is the only batch of an answer to a question about another incarnation.
    /// </remarks>
    internal static IReadOnlyList<byte[]> To(BatchQuestion question, BroadcastRing ring, ulong incarnation, OriginClock clock)
    {
        var batches = new Answer(new BatchWriter(incarnation, ring.Info, clock, TimeSpan.MaxValue), ring.Run, question.MaxBytes);
        long head = ring.Head;
        if (question.Incarnation == 0 || question.Incarnation == incarnation)
        {
            // A ring that is further on than this look has lost the oldest items: they are missing in the answer like older ones.
            long since = question.Since == -OriginClock.MaxTime ? -long.MaxValue : clock.TicksAt(question.Since);
            long start = Math.Min(head, Math.Max(question.From, ring.IndexAt(since, 0)));
            for (RingItem? held = ring.FirstThatHolds(question.From, start); held is not null;
                held = ring.FirstThatHolds(held.Index + 1, start))
            {
                // They are few, and an asker that did not get one would not know of it.
                batches.TryAdd(held);
            }

            for (long index = start; index < head; index++)
            {
                if (ring.TryGet(index, out RingItem? item) && !batches.TryAdd(item))
                {
                    return batches.Finish();
                }
            }
        }

        return batches.FinishEmpty(head);
    }

    private sealed class Answer(BatchWriter writer, int run, int maxBytes)
    {
        private readonly List<byte[]> _batches = [];
        private readonly int _maxBytes = Math.Min(maxBytes, MaxBytes);
        private int _bytes;

        internal bool TryAdd(RingItem item)
        {
            if (!writer.TryAdd(item))
            {
                Take();
                writer.TryAdd(item);
            }

            return _bytes + writer.Length < _maxBytes;
        }

        internal List<byte[]> Finish()
        {
            Take();
            return _batches;
        }

        internal List<byte[]> FinishEmpty(long next)
        {
            Take();
            _batches.Add(writer.Take(run, 0, next));
            return _batches;
        }

        private void Take()
        {
            if (writer.Count > 0)
            {
                byte[] batch = writer.Take(run, 0);
                _bytes += batch.Length;
                _batches.Add(batch);
            }
        }
    }
}
