using System.Buffers;
using System.Buffers.Binary;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;

namespace Linnet.Tests.Fakes;

/// <summary>
/// The container of a log, with the last bytes that it wrote. Checks that positions and deadlines never step back, that packets are written
/// unchanged, and that Ogg pages are numbered consecutively with the right positions.
/// </summary>
internal sealed class StreamRecord(IStreamContainer container) : IStreamContainer
{
    private const int Kept = 1 << 22;

    private readonly byte[] _last = new byte[Kept];
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private long _lastDue = long.MinValue;
    private long _pageNumber;
    private long _granule;

    public ReadOnlyMemory<byte> Head => container.Head;

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>The position after the last packet; <see cref="long.MinValue"/> before the first.</summary>
    public long Position { get; private set; } = long.MinValue;

    /// <summary>Positions of the titles.</summary>
    public List<long> Titles { get; } = [];

    /// <summary>Discards what was written before the stream began.</summary>
    public void Begin() => Length = 0;

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        container.Write(item, _scratch);
        ReadOnlySpan<byte> bytes = _scratch.WrittenSpan;
        Check(item, bytes);
        output.Write(bytes);
        while (!bytes.IsEmpty)
        {
            int at = (int)(Length % Kept);
            int count = Math.Min(bytes.Length, Kept - at);
            bytes[..count].CopyTo(_last.AsSpan(at));
            bytes = bytes[count..];
            Length += count;
        }

        _scratch.ResetWrittenCount();
    }

    /// <summary>Whether the bytes at <paramref name="offset"/> are the given ones.</summary>
    public bool Has(ReadOnlySpan<byte> bytes, long offset)
    {
        Assert.InRange(offset, Math.Max(0, Length - Kept), Length - bytes.Length);
        int at = (int)(offset % Kept);
        int first = Math.Min(bytes.Length, Kept - at);
        return bytes[..first].SequenceEqual(_last.AsSpan(at, first)) && bytes[first..].SequenceEqual(_last.AsSpan(0, bytes.Length - first));
    }

    private void Check(RingItem item, ReadOnlySpan<byte> bytes)
    {
        Assert.True(item.DueAt >= _lastDue, $"Item {item.Index} is due before the one before it.");
        _lastDue = item.DueAt;
        if (item is TitleItem title)
        {
            Titles.Add(title.Position);
        }

        bool isOgg = Head.Span.StartsWith("OggS"u8);
        if (item is PacketItem packet)
        {
            Assert.True(Position is long.MinValue || packet.Position == Position, $"Position {packet.Position} follows {Position}.");
            Position = packet.Position + packet.Frames;
            Assert.True(isOgg || bytes.SequenceEqual(packet.Payload.Span), $"Packet {packet.Number} was not written unchanged.");
        }

        if (isOgg)
        {
            CheckPages(bytes);
        }
    }

    /// <summary>Checks that each page follows the previous one, and counts its packets of 20 ms.</summary>
    private void CheckPages(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Assert.True(bytes.StartsWith("OggS"u8), "A page does not begin at the end of the previous one.");
            ReadOnlySpan<byte> segments = bytes.Slice(27, bytes[26]);
            bool isFirst = (bytes[5] & 2) != 0;
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(bytes[18..]);
            long granule = BinaryPrimitives.ReadInt64LittleEndian(bytes[6..]);
            (int length, int packets) = (27 + segments.Length, 0);
            foreach (byte segment in segments)
            {
                length += segment;
                packets += segment < 255 ? 1 : 0;
            }

            Assert.Equal(isFirst ? 0 : _pageNumber + 1, number);
            Assert.True(_granule == 0 || granule == 0 || granule == _granule + (packets * 960L),
                $"{packets} packets lead from {_granule} to {granule}.");
            (_pageNumber, _granule) = (number, granule);
            bytes = bytes[length..];
        }
    }
}
