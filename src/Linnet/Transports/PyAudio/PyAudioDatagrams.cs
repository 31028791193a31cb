using Linnet.Broadcast;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>Cuts a rendition into datagrams of one length: each made once, the same bytes for all listeners. Any thread may call.</summary>
/// <remarks>Where one datagram ends and the next begins is settled by positions alone, not by when a listener joined.</remarks>
/// <param name="length">Bytes of a datagram: whole frames.</param>
internal sealed class PyAudioDatagrams(int length)
{
    private const int Remembered = 16;

    private readonly int _frames = length / PyAudioSound.BytesPerFrame;
    private readonly Lock _gate = new();
    private readonly (long Start, ReadOnlyMemory<byte> Bytes)[] _recent = new (long, ReadOnlyMemory<byte>)[Remembered];
    private int _next;

    /// <summary>Position of the frame behind the datagram that holds <paramref name="position"/>.</summary>
    internal long EndOf(long position) => position - (((position % _frames) + _frames) % _frames) + _frames;

    /// <summary>The sound from one position to another.</summary>
    /// <param name="start">The first frame.</param>
    /// <param name="end">The frame after the last; not beyond <see cref="EndOf"/> the first.</param>
    /// <param name="packets">Consecutive packets that hold these frames.</param>
    internal ReadOnlyMemory<byte> Get(long start, long end, IReadOnlyList<PacketItem> packets)
    {
        if (packets[0].Position + packets[0].Frames >= end)
        {
            return SoundOf(packets[0], start, end);
        }

        int bytes = (int)(end - start) * PyAudioSound.BytesPerFrame;
        lock (_gate)
        {
            foreach ((long at, ReadOnlyMemory<byte> made) in _recent)
            {
                if (at == start && made.Length == bytes)
                {
                    return made;
                }
            }

            byte[] datagram = new byte[bytes];
            int filled = 0;
            foreach (PacketItem packet in packets)
            {
                ReadOnlyMemory<byte> part = SoundOf(packet, start, end);
                part.Span.CopyTo(datagram.AsSpan(filled));
                filled += part.Length;
            }

            _recent[_next] = (start, datagram);
            _next = (_next + 1) % Remembered;
            return datagram;
        }
    }

    private static ReadOnlyMemory<byte> SoundOf(PacketItem packet, long start, long end)
    {
        int first = (int)Math.Max(0, start - packet.Position);
        int behind = (int)Math.Min(packet.Frames, end - packet.Position);
        return packet.Payload.Slice(first * PyAudioSound.BytesPerFrame, (behind - first) * PyAudioSound.BytesPerFrame);
    }
}
