using Linnet.Broadcast.Packets;

namespace Linnet.Broadcast.Streams;

/// <summary>The server's record of a listener to a rendition as a stream of bytes; each transport defines how bytes reach it.</summary>
/// <remarks>
/// At first its creator owns it, and may write to it; from <see cref="SenderPool.AddStream"/> on only one sender thread. It has no timer or
/// task: thousands of listeners must cost little.
/// </remarks>
internal abstract class StreamListener
{
    private long _bytesSent;
    private long _moves;
    private int _hasLeft;
    private long _unsentBefore;

    /// <param name="log">The stream.</param>
    /// <param name="start">The packet it begins with.</param>
    /// <param name="lead">Bytes sent before the stream: the answer's head.</param>
    /// <param name="metadataInterval">Bytes of the stream between two titles; 0: it wants none.</param>
    protected StreamListener(StreamLog log, StreamEntry start, ReadOnlyMemory<byte> lead, int metadataInterval)
    {
        Log = log;
        Offset = start.Offset;
        CountedDue = start.Due;
        CountedSent = start.Number;
        Lead = lead;
        Ahead = start.Head.Length > 0 ? new StreamAhead([], start.Head) : null;
        MetadataInterval = UntilMetadata = metadataInterval;
    }

    /// <summary>Its number, which no other listener of this process has.</summary>
    internal long Id { get; } = ListenerNumber.Next();

    /// <summary>The stream.</summary>
    internal StreamLog Log { get; }

    /// <summary>Bytes handed to the network for it.</summary>
    internal long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>How often it was too slow and was moved.</summary>
    internal long Moves => Volatile.Read(ref _moves);

    /// <summary>Whether it needs nothing any more. Set by <see cref="Leave"/>.</summary>
    internal bool HasLeft => Volatile.Read(ref _hasLeft) != 0;

    /// <summary>The byte of the stream it is to get next.</summary>
    internal long Offset { get; set; }

    /// <summary>Bytes that go before all others and are not of the stream: the answer's head, or the rest of a title.</summary>
    internal ReadOnlyMemory<byte> Lead { get; set; }

    /// <summary>Bytes of the stream that go before <see cref="Offset"/>; <see langword="null"/>: none.</summary>
    internal StreamAhead? Ahead { get; set; }

    /// <summary>Bytes of the stream between two titles; 0: it gets none.</summary>
    internal int MetadataInterval { get; }

    /// <summary>Bytes of the stream until the next title.</summary>
    internal int UntilMetadata { get; set; }

    /// <summary>The title it got last.</summary>
    internal StreamTitle? ToldTitle { get; set; }

    /// <summary>When it last accepted data, in ticks.</summary>
    internal long ProgressAt { get; set; }

    /// <summary>Whether it accepted no data at the last visit, though some was due.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>
    /// Whether it has shown that it accepts data: it accepted some after a pause, or much has arrived.
    /// </summary>
    internal bool HasTaken { get; set; }

    /// <summary>Its share of the kernel's send memory; <see langword="null"/>: not counted.</summary>
    internal SendMemory.Use? Memory { get; init; }

    /// <summary>
    /// Whether it gets nothing for now: the kernel holds too much in all or for its address, and some of that for this listener, which has
    /// not shown that it accepts data. Without this, many that never read would grow together to their full buffers.
    /// </summary>
    internal bool IsHeld => Memory is { IsLarge: true, IsOver: true } && !HasTaken && UnsentBytes > 0;

    /// <summary>When it was last moved, in ticks; <see langword="null"/>: never.</summary>
    internal long? MovedAt { get; set; }

    /// <summary>Packets that were due in its stream when the loop last counted.</summary>
    internal long CountedDue { get; set; }

    /// <summary>Number of the first packet of its stream that was not counted as sent to it.</summary>
    internal long CountedSent { get; set; }

    /// <summary>Which of the loop's buckets it is in, and where in it.</summary>
    internal (int Bucket, int Index) Place { get; set; }

    /// <summary>Bytes that its connection may hold for it at most: those of <see cref="UnsentBytes"/>.</summary>
    internal abstract long OutputCapacity { get; }

    /// <summary>Bytes that were sent but not received yet: in the kernel, or in a pipe before it.</summary>
    internal abstract long UnsentBytes { get; }

    /// <summary>Hands bytes to the network, without waiting.</summary>
    /// <param name="lead">The first of them.</param>
    /// <param name="pieces">Those that follow.</param>
    /// <returns>How many it accepted; 0: it has no room now; -1: the connection is broken.</returns>
    internal abstract int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces);

    /// <summary>
    /// Called once, on the sender's thread, when no more will be sent: the station ended, or it was dropped. Must be quick.
    /// </summary>
    internal abstract void OnFinished(DropReason reason);

    /// <summary>The sound that is due and has not left this machine. Any thread may ask.</summary>
    /// <param name="now">The instant, in ticks.</param>
    /// <param name="ticksPerSecond">Ticks of a second.</param>
    internal TimeSpan LagAt(long now, long ticksPerSecond)
    {
        double inLog = Log.EntryBehind(Offset) is { } next ? Math.Max(0, now - next.DueAt) / (double)ticksPerSecond : 0;
        return TimeSpan.FromSeconds(inLog + (UnsentBytes * 8.0 / Math.Max(Log.Ring.Info.BitRate, 1)));
    }

    /// <summary>Ends it: no send starts any more. One that is in progress may still complete. Any thread may call.</summary>
    internal void Leave() => Volatile.Write(ref _hasLeft, 1);

    /// <summary>
    /// Notes whether it accepts data. While it gets nothing new, it does so by receiving what was sent before its last visit.
    /// </summary>
    /// <param name="sent">Bytes that it accepted at this visit.</param>
    /// <param name="isHeld">Whether it was offered none, because of <see cref="IsHeld"/>.</param>
    /// <param name="now">The instant, in ticks.</param>
    internal void NoteProgress(int sent, bool isHeld, long now)
    {
        if (sent > 0 || (isHeld && UnsentBytes < _unsentBefore))
        {
            ProgressAt = now;
            HasTaken |= sent > 0 && IsBlocked;
        }
    }

    /// <summary>Notes what the kernel holds for it, and whether that is because it accepts no data.</summary>
    /// <param name="outcome">How its last visit went.</param>
    /// <param name="sent">Bytes that it accepted then.</param>
    /// <param name="isHeld">Whether it was offered none, because of <see cref="IsHeld"/>.</param>
    internal void Weigh(StreamOutcome outcome, int sent, bool isHeld)
    {
        bool isFull = outcome is StreamOutcome.Blocked && !isHeld;
        IsBlocked = isFull && sent == 0;
        if ((isFull || isHeld) && !HasTaken)
        {
            HasTaken = BytesSent - UnsentBytes >= SendPatience.Proof;
        }

        // For a small buffer that is not full, asking the kernel is not worth its cost.
        _unsentBefore = isFull ? OutputCapacity : Memory is { IsLarge: true } ? UnsentBytes : 0;
        Memory?.Set(isFull ? Memory.Bound : SendMemory.OnTheBooks(_unsentBefore));
    }

    internal void CountSent(int bytes) => Volatile.Write(ref _bytesSent, _bytesSent + bytes);

    internal void CountMove(int moves) => Volatile.Write(ref _moves, _moves + moves);
}
