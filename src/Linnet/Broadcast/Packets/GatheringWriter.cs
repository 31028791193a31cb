using Linnet.Broadcast.Streams;
using Linnet.Wire.Icy;

namespace Linnet.Broadcast.Packets;

/// <summary>The result of writing to a listener.</summary>
internal enum StreamOutcome
{
    /// <summary>The listener has everything written so far.</summary>
    Done,

    /// <summary>The listener took some of the bytes or none; the rest waits.</summary>
    Blocked,

    /// <summary>The connection is broken.</summary>
    Broken,

    /// <summary>The listener's next bytes are no longer in the log.</summary>
    Gone,
}

/// <summary>
/// Writes to a listener what it does not have yet, in one system call where possible: spans of the shared stream with titles between them,
/// gathered without copying. For one thread.
/// </summary>
internal sealed class GatheringWriter
{
    private const int MaxPieces = 64;

    // The metadata block for an unchanged title.
    private static readonly byte[] Unchanged = StreamPiece.Copy(IcyMetadata.Unchanged.Span);

    private readonly StreamPiece[] _pieces = new StreamPiece[MaxPieces];

    private readonly PieceKind[] _kinds = new PieceKind[MaxPieces];
    private readonly StreamTitle?[] _titles = new StreamTitle?[MaxPieces];
    private int _count;
    private int _length;

    /// <summary>Writes as much as the listener accepts.</summary>
    /// <param name="listener">A listener that no other thread uses.</param>
    /// <param name="sent">Bytes that it accepted.</param>
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
        StreamLog log = listener.Log;
        int interval = listener.MetadataInterval;
        int ahead = listener.Ahead?.Length ?? 0;
        int aheadTaken = 0;
        long offset = listener.Offset;
        long end = log.End;
        int untilMetadata = listener.UntilMetadata;
        StreamTitle? told = listener.ToldTitle;
        _count = 0;
        _length = listener.Lead.Length;
        while ((offset < end || aheadTaken < ahead) && _count < MaxPieces)
        {
            if (interval > 0 && untilMetadata == 0)
            {
                StreamTitle? title = log.TitleAt(offset);
                title = title == told ? null : title;
                told = title ?? told;
                byte[] block = title?.Block ?? Unchanged;
                Add(new StreamPiece(block, 0, block.Length), PieceKind.Metadata, title);
                untilMetadata = interval;
                continue;
            }

            int most = interval > 0 ? untilMetadata : int.MaxValue;
            StreamPiece piece;
            if (aheadTaken < ahead)
            {
                piece = listener.Ahead!.Piece(aheadTaken, most);
                aheadTaken += piece.Length;
                Add(piece, PieceKind.Ahead, null);
            }
            else
            {
                piece = log.Read(offset, Math.Min(end, offset + most));
                if (piece.Length == 0)
                {
                    return false;
                }

                offset += piece.Length;
                Add(piece, PieceKind.Log, null);
            }

            untilMetadata -= interval > 0 ? piece.Length : 0;
        }

        return true;
    }

    private void Add(StreamPiece piece, PieceKind kind, StreamTitle? title)
    {
        (_pieces[_count], _kinds[_count], _titles[_count]) = (piece, kind, title);
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
            if (_kinds[i] == PieceKind.Metadata)
            {
                listener.UntilMetadata = listener.MetadataInterval;
                listener.ToldTitle = _titles[i] ?? listener.ToldTitle;
                listener.Lead = part < _pieces[i].Length ? _pieces[i].Array.AsMemory(part) : default;
                continue;
            }

            listener.UntilMetadata -= listener.MetadataInterval > 0 ? part : 0;
            if (_kinds[i] == PieceKind.Log)
            {
                listener.Offset += part;
                continue;
            }

            listener.Ahead!.Taken += part;
            listener.Ahead = listener.Ahead.Length > 0 ? listener.Ahead : null;
        }
    }

    private enum PieceKind
    {
        Log,
        Ahead,
        Metadata,
    }
}
