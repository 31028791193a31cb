using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;

namespace Linnet.Tests.Fakes;

/// <summary>A listener that takes everything it is sent, unless it is away, and compares it with what the station published.</summary>
internal sealed class CheckingListener(StreamLog log, StreamEntry start, StreamRecord record) : StreamListener(log, start, default, 0)
{
    private readonly byte[] _head = start.Head.ToArray();
    private int _ofHead;

    /// <summary>The next expected byte of the stream; valid unless it was away.</summary>
    public long At { get; private set; } = start.Offset;

    /// <summary>Whether it reads nothing at the moment.</summary>
    public bool IsAway { get; set; }

    /// <summary>Total bytes taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Why it was dropped.</summary>
    public DropReason? Finished { get; private set; }

    internal override long OutputCapacity => 0;

    internal override long UnsentBytes => 0;

    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        if (IsAway)
        {
            return 0;
        }

        int count = Take(lead);
        foreach (StreamPiece piece in pieces)
        {
            count += Take(piece.Span);
        }

        return count;
    }

    internal override void OnFinished(DropReason reason) => Finished = reason;

    private int Take(ReadOnlySpan<byte> bytes)
    {
        Taken += bytes.Length;
        if (Moves > 0)
        {
            // It continues at another place; another test checks what it gets there.
            return bytes.Length;
        }

        int ofHead = Math.Min(bytes.Length, _head.Length - _ofHead);
        Assert.True(bytes[..ofHead].SequenceEqual(_head.AsSpan(_ofHead, ofHead)), "The stream does not begin with its head.");
        _ofHead += ofHead;
        ReadOnlySpan<byte> sound = bytes[ofHead..];
        Assert.True(record.Has(sound, At), $"{Log.Ring.Info}: {sound.Length} bytes from {At} on differ from the station's.");
        At += sound.Length;
        return bytes.Length;
    }
}
