using System.Buffers;
using Linnet.Broadcast;

namespace Linnet.Tests.Fakes;

/// <summary>
/// The bytes that a ring's items must become, made by a container of its own as they are published; the last of them are kept. It also checks that
/// positions and deadlines never step back, and that titles stand where they belong.
/// </summary>
internal sealed class StreamRecord : IDisposable
{
    private const int Kept = 1 << 22;

    private readonly byte[] _last = new byte[Kept];
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly BroadcastRing _ring;
    private readonly IStreamContainer _container;
    private long _nextPosition = long.MinValue;
    private long _lastDue = long.MinValue;

    /// <summary>Begins with the next item.</summary>
    public StreamRecord(StreamRendition stream)
    {
        _ring = stream.Ring;
        _container = stream.CreateContainer();
        _ring.Subscribe(Take);
    }

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Packets so far.</summary>
    public long Packets { get; private set; }

    /// <summary>The position behind the last packet.</summary>
    public long Position => _nextPosition;

    /// <summary>Positions of the titles.</summary>
    public List<long> Titles { get; } = [];

    /// <summary>Whether the bytes at <paramref name="offset"/> are these.</summary>
    public bool Has(ReadOnlySpan<byte> bytes, long offset)
    {
        Assert.InRange(offset, Length - Kept, Length - bytes.Length);
        int at = (int)(offset % Kept);
        int first = Math.Min(bytes.Length, Kept - at);
        return bytes[..first].SequenceEqual(_last.AsSpan(at, first)) && bytes[first..].SequenceEqual(_last.AsSpan(0, bytes.Length - first));
    }

    public void Dispose() => _ring.Unsubscribe(Take);

    private void Take(RingItem item)
    {
        Assert.True(item.DueAt >= _lastDue, $"Item {item.Index} is due before the one before it.");
        _lastDue = item.DueAt;
        if (item is TitleItem title)
        {
            Titles.Add(title.Position);
        }

        if (item is PacketItem packet)
        {
            Assert.True(_nextPosition is long.MinValue || packet.Position == _nextPosition, $"Position {packet.Position} follows {_nextPosition}.");
            _nextPosition = packet.Position + packet.Frames;
            Packets++;
        }

        _container.Write(item, _scratch);
        for (ReadOnlySpan<byte> rest = _scratch.WrittenSpan; !rest.IsEmpty;)
        {
            int at = (int)(Length % Kept);
            int count = Math.Min(rest.Length, Kept - at);
            rest[..count].CopyTo(_last.AsSpan(at));
            rest = rest[count..];
            Length += count;
        }

        _scratch.ResetWrittenCount();
    }
}
