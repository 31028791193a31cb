using System.Buffers.Binary;
using Linnet.Broadcast.Packets;
using Linnet.Wire.Rtp;

namespace Linnet.Broadcast;

/// <summary>
/// One encoded packet; where RTP carries it, with its RTP header and its RTSP frame already before it: the same bytes for everybody.
/// </summary>
public sealed class PacketItem : RingItem
{
    /// <summary>Bytes before the RTP header: <c>$</c>, channel, length (RFC 2326 §10.12).</summary>
    public const int PrefixLength = 4;

    /// <summary>
    /// Bytes of payload that RTP carries at most: its frame within RTSP has 16 bits for the length of header and payload.
    /// </summary>
    public const int MaxRtpPayload = ushort.MaxValue - RtpHeader.Length;

    private readonly byte[] _bytes;
    private readonly int _payloadStart;
    private byte[]?[]? _withCopies;

    /// <summary>Makes the packet's bytes, once.</summary>
    /// <param name="stream">The rendition's RTP identity.</param>
    /// <param name="number">Packets of this rendition before this one.</param>
    /// <param name="position">Position of the first frame of sound, the encoder's delay subtracted.</param>
    /// <param name="frames">Frames it holds.</param>
    /// <param name="marker">Whether sound starts here after a silence or a break.</param>
    /// <param name="dueAt">When it is to leave.</param>
    /// <param name="payload">The encoded packet; copied.</param>
    public PacketItem(
        in RtpStreamIdentity stream, long number, long position, int frames, bool marker, long dueAt, ReadOnlySpan<byte> payload)
        : base(position, dueAt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxRtpPayload, nameof(payload));

        Number = number;
        Frames = frames;
        _payloadStart = PrefixLength + RtpHeader.Length;
        SequenceNumber = unchecked((ushort)(stream.FirstSequenceNumber + number));
        Timestamp = stream.TimestampOf(position);
        _bytes = new byte[PrefixLength + RtpHeader.Length + payload.Length];
        _bytes[0] = (byte)'$';
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(2), (ushort)(RtpHeader.Length + payload.Length));
        new RtpHeader(RtpStreamIdentity.PayloadType, marker, SequenceNumber, Timestamp, stream.Ssrc).Write(_bytes.AsSpan(PrefixLength));
        payload.CopyTo(_bytes.AsSpan(_payloadStart));
    }

    /// <summary>A packet that RTP does not carry: it has a payload of any length, and nothing else.</summary>
    /// <param name="number">Packets of this rendition before this one.</param>
    /// <param name="position">Position of the first frame of sound, the encoder's delay subtracted.</param>
    /// <param name="frames">Frames it holds.</param>
    /// <param name="dueAt">When it is to leave.</param>
    /// <param name="payload">The encoded packet; copied.</param>
    public PacketItem(long number, long position, int frames, long dueAt, ReadOnlySpan<byte> payload)
        : base(position, dueAt)
    {
        Number = number;
        Frames = frames;
        _bytes = payload.ToArray();
    }

    /// <summary>Packets of this rendition before this one.</summary>
    public long Number { get; }

    /// <summary>Frames it holds, at the rendition's clock rate.</summary>
    public int Frames { get; }

    /// <summary>Whether it has the RTP views below; they are not to be used otherwise.</summary>
    public bool IsRtp => _payloadStart > 0;

    /// <summary>Its RTP sequence number.</summary>
    public ushort SequenceNumber { get; }

    /// <summary>Its RTP timestamp.</summary>
    public uint Timestamp { get; }

    /// <summary>The encoded packet alone.</summary>
    public ReadOnlyMemory<byte> Payload => _bytes.AsMemory(_payloadStart);

    /// <summary>The RTP packet: header and payload.</summary>
    public ReadOnlyMemory<byte> Datagram => _bytes.AsMemory(IsRtp ? PrefixLength : throw NotRtp());

    /// <summary>The RTP packet as a frame on interleaved channel 0 of an RTSP connection. For another channel byte 1 differs.</summary>
    public ReadOnlyMemory<byte> InterleavedFrame => IsRtp ? _bytes : throw NotRtp();

    /// <summary>
    /// The RTP packet with copies of earlier ones, made once for all who hear it so; the packet alone where no copy fits. May be called by
    /// several threads.
    /// </summary>
    /// <param name="ring">The ring it is in.</param>
    /// <param name="redundancy">Which copies.</param>
    internal ReadOnlyMemory<byte> DatagramWith(BroadcastRing ring, Redundancy redundancy)
    {
        byte[]?[] made = Volatile.Read(ref _withCopies)
            ?? Interlocked.CompareExchange(ref _withCopies, new byte[]?[Redundancy.Kinds], null) ?? _withCopies!;
        ref byte[]? datagram = ref made[redundancy.Kind];
        if (Volatile.Read(ref datagram) is null)
        {
            Interlocked.CompareExchange(ref datagram, RedPacket.TryMake(ring, this, redundancy) ?? [], null);
        }

        return datagram!.Length == 0 ? Datagram : datagram;
    }

    private static InvalidOperationException NotRtp() => new("RTP does not carry this packet.");
}
