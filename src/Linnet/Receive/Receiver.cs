using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs;

namespace Linnet.Receive;

/// <summary>The receiving half, from datagrams to sound: the network's thread pushes packets in, the device's thread pulls sound out.</summary>
/// <remarks>
/// <code>
/// OnRtp ─► Depacketizer ─► JitterBuffer ─► PlayoutDecoder ─┬─► SequentialPlayout ─► Take   (a file, a pipe)
///              └─ arrivals ─► PlayoutTimeline ─────────────┴─► DevicePlayout     ─► Read   (a device with a clock)
/// </code>
/// The calls that start with <c>On</c> and those about reports may come from any thread. <see cref="Take"/>
/// belongs to one thread at a time; it allocates nothing and waits for nobody. All instants are ticks
/// of <see cref="TimeProvider.GetTimestamp"/> of the provider given.
/// </remarks>
public sealed class Receiver
{
    /// <summary>What <see cref="Take"/> returns when there will be no more sound.</summary>
    public const int End = -1;

    private const long Never = long.MaxValue;

    private readonly Lock _network = new();
    private readonly TimeProvider _time;
    private readonly MediaTimeline _media;
    private readonly long _targetDelayTicks;
    private readonly Depacketizer _depacketizer;
    private readonly ReceptionLog _reception;
    private readonly JitterBuffer _buffer;
    private readonly PlayoutDecoder _decoder;
    private readonly SequentialPlayout _sequential;
    private readonly ArrivalCounts _counts = new();
    private PlayoutTimeline? _timeline;
    private long _newestPosition;
    private long _overAt = Never;
    private bool _startIsKnown;
    private ReceiverState _state;

    /// <param name="decoder">Of the stream's codec. Used by the thread that plays; stays the caller's.</param>
    /// <param name="payloadType">The RTP payload type to accept; <see langword="null"/>: any.</param>
    /// <param name="options">Defaults: profile <c>balanced</c>.</param>
    /// <param name="time">Whose ticks the instants are; defaults to the system's.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems; the message lists them.</exception>
    public Receiver(IAudioDecoder decoder, int? payloadType = null, ReceiverOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        options = (options ?? new ReceiverOptions()).ThrowIfInvalid();
        _time = time ?? TimeProvider.System;
        Format = decoder.Format;
        _media = new MediaTimeline(0, Format.SampleRate, _time.TimestampFrequency);
        _targetDelayTicks = (long)(options.TargetDelay.TotalSeconds * _time.TimestampFrequency);

        _depacketizer = new Depacketizer(Format.SampleRate, payloadType, _time.TimestampFrequency, options);
        _reception = new ReceptionLog(Format.SampleRate, _time.TimestampFrequency);
        _buffer = new JitterBuffer(options.Capacity);
        _decoder = new PlayoutDecoder(_buffer, decoder, options);
        _sequential = new SequentialPlayout(_buffer, _decoder, Format.Channels, _targetDelayTicks);
    }

    /// <summary>The stream's format.</summary>
    public AudioFormat Format { get; }

    /// <summary>
    /// Says that a stream is about to begin, and where (RTSP's <c>RTP-Info</c>). Called before the first packet, and again after a
    /// reconnect. Without it, or when the first packets belie it, the stream begins with what arrives first.
    /// </summary>
    public void Start(ushort? firstSequence = null, uint? firstTimestamp = null)
    {
        lock (_network)
        {
            _depacketizer.Expect(firstSequence, firstTimestamp);
            Volatile.Write(ref _overAt, Never);
        }
    }

