using Linnet.Clock;
using Linnet.Wire.Rtp;
using Linnet.Wire.Sdp;

namespace Linnet.Receive;

/// <summary>The kind of a datagram.</summary>
internal enum DatagramClass
{
    /// <summary>A packet of the stream.</summary>
    Packet,

    /// <summary>The second packet of a stream that replaces the previous one. The first is <see cref="Depacketizer.Restarted"/>.</summary>
    Restart,

    /// <summary>Not RTP, or longer than allowed.</summary>
    Corrupt,

    /// <summary>A retransmitted packet of the stream.</summary>
    Retransmission,

    /// <summary>RTP with another payload type or source, or the first packet of a possible restart.</summary>
    Foreign,
}

/// <summary>One packet of the stream, with numbers that do not wrap. A view, like <see cref="RtpPacket"/>.</summary>
internal readonly ref struct StreamPacket
{
    /// <summary>The sequence number; continues across restarts.</summary>
    public required long Sequence { get; init; }

    /// <summary>The position of the first frame; continues across restarts.</summary>
    public required long Position { get; init; }

    /// <summary>The number of restarts before this packet.</summary>
    public required int Stream { get; init; }

    /// <summary>Whether this is the first packet after a restart.</summary>
    public bool IsRestart { get; init; }

    /// <summary>Whether the sender's clock stood still before this packet, so that its timing must be learned again.</summary>
    public bool IsResumption { get; init; }

    /// <summary>The payload. See <see cref="RtpPacket.Payload"/>.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The payload that contained it, if that also holds copies of earlier packets.</summary>
    public RedPayload Red { get; init; }
}

/// <summary>
/// Turns datagrams into packets of one stream: filters by payload type and source, unwraps sequence numbers and timestamps, and detects
/// restarts of the sender.
/// </summary>
/// <remarks>
/// A stray packet must not end the stream. So a restart (another SSRC, or numbers that cannot follow on the same one) counts only when
/// a second packet follows the first (RFC 3550 §A.1, but the first packet is kept, not lost). After a restart, sequence numbers
/// continue from the highest one before, and positions far beyond it.
/// </remarks>
internal sealed class Depacketizer
{
    // The earliest arrival counts for minutes, so a clock difference of some ppm is followed, but packets that are all late after a
    // stall are not.
    private const int OriginSmoothing = 1 << 16;

    private readonly int? _payloadType;
    private readonly RepairOffer _repair;
    private readonly int _maxPayload;
    private readonly int _maxDropout;
    private readonly long _maxJumpTicks;
    private readonly MediaTimeline _media;
    private readonly byte[] _held;

    private WrappingCounter _sequence = WrappingCounter.Of16Bits();
    private WrappingCounter _timestamp = WrappingCounter.Of32Bits();
    private long _sequenceBase;
    private long _positionBase;
    private long _firstSequence;
    private long _highestSequence;
    private long _highestTimestamp;
    private long _highestArrivedAt;
    private long _origin;
    private ushort? _hintedSequence;
    private uint? _hintedTimestamp;
    private bool _expectsAnother;
    private int _stream;
    private RtpHeader _heldHeader;
    private int _heldLength = -1;
    private long _packetTicks;

    /// <param name="clockRate">Ticks per second of the timestamps.</param>
    /// <param name="payloadType">The payload type to accept; <see langword="null"/>: any.</param>
    /// <param name="ticksPerSecond"><see cref="TimeProvider.TimestampFrequency"/>.</param>
    /// <param name="options">The receiver's limits.</param>
    /// <param name="repair">The payload types of the stream's repairs.</param>
    internal Depacketizer(int clockRate, int? payloadType, long ticksPerSecond, ReceiverOptions options, RepairOffer? repair = null)
    {
        _payloadType = payloadType;
        _repair = repair ?? RepairOffer.None;
        _maxPayload = ReceiverOptions.MaxPayload;
        _maxDropout = options.Capacity / 2;
        _maxJumpTicks = ReceiverOptions.MaxJump.InTicks(ticksPerSecond);
        _media = new MediaTimeline(0, clockRate, ticksPerSecond);
        _held = new byte[ReceiverOptions.MaxPayload];
    }

