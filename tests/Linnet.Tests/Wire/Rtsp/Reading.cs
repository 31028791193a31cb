using System.Buffers;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

/// <summary>Drives a reader as a connection does: pieces arrive, what is not consumed stays.</summary>
internal static class Reading
{
    /// <summary>
    /// Reads all of the bytes, which arrive in pieces: <c>next</c> gives the length of the one at an offset. Each thing read is one line.
    /// </summary>
    public static List<string> All(RtspReader reader, ReadOnlySpan<byte> bytes, Func<int, int> next, bool segmented = false)
    {
        var read = new List<string>();
        byte[] pending = [];
        for (int at = 0; at < bytes.Length && reader.Refusal is null;)
        {
            int length = Math.Clamp(next(at), 1, bytes.Length - at);
            byte[] piece = bytes.Slice(at, length).ToArray();
            ReadOnlySequence<byte> buffer = segmented && pending.Length > 0 ? Joined(pending, piece) : new([.. pending, .. piece]);
            at += length;
            while (reader.Read(ref buffer, out RtspInput input) == RtspReadResult.Done)
            {
                read.Add(Describe(input));
            }

            pending = buffer.ToArray();
        }

        if (reader.Refusal is RtspRefusal refusal)
        {
            read.Add(refusal.ToString());
        }
        else
        {
            read.Add($"{pending.Length} left");
        }

        return read;
    }

    public static List<string> All(ReadOnlySpan<byte> bytes) => All(new RtspReader(), bytes, _ => int.MaxValue);

    /// <summary>The one message that <paramref name="bytes"/> hold.</summary>
    public static RtspMessage Message(byte[] bytes)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.Equal(RtspReadResult.Done, new RtspReader().Read(ref buffer, out RtspInput input));
        Assert.True(buffer.IsEmpty);
        return Assert.IsType<RtspMessage>(input.Message, exactMatch: false);
    }

    public static string Describe(RtspInput input) => input.Message is RtspMessage message
        ? $"{message} | {string.Join(' ', message.Headers.Select(h => $"{h.Key}={h.Value}"))} | "
                + $"{Encoding.Latin1.GetString(message.Body.Span)}"
        : $"${input.Frame.Channel} {Encoding.Latin1.GetString(input.Frame.Payload)}";

    private static ReadOnlySequence<byte> Joined(byte[] first, byte[] second)
    {
        var head = new Segment(first, null);
        var tail = new Segment(second, head);
        return new ReadOnlySequence<byte>(head, 0, tail, second.Length);
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
