namespace Linnet.Broadcast;

/// <summary>What came of writing to a listener.</summary>
internal enum StreamOutcome
{
    /// <summary>It has all there is.</summary>
    Done,

    /// <summary>It took some or nothing; the rest waits.</summary>
    Blocked,

    /// <summary>Its connection is broken.</summary>
    Broken,

    /// <summary>The bytes it was to get are gone.</summary>
    Gone,
}

/// <summary>
/// Writes a listener what it has not got yet, in one system call where that is possible: spans of the shared stream and titles between them,
/// gathered and not copied. One thread's own.
/// </summary>
internal sealed class GatheringWriter
{
    private const int MaxPieces = 64;

    // The metadata block that says that nothing has changed.
    private static readonly byte[] Unchanged = GC.AllocateArray<byte>(1, pinned: true);

    private readonly StreamPiece[] _pieces = new StreamPiece[MaxPieces];

    // Which title a piece is; null: it is sound, or the block without a title.
    private readonly StreamTitle?[] _titles = new StreamTitle?[MaxPieces];
    private readonly bool[] _isMetadata = new bool[MaxPieces];
    private int _count;
    private int _length;

    /// <summary>Writes as much as the listener takes.</summary>
    /// <param name="listener">Not in use by another thread.</param>
    /// <param name="sent">Bytes it took.</param>
    internal StreamOutcome Write(StreamListener listener, out int sent)
    {
        sent = 0;
        while (true)
        {
            if (!TryGather(listener))
            {
                return StreamOutcome.Gone;
            }

            if (_length == 0)
            {
                return StreamOutcome.Done;
            }

            int asked = _length;
            int taken = listener.Send(listener.Lead.Span, _pieces.AsSpan(0, _count));
            if (taken < 0)
            {
                return StreamOutcome.Broken;
            }

            Commit(listener, taken);
            sent += taken;
            if (taken < asked)
            {
                return StreamOutcome.Blocked;
            }
        }
    }

    private bool TryGather(StreamListener listener)
    {
        if (listener.Move is { } move && listener.Offset == move.At && listener.Lead.IsEmpty)
        {
            (listener.Offset, listener.Lead, listener.Move) = (move.To.Offset, move.Head, null);
        }

        StreamLog log = listener.Log;
        long offset = listener.Offset;
        long end = Math.Min(log.End, listener.Move?.At ?? long.MaxValue);
        int untilMetadata = listener.UntilMetadata;
        StreamTitle? told = listener.ToldTitle;
        _count = 0;
        _length = listener.Lead.Length;
        while (offset < end && _count < MaxPieces)
        {
            if (listener.MetadataInterval > 0 && untilMetadata == 0)
            {
                StreamTitle? title = log.TitleAt(offset);
                title = title == told ? null : title;
                told = title ?? told;
                byte[] block = title?.Block ?? Unchanged;
                Add(new StreamPiece(block, 0, block.Length), isMetadata: true, title);
                untilMetadata = listener.MetadataInterval;
                continue;
            }

            StreamPiece piece = log.Read(offset, listener.MetadataInterval > 0 ? Math.Min(end, offset + untilMetadata) : end);
            if (piece.Length == 0)
            {
                return false;
            }

            Add(piece, isMetadata: false, null);
            offset += piece.Length;
            untilMetadata -= listener.MetadataInterval > 0 ? piece.Length : 0;
        }

        return true;
    }

    private void Add(StreamPiece piece, bool isMetadata, StreamTitle? title)
    {
        (_pieces[_count], _isMetadata[_count], _titles[_count]) = (piece, isMetadata, title);
        _count++;
        _length += piece.Length;
    }

    private void Commit(StreamListener listener, int taken)
    {
        listener.CountSent(taken);
        int ofLead = Math.Min(taken, listener.Lead.Length);
        listener.Lead = listener.Lead.Length == ofLead ? default : listener.Lead[ofLead..];
        taken -= ofLead;
        for (int i = 0; i < _count && taken > 0; i++)
        {
            int part = Math.Min(taken, _pieces[i].Length);
            taken -= part;
            if (_isMetadata[i])
            {
                listener.UntilMetadata = listener.MetadataInterval;
                listener.ToldTitle = _titles[i] ?? listener.ToldTitle;
                listener.Lead = part < _pieces[i].Length ? _pieces[i].Array.AsMemory(part) : default;
            }
            else
            {
                listener.Offset += part;
                listener.UntilMetadata -= listener.MetadataInterval > 0 ? part : 0;
            }
        }
    }
}