    /// <summary>Whether a packet of the stream has arrived.</summary>
    internal bool HasStarted { get; private set; }

    /// <summary>The stream's SSRC.</summary>
    internal uint Ssrc { get; private set; }

    /// <summary>Frames between consecutive packets; 0 until known.</summary>
    internal int PacketFrames => (int)_packetTicks;

    /// <summary>Converts an unwrapped sequence number to the one on the wire.</summary>
    internal ushort WireSequence(long sequence) => unchecked((ushort)(sequence - _sequenceBase));

    /// <summary>Whether sequence number 0 is known to be the first one, because the sender announced it.</summary>
    internal bool FirstIsKnown { get; private set; }

    /// <summary>Whether position 0 is known to be the first one, because the sender announced it.</summary>
    internal bool StartIsKnown { get; private set; }

    /// <summary>The highest sequence number in RTCP's form: cycles in the upper 16 bits, the number in the lower 16.</summary>
    internal uint ExtendedHighestSequence => (uint)_highestSequence;

    /// <summary>The first packet of the stream after <see cref="DatagramClass.Restart"/>. Valid until the next datagram.</summary>
    internal StreamPacket Restarted => new()
    {
        Sequence = _sequenceBase + _firstSequence,
        Position = _positionBase + _timestamp.Peek(_heldHeader.Timestamp),
        Stream = _stream,
        IsRestart = true,
        Payload = _held.AsSpan(0, _heldLength),
    };

    /// <summary>
    /// Announces a stream and its first packet (RTSP's <c>RTP-Info</c>). Hints that the first packet contradicts are ignored. If a
    /// stream was already received, the next packet continues it if possible; otherwise it begins another one.
    /// </summary>
    internal void Expect(ushort? firstSequence, uint? firstTimestamp)
    {
        _hintedSequence = firstSequence;
        _hintedTimestamp = firstTimestamp;
        _expectsAnother = HasStarted;
    }

    /// <summary>Reads an untrusted datagram from the network. Never throws.</summary>
    internal DatagramClass Read(ReadOnlySpan<byte> datagram, long arrivedAt, out StreamPacket packet)
    {
        packet = default;
        if (!RtpPacket.TryParse(datagram, out RtpPacket rtp) || rtp.Payload.Length > _maxPayload)
        {
            return DatagramClass.Corrupt;
        }

        RtpHeader header = rtp.Header;
        ReadOnlySpan<byte> payload = rtp.Payload;
        if (header.PayloadType == _repair.RtxPayloadType)
        {
            return TryReadRetransmission(header, payload, out packet) ? DatagramClass.Retransmission : DatagramClass.Foreign;
        }

        if (IsRed(header, payload, out RedPayload red))
        {
            payload = red.Primary;
        }
        else if (_payloadType is { } wanted && header.PayloadType != wanted)
        {
            return DatagramClass.Foreign;
        }

        if (payload.IsEmpty)
        {
            return DatagramClass.Foreign;
        }

        bool isRestart = false;
        if (!HasStarted)
        {
            Begin(header, arrivedAt, sequenceBase: 0, positionBase: 0);
            ApplyHint(header);
        }
        else if (_expectsAnother && !Belongs(header, arrivedAt))
        {
            Begin(header, arrivedAt, _sequenceBase + _highestSequence + 1, PositionAfterRestart(arrivedAt));
            isRestart = true;
        }
        else if (!Belongs(header, arrivedAt))
        {
            if (!FollowsHeld(header))
            {
                Hold(header, payload);
                return DatagramClass.Foreign;
            }

            Begin(_heldHeader, arrivedAt, _sequenceBase + _highestSequence + 1, PositionAfterRestart(arrivedAt));
            packet = Accept(header, payload, red, arrivedAt, isRestart: false);
            return DatagramClass.Restart;
        }

        packet = Accept(header, payload, red, arrivedAt, isRestart);
        _expectsAnother = false;
        _heldLength = -1;
        return DatagramClass.Packet;
    }

