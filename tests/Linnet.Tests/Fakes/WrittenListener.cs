using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;

namespace Linnet.Tests.Fakes;

/// <summary>Records what is written to it, and takes only as much as the test allows.</summary>
internal sealed class WrittenListener(StreamLog log, StreamEntry start, int metadataInterval, Func<long> now)
    : StreamListener(log, start, default, metadataInterval)
{
    public StreamEntry Start { get; } = start;

    public List<byte> Bytes { get; } = [];

    public List<(long At, int Bytes)> Writes { get; } = [];

    public List<DropReason> Finished { get; } = [];

    /// <summary>Bytes that it still takes.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>Bytes that it takes at a time, once per millisecond.</summary>
    public int Portion { get; set; } = int.MaxValue;

    public bool IsBroken { get; set; }

    internal override long OutputCapacity => 0;

    internal override long UnsentBytes => 0;

    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        if (IsBroken)
        {
            return -1;
        }

        int before = Bytes.Count;
        Take(lead, before);
        foreach (StreamPiece piece in pieces)
        {
            Take(piece.Span, before);
        }

        int taken = Bytes.Count - before;
        Room -= taken;
        if (taken > 0)
        {
            Writes.Add((now(), taken));
        }

        return taken;
    }

    internal override void OnFinished(DropReason reason) => Finished.Add(reason);

    private void Take(ReadOnlySpan<byte> bytes, int before) =>
        Bytes.AddRange(bytes[..Math.Min(bytes.Length, Math.Min(Portion, Room) - (Bytes.Count - before))]);
}
