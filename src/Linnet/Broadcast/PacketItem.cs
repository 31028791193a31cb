using Linnet.Broadcast.Packets;

namespace Linnet.Broadcast;

/// <summary>One encoded packet, with the bytes that transports make of it: each kind of them once, the same for all listeners.</summary>
internal sealed class PacketItem : RingItem
{
    private readonly byte[] _bytes;
    private readonly EnvelopeFraming? _framing;
    private readonly byte _headLength;
    private readonly byte _tailLength;
    private Framed? _framed;

    /// <summary>Makes the packet, and around it the bytes that most of its listeners need.</summary>
    /// <param name="framing">The framing written around the payload at once: the ring's <see cref="BroadcastRing.Framing"/>.
    /// <see langword="null"/>: nothing.</param>
    /// <param name="number">Packets of this rendition before this one.</param>
    /// <param name="position">Position of the first frame of sound, the encoder's delay subtracted.</param>
    /// <param name="frames">Frames it holds.</param>
    /// <param name="marker">Whether audio starts here after a silence or a break.</param>
    /// <param name="dueAt">When it is due, in ticks.</param>
    /// <param name="payload">The encoded packet; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">The payload is longer than <paramref name="framing"/> can carry.</exception>
    public PacketItem(
        EnvelopeFraming? framing, long number, long position, int frames, bool marker, long dueAt, ReadOnlySpan<byte> payload)
        : base(position, dueAt)
    {
        Number = number;
        Frames = frames;
        Marker = marker;
        _framing = framing;
        _headLength = checked((byte)(framing?.HeadLength(payload.Length) ?? 0));
        _tailLength = checked((byte)(framing?.TailLength(payload.Length) ?? 0));
        _bytes = new byte[_headLength + payload.Length + _tailLength];
        payload.CopyTo(_bytes.AsSpan(_headLength));
        framing?.WriteAround(this, _bytes);
    }

    /// <summary>Packets of this rendition before this one.</summary>
    public long Number { get; }

    /// <summary>Frames it holds, at the rendition's clock rate.</summary>
    public int Frames { get; }

    /// <summary>Whether audio starts here after a silence or a break.</summary>
    public bool Marker { get; }

    /// <summary>What was written around the payload when it was made.</summary>
    internal EnvelopeFraming? Framing => _framing;

    /// <summary>The encoded packet alone.</summary>
    public ReadOnlyMemory<byte> Payload => _bytes.AsMemory(_headLength, _bytes.Length - _headLength - _tailLength);

    /// <summary>The packet in a form: made at the first call, kept for all others. Any thread may call.</summary>
    internal ReadOnlyMemory<byte> FramedBy(PacketFraming framing)
    {
        if (ReferenceEquals(framing, _framing) || framing.Equals(_framing))
        {
            return _bytes;
        }

        Framed? first = Volatile.Read(ref _framed);
        if (Find(first, framing) is Framed known)
        {
            return known.Bytes;
        }

        var made = new Framed(framing, framing.Make(this)) { Next = first };
        while (true)
        {
            first = Interlocked.CompareExchange(ref _framed, made, made.Next);
            if (first == made.Next)
            {
                return made.Bytes;
            }

            // Another thread was faster: all listeners with the same framing share its bytes.
            if (Find(first, framing) is Framed theirs)
            {
                return theirs.Bytes;
            }

            made.Next = first;
        }
    }

    private static Framed? Find(Framed? framed, PacketFraming framing)
    {
        while (framed is not null && !framed.Framing.Equals(framing))
        {
            framed = framed.Next;
        }

        return framed;
    }

    private sealed class Framed(PacketFraming framing, ReadOnlyMemory<byte> bytes)
    {
        public PacketFraming Framing { get; } = framing;

        public ReadOnlyMemory<byte> Bytes { get; } = bytes;

        public Framed? Next { get; set; }
    }
}