    /// <summary>Reads one of a packet's copies. A copy has no sequence number; its age gives its position.</summary>
    /// <returns><see langword="false"/> if it has another payload type, or its position is unknown.</returns>
    internal bool TryReadCopy(in StreamPacket carrier, int index, out StreamPacket packet)
    {
        packet = default;
        RedCopy copy = carrier.Red.GetCopy(index);
        long back = _packetTicks == 0 ? 0 : (copy.Offset + (_packetTicks / 2)) / _packetTicks;
        long sequence = carrier.Sequence - back;
        if (back == 0 || copy.Payload.IsEmpty || !IsWanted(copy.PayloadType) || (_stream > 0 && sequence < _sequenceBase + _firstSequence))
        {
            return false;
        }

        packet = new StreamPacket
        {
            Sequence = sequence,
            Position = carrier.Position - copy.Offset,
            Stream = _stream,
            Payload = copy.Payload
        };
        return true;
    }

    /// <summary>The position of a timestamp of the current stream.</summary>
    internal long PositionOf(uint timestamp) => _positionBase + _timestamp.Peek(timestamp);

    // Sequence numbers are stored relative to the first one, so the new stream starts at exactly sequenceBase.
    private void Begin(RtpHeader first, long arrivedAt, long sequenceBase, long positionBase)
    {
        _stream += HasStarted ? 1 : 0;
        _expectsAnother = false;
        HasStarted = true;
        Ssrc = first.Ssrc;
        _sequence = WrappingCounter.Of16Bits();
        _timestamp = WrappingCounter.Of32Bits();
        _firstSequence = _highestSequence = _sequence.Unwrap(first.SequenceNumber);
        _highestTimestamp = _timestamp.Unwrap(first.Timestamp);
        _highestArrivedAt = arrivedAt;
        _origin = arrivedAt - _media.DueAt(_highestTimestamp);
        _sequenceBase = sequenceBase - _firstSequence;
        _positionBase = positionBase - _highestTimestamp;
    }

    private void ApplyHint(RtpHeader first)
    {
        if (_hintedSequence is not { } sequence
            || (short)(first.SequenceNumber - sequence) is var steps && Math.Abs((int)steps) > _maxDropout)
        {
            return;
        }

        FirstIsKnown = true;
        _sequenceBase += steps;
        if (_hintedTimestamp is { } timestamp
            && (int)(first.Timestamp - timestamp) is var frames
            && Math.Sign(frames) == Math.Sign(steps)
            && Math.Abs(_media.DueAt(frames)) <= _maxJumpTicks)
        {
            StartIsKnown = true;
            _positionBase += frames;
        }
    }

    // Far enough after the old stream that the two cannot overlap. The packet's stream number marks the step as meaningless.
    private long PositionAfterRestart(long arrivedAt) =>
        _positionBase + _highestTimestamp + _media.SampleRate + _media.PositionAt(Math.Max(0, arrivedAt - _highestArrivedAt));

    // Some senders do not announce copies. Accept packets of an unknown type that hold only copies of the expected type.
    private bool IsRed(RtpHeader header, ReadOnlySpan<byte> payload, out RedPayload red)
    {
        red = default;
        bool isDeclared = header.PayloadType == _repair.RedPayloadType;
        if ((!isDeclared && (_repair.RedPayloadType is not null || _payloadType is null || header.PayloadType == _payloadType))
            || !RedPayload.TryParse(payload, out RedPayload parsed)
            || !IsWanted(parsed.PrimaryType))
        {
            return false;
        }

        for (int i = 0; i < parsed.Copies && !isDeclared; i++)
        {
            if (!IsWanted(parsed.GetCopy(i).PayloadType))
            {
                return false;
            }
        }

        red = parsed;
        return isDeclared || parsed.Copies > 0;
    }

    private bool IsWanted(byte payloadType) => _payloadType is not { } wanted || payloadType == wanted;