    /// <summary>Takes one RTP datagram. Never throws: what is wrong with it is counted.</summary>
    /// <param name="datagram">As it came from the network. Lent for the call.</param>
    /// <param name="arrivedAt">When.</param>
    public void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt)
    {
        lock (_network)
        {
            switch (_depacketizer.Read(datagram, arrivedAt, out StreamPacket packet))
            {
                case DatagramClass.Packet:
                    OnPacket(packet, arrivedAt);
                    break;
                case DatagramClass.Restart:
                    OnPacket(_depacketizer.Restarted, arrivedAt);
                    OnPacket(packet, arrivedAt);
                    break;
                case DatagramClass.Corrupt:
                    _counts.Corrupt++;
                    break;
                default:
                    _counts.Foreign++;
                    break;
            }
        }
    }

    /// <summary>The sender has said goodbye (RTCP BYE). What is still on its way is waited for as long as play-out is delayed anyway.</summary>
    /// <param name="ssrc">Whose goodbye it is; another's is ignored.</param>
    /// <param name="arrivedAt">When it came.</param>
    public void OnBye(uint ssrc, long arrivedAt)
    {
        lock (_network)
        {
            if (_depacketizer.HasStarted && ssrc == _depacketizer.Ssrc && _overAt == Never)
            {
                Volatile.Write(ref _overAt, arrivedAt + _targetDelayTicks);
            }
        }
    }

    /// <summary>Nothing more will come: the connection has ended.</summary>
    public void OnEnd() => Volatile.Write(ref _overAt, long.MinValue);

    /// <summary>Closes a reporting interval and gives the values of the reception report for it.</summary>
    /// <returns><see langword="false"/> if nothing was received yet.</returns>
    public bool TryBuildReceptionReport(long now, out Reception reception)
    {
        lock (_network)
        {
            return _reception.TryReport(_depacketizer.Ssrc, _depacketizer.ExtendedHighestSequence, now, out reception);
        }
    }

    /// <summary>Gives a file or a pipe what can be told by now: every frame once, in order, at the stream's own rate.</summary>
    /// <param name="pcm">Interleaved, in <see cref="Format"/>; filled from the front. Lent for the call.</param>
    /// <param name="now">The current time.</param>
    /// <returns>Frames written; 0 when nothing can be told yet; <see cref="End"/> when all is told.</returns>
    public int Take(Span<float> pcm, long now)
    {
        bool isOver = now >= Volatile.Read(ref _overAt);
        int frames = Volatile.Read(ref _timeline) is { } timeline
            ? _sequential.Take(pcm, now, timeline, Volatile.Read(ref _startIsKnown), isOver)
            : 0;
        if (frames == 0 && isOver)
        {
            _state = ReceiverState.Ended;
            return End;
        }

        _state = frames > 0 ? ReceiverState.Playing : _state;
        return frames;
    }

    /// <summary>What was counted, and where play-out is. May be called from any thread.</summary>
    public ReceiverStatistics GetStatistics() => new()
    {
        State = _state,
        Received = _counts.Received,
        Lost = _buffer.Lost,
        Late = _counts.Late + _decoder.LatePackets,
        Duplicate = _counts.Duplicate,
        Reordered = _counts.Reordered,
        Corrupt = _counts.Corrupt + _decoder.CorruptPackets,
        Foreign = _counts.Foreign,
        Overflow = _buffer.Overflow,
        Restarts = _counts.Restarts,
        Concealed = Format.DurationOf(_decoder.ConcealedFrames),
        Paused = Format.DurationOf(_decoder.PausedFrames),
        Buffer = Format.DurationOf(Math.Max(0, Volatile.Read(ref _newestPosition) + _decoder.PacketFrames - _decoder.Position)),
        Jitter = Format.DurationOf((long)_reception.Jitter),
    };

    private void OnPacket(in StreamPacket packet, long arrivedAt)
    {
        bool isFirst = _timeline is null;
        if (isFirst && _depacketizer.FirstIsKnown)
        {
            _buffer.StartAt(0);
            Volatile.Write(ref _startIsKnown, _depacketizer.StartIsKnown);
        }

        if (packet.IsDiscontinuity)
        {
            _counts.Restarts++;
            _reception.Reset();
            Volatile.Write(ref _overAt, Never);
        }

        var buffered = new BufferedPacket(packet.Sequence, packet.Position, arrivedAt, packet.IsDiscontinuity);
        _counts.Count(_buffer.Put(buffered, packet.Payload));
        _reception.OnPacket(packet.Sequence, packet.Position, arrivedAt);
        if (packet.Position > _newestPosition || packet.IsDiscontinuity)
        {
            Volatile.Write(ref _newestPosition, packet.Position);
        }

        if (isFirst || packet.IsDiscontinuity || packet.IsResumption)
        {
            Volatile.Write(ref _timeline, new PlayoutTimeline(packet.Sequence, packet.Position, arrivedAt, _media));
        }
        else if (packet.Sequence >= _timeline!.FirstSequence)
        {
            _timeline.Observe(packet.Position, arrivedAt);
        }
    }

    // Written under the network's lock, read by whoever asks.
    private sealed class ArrivalCounts
    {
        internal long Received, Late, Duplicate, Reordered, Corrupt, Foreign, Restarts;

        internal void Count(PacketClass arrival)
        {
            Received += arrival == PacketClass.Duplicate ? 0 : 1;
            Late += arrival == PacketClass.Late ? 1 : 0;
            Duplicate += arrival == PacketClass.Duplicate ? 1 : 0;
            Reordered += arrival == PacketClass.Reordered ? 1 : 0;
        }
    }
}
