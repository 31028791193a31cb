using System.Buffers;

namespace Linnet.Tests.Wire.Proxy;

/// <summary>Splits bytes into pieces, as they arrive from a network.</summary>
internal static class Pieces
{
    public static ReadOnlySequence<byte> Of(byte[] bytes, int length)
    {
        var first = new Segment(bytes[..length], null);
        Segment last = first;
        for (int at = length; at < bytes.Length; at += length)
        {
            last = new Segment(bytes[at..Math.Min(bytes.Length, at + length)], last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] memory, Segment? before)
        {
            Memory = memory;
            RunningIndex = before is null ? 0 : before.RunningIndex + before.Memory.Length;
            if (before is not null)
            {
                before.Next = this;
            }
        }
    }
}