    // A retransmission says nothing about the path, so the stream's statistics stay as they are.
    private bool TryReadRetransmission(RtpHeader header, ReadOnlySpan<byte> payload, out StreamPacket packet)
    {
        packet = default;
        if (!HasStarted || !RtxPayload.TryParse(payload, out RtxPayload again))
        {
            return false;
        }

        long sequence = _sequence.Peek(again.OriginalSequenceNumber);
        long timestamp = _timestamp.Peek(header.Timestamp);
        long steps = sequence - _highestSequence;
        long ticks = _media.DueAt(timestamp - _highestTimestamp);
        if (Math.Abs(steps) > _maxDropout || Math.Abs(ticks) > 5 * _maxJumpTicks || Math.Sign(steps) * Math.Sign(ticks) < 0
            || (_stream > 0 && sequence < _firstSequence))
        {
            return false;
        }

        packet = new StreamPacket
        {
            Sequence = _sequenceBase + sequence,
            Position = _positionBase + timestamp,
            Stream = _stream,
            Payload = again.Payload
        };
        return true;
    }

    private StreamPacket Accept(RtpHeader header, ReadOnlySpan<byte> payload, RedPayload red, long arrivedAt, bool isRestart)
    {
        long sequence = _sequence.Unwrap(header.SequenceNumber);
        long timestamp = _timestamp.Unwrap(header.Timestamp);
        bool resumed = false;
        if (sequence > _highestSequence)
        {
            if (sequence == _highestSequence + 1 && timestamp > _highestTimestamp && timestamp - _highestTimestamp <= _media.SampleRate)
            {
                _packetTicks = timestamp - _highestTimestamp;
            }

            resumed = arrivedAt - _highestArrivedAt - _media.DueAt(timestamp - _highestTimestamp) > _maxJumpTicks;
            _highestSequence = sequence;
            _highestTimestamp = Math.Max(timestamp, _highestTimestamp);
            _highestArrivedAt = arrivedAt;
            long late = arrivedAt - _media.DueAt(timestamp) - _origin;
            _origin += late < 0 ? late : late / OriginSmoothing;
        }

        return new StreamPacket
        {
            Sequence = _sequenceBase + sequence,
            Position = _positionBase + timestamp,
            Stream = _stream,
            IsRestart = isRestart,
            IsResumption = resumed,
            Payload = payload,
            Red = red,
        };
    }

    // Whether the packet can belong to the current stream: the next one, an older one, or after an outage a much later one.
    private bool Belongs(RtpHeader header, long arrivedAt)
    {
        if (header.Ssrc != Ssrc)
        {
            return false;
        }

        long sequence = _sequence.Peek(header.SequenceNumber);
        long steps = sequence - _highestSequence;
        long ticks = _media.DueAt(_timestamp.Peek(header.Timestamp) - _highestTimestamp);

        // Packets from a queue arrive all at once and late. The sender may have skipped as much after them as they are late.
        long elapsed = Math.Max(arrivedAt - _highestArrivedAt, arrivedAt - _origin - _media.DueAt(_highestTimestamp));
        if (steps <= 0)
        {
            return (sequence >= _firstSequence || _stream == 0) && steps > -_maxDropout && ticks <= 0 && ticks >= -5 * _maxJumpTicks
                && (steps < 0 || ticks == 0);
        }

        return ticks >= 0 && ticks <= elapsed + _maxJumpTicks && (steps <= _maxDropout || elapsed > _maxJumpTicks);
    }

    private bool FollowsHeld(RtpHeader header) =>
        _heldLength >= 0
        && header.Ssrc == _heldHeader.Ssrc
        && (ushort)(header.SequenceNumber - _heldHeader.SequenceNumber) is > 0 and <= 16
        && (int)(header.Timestamp - _heldHeader.Timestamp) is >= 0 and var step
        && _media.DueAt(step) <= _maxJumpTicks;

    private void Hold(RtpHeader header, ReadOnlySpan<byte> payload)
    {
        _heldHeader = header;
        _heldLength = payload.Length;
        payload.CopyTo(_held);
    }
}
