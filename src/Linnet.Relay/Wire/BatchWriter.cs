using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Clock;

namespace Linnet.Relay.Wire;

/// <summary>
/// Collects items of a ring that follow each other into batches. Pure: the caller decides when a batch is sent that is neither full nor
/// complete. Call it from one thread.
/// </summary>
/// <param name="incarnation">Names this life of the station.</param>
/// <param name="info">The rendition.</param>
/// <param name="clock">Converts to the times of batches.</param>
/// <param name="duration">The sound that makes a batch complete. Zero: each packet does.</param>
internal sealed class BatchWriter(ulong incarnation, RenditionInfo info, OriginClock clock, TimeSpan duration)
{
    /// <summary>The most sound in a batch that balances delay and cost.</summary>
    internal static readonly TimeSpan DefaultDuration = TimeSpan.FromMilliseconds(100);

    /// <summary>A batch this long takes no more items: longer messages delay those of other stations in the same connection.</summary>
    internal const int FullLength = 65_536;

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly long _framesToComplete = (long)(duration.TotalSeconds * info.Payload.ClockRate);
    private long _firstIndex;
    private long _firstDue;
    private long _frames;
    private bool _hasPacket;
    private bool _hasEnd;

    /// <summary>Items collected since the last batch.</summary>
    internal int Count { get; private set; }

    /// <summary>Bytes of the batch as it is.</summary>
    internal int Length => BatchHeader.Length + _bytes.WrittenCount;

    /// <summary>Whether to send the batch now: it has enough sound, or the end.</summary>
    internal bool IsComplete => _hasEnd || (_hasPacket && _frames >= _framesToComplete);

    /// <summary>
    /// When to send the batch even if it is not complete, in ticks: its first item has been due for as long as a batch lasts.
    /// <see cref="long.MaxValue"/>: it is empty.
    /// </summary>
    internal long LeaveAt => Count == 0 ? long.MaxValue : _firstDue + duration.InTicks(clock.TicksPerSecond);

    /// <summary>Adds an item of the ring.</summary>
    /// <returns><see langword="false"/>: the item does not follow the last one, or has no room. Take the batch first.</returns>
    internal bool TryAdd(RingItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        int length = BatchItem.HeadLength + BodyLengthOf(item);
        if (Count > 0 && (item.Index != _firstIndex + Count || Length + length > FullLength))
        {
            return false;
        }

        if (Count == 0)
        {
            (_firstIndex, _firstDue) = (item.Index, item.DueAt);
        }

        Count++;
        if (length > Batch.MaxLength - BatchHeader.Length)
        {
            WriteHead(ItemKind.Omitted, 0);
            return true;
        }

        Write(item, length - BatchItem.HeadLength);
        _frames += item is PacketItem packet ? packet.Frames : 0;
        _hasPacket |= item is PacketItem;
        _hasEnd |= item is EndItem;
        return true;
    }

    /// <summary>Gives the batch, which is never written again, and begins the next one.</summary>
    /// <param name="run">The run that the items belong to.</param>
    /// <param name="sequence">Batches that were sent before.</param>
    /// <param name="firstIndex">For an empty batch, the index of the item that will follow. Else the batch knows.</param>
    internal byte[] Take(int run, long sequence, long firstIndex = 0)
    {
        byte[] message = new byte[Length];
        new BatchHeader(incarnation, run, sequence, Count > 0 ? _firstIndex : firstIndex).Write(message);
        _bytes.WrittenSpan.CopyTo(message.AsSpan(BatchHeader.Length));
        _bytes.ResetWrittenCount();
        (Count, _frames, _hasPacket, _hasEnd) = (0, 0, false, false);
        return message;
    }

    private static int BodyLengthOf(RingItem item) => item switch
    {
        PacketItem packet => BatchItem.PacketHeadLength + packet.Payload.Length,
        TitleItem title => BatchItem.PlaceLength + 2 + Encoding.UTF8.GetByteCount(TitleOf(title))
            + Encoding.UTF8.GetByteCount(ArtistOf(title)),
        FormatItem format => BatchItem.PlaceLength + format.Headers.Sum(static header => 4 + header.Length),
        DiscontinuityItem => BatchItem.PlaceLength + 8,
        EndItem => BatchItem.PlaceLength + 1,
        _ => 0,
    };

    // Cleaned, a text has a limit.
    private static string TitleOf(TitleItem item) => TagText.Clean(item.Track.Title) ?? "";

    private static string ArtistOf(TitleItem item) => TagText.Clean(item.Track.Artist ?? "") ?? "";

    private static ItemKind KindOf(RingItem item) => item switch
    {
        PacketItem => ItemKind.Packet,
        TitleItem => ItemKind.Title,
        FormatItem { Headers.Count: <= BatchItem.MaxHeaders } => ItemKind.Format,
        DiscontinuityItem => ItemKind.Discontinuity,
        EndItem => ItemKind.End,
        _ => ItemKind.Omitted,
    };

    private void Write(RingItem item, int length)
    {
        ItemKind kind = KindOf(item);
        if (kind == ItemKind.Omitted)
        {
            WriteHead(kind, 0);
            return;
        }

        WriteHead(kind, length);
        Span<byte> body = _bytes.GetSpan(length)[..length];
        BinaryPrimitives.WriteInt64BigEndian(body, item.Position);
        BinaryPrimitives.WriteInt64BigEndian(body[8..], clock.NanosecondsAt(item.DueAt));
        WriteDetails(item, body[BatchItem.PlaceLength..]);
        _bytes.Advance(length);
    }

    private void WriteDetails(RingItem item, Span<byte> details)
    {
        switch (item)
        {
            case PacketItem packet:
                BinaryPrimitives.WriteInt64BigEndian(details, packet.Number);
                BinaryPrimitives.WriteInt32BigEndian(details[8..], packet.Frames);
                details[12] = (byte)(packet.Marker ? 1 : 0);
                packet.Payload.Span.CopyTo(details[13..]);
                break;
            case TitleItem title:
                int written = Encoding.UTF8.GetBytes(TitleOf(title), details[2..]);
                BinaryPrimitives.WriteUInt16BigEndian(details, (ushort)written);
                Encoding.UTF8.GetBytes(ArtistOf(title), details[(2 + written)..]);
                break;
            case FormatItem format:
                foreach (ReadOnlyMemory<byte> header in format.Headers)
                {
                    BinaryPrimitives.WriteInt32BigEndian(details, header.Length);
                    header.Span.CopyTo(details[4..]);
                    details = details[(4 + header.Length)..];
                }

                break;
            case DiscontinuityItem discontinuity:
                BinaryPrimitives.WriteInt64BigEndian(details, clock.NanosecondsAt(discontinuity.Timeline.Epoch));
                break;
            case EndItem end:
                details[0] = EndReasons.CodeOf(end.Reason);
                break;
        }
    }

    private void WriteHead(ItemKind kind, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(BatchItem.HeadLength), ((uint)kind << 24) | (uint)length);
        _bytes.Advance(BatchItem.HeadLength);
    }
}
