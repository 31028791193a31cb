using Linnet.Audio;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Receive.Repair;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Sdp;

namespace Linnet.Receive;

/// <summary>
/// The receiving half, from datagrams to audio. The network thread pushes packets in; the device thread pulls audio out.
/// </summary>
/// <remarks>
/// <code>
/// OnRtp ─► Depacketizer ─► JitterBuffer ─► PlayoutDecoder ─┬─► SequentialPlayout ─► Take   (a file, a pipe)
///              └─ arrivals ─► PlayoutTimeline ─────────────┴─► DevicePlayout     ─► Read   (a device with a clock)
/// </code>
/// Methods that start with <c>On</c>, and the reports, may be called from any thread. <see cref="Read"/> and <see cref="Take"/> belong
/// to one thread at a time. Use one of them, not both; they allocate nothing and do not wait. All instants are ticks of
/// <see cref="TimeProvider.GetTimestamp"/> of the given provider.
/// </remarks>
internal sealed partial class Receiver : IRtpSink
{
    /// <summary>Returned by <see cref="Read"/> and <see cref="Take"/> when there will be no more audio.</summary>
    public const int End = -1;

    private const long Never = long.MaxValue;

    private static readonly TimeSpan MostLatency = TimeSpan.FromSeconds(30);

    private readonly Lock _network = new();
    private readonly TimeProvider _time;
    private readonly ReceiverOptions _options;
    private readonly MediaTimeline _media;
    private readonly DelayTarget _target;
    private long _shifted;
    private readonly Depacketizer _depacketizer;
    private readonly ReceptionLog _reception;
    private readonly SenderClock _senderClock;
    private readonly ArrivalCounts _counts = new();
    private readonly Repairer _repair;
    private readonly JitterBuffer _buffer;
    private readonly PlayoutDecoder _decoder;
    private readonly SequentialPlayout _sequential;
    private DevicePlayout _device;
    private PlayoutTimeline? _timeline;
    private long _newestPosition;
    private long _overAt = Never;
    private bool _startIsKnown;
    private bool _hasEnded;
    private bool _wasAway;

    /// <param name="decoder">A decoder for the stream's codec. Used by the playing thread; owned by the caller.</param>
    /// <param name="payloadType">The RTP payload type to accept; <see langword="null"/>: any.</param>
    /// <param name="options">The options; default: profile <c>balanced</c>.</param>
    /// <param name="time">The clock for all instants; default: the system clock.</param>
    /// <param name="repair">How the sender repairs losses; default: not at all.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> are invalid; the message lists the problems.</exception>
    public Receiver(
        IAudioDecoder decoder, int? payloadType = null, ReceiverOptions? options = null, TimeProvider? time = null,
        RepairOffer? repair = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        _options = (options ?? new ReceiverOptions()).ThrowIfInvalid();
        _time = time ?? TimeProvider.System;
        Format = decoder.Format;
        long ticksPerSecond = _time.TimestampFrequency;
        _media = new MediaTimeline(0, Format.SampleRate, ticksPerSecond);
        _target = new DelayTarget(_options.BaseDelay.InTicks(ticksPerSecond), _options.MostDelay.InTicks(ticksPerSecond), ticksPerSecond);

        _depacketizer = new Depacketizer(Format.SampleRate, payloadType, ticksPerSecond, _options, repair);
        _repair = new Repairer(repair ?? RepairOffer.None, _media);
        _reception = new ReceptionLog(Format.SampleRate, ticksPerSecond);
        _senderClock = new SenderClock(_media);
        _buffer = new JitterBuffer(_options.Capacity);
        _decoder = new PlayoutDecoder(_buffer, decoder);
        _sequential = new SequentialPlayout(_buffer, _decoder, _media, Format.Channels, _target);
        _device = new DevicePlayout(_buffer, _decoder, Format, Format, _target, ticksPerSecond);
    }

    /// <summary>The stream's format.</summary>
    public AudioFormat Format { get; }

    /// <summary>The receiver's state. Allocates nothing.</summary>
    public ReceiverState State =>
        Volatile.Read(ref _hasEnded) ? ReceiverState.Ended
        : !_buffer.HasBegun ? ReceiverState.Waiting
        : _device.IsAligned && _device.IsStarved ? ReceiverState.Starved
        : ReceiverState.Playing;

    /// <summary>Packets waiting to be played, including missing ones between them. May be read from any thread.</summary>
    internal long Waiting => _buffer.Newest is { } newest ? Math.Max(0, newest + 1 - _buffer.Start) : 0;

    /// <summary>The target delay, and the minimum that repair needs.</summary>
    internal DelayTarget Target => _target;

    /// <summary>The actual delay, for a device with a clock.</summary>
    internal PlayoutDepth Depth => Volatile.Read(ref _device).Depth;

    /// <summary>
    /// Sets the device's format. Call before the first <see cref="Read"/>, or between two calls to switch to another device.
    /// </summary>
    /// <exception cref="ArgumentException">The format is out of range.</exception>
    public void SetOutput(AudioFormat format)
    {
        if (!format.IsValid)
        {
            throw new ArgumentException($"A device cannot use {format}.", nameof(format));
        }

        Volatile.Write(
            ref _device, new DevicePlayout(_buffer, _decoder, Format, format, _target, _media.TicksPerSecond, _device));
    }

    /// <summary>
    /// Announces a stream and its first packet (RTSP's <c>RTP-Info</c>). Call before the first packet, and again after a reconnect.
    /// Without it, or if the first packets contradict it, the stream begins with the first packet to arrive.
    /// </summary>
    public void Start(ushort? firstSequence = null, uint? firstTimestamp = null)
    {
        lock (_network)
        {
            _depacketizer.Expect(firstSequence, firstTimestamp);
            _repair.Connect(_time.GetTimestamp());
            Volatile.Write(ref _overAt, Never);
        }
    }

    /// <summary>
    /// Whether the sender numbers its audio. If not, positions are assigned on arrival, where a pause and a loss look the same. The gap
    /// between two streams on the same connection is then unknown. Default true.
    /// </summary>
    internal bool HasPositions { get; init; } = true;

    /// <summary>
    /// When the next frame for <see cref="Take"/> would arrive if its stream continued; <see langword="null"/> if none arrived. For the
    /// playing thread only.
    /// </summary>
    internal long? EndsAt => _sequential.EndsAt;

    /// <summary>
    /// Sets when other audio, which <see cref="Take"/> will continue, would have gone on. Call before the first <see cref="Take"/>.
    /// </summary>
    internal void ContinueFrom(long? endsAt) => _sequential.ContinueFrom(endsAt);

    /// <summary>When the next frame was due at its sender, by the sender's wall clock, if known. For the playing thread only.</summary>
    internal DateTimeOffset? NextSentAt => _timeline?.Stream == _decoder.Stream ? _senderClock.TimeOf(_decoder.Position) : null;

    /// <summary>
    /// Reports that a lost connection was restored: audio sent in the meantime is missing. Call before <see cref="Start"/>.
    /// </summary>
    internal void OnReconnected()
    {
        lock (_network)
        {
            _wasAway = true;
        }
    }

    /// <summary>Processes one RTP datagram. Never throws; errors in the datagram are counted.</summary>
    /// <param name="datagram">The datagram, as received. Not used after the call.</param>
    /// <param name="arrivedAt">When it arrived.</param>
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
                    // The first packet of the new stream was counted as foreign.
                    _counts.Foreign--;
                    OnPacket(_depacketizer.Restarted, arrivedAt);
                    OnPacket(packet, arrivedAt);
                    break;
                case DatagramClass.Retransmission:
                    OnRepair(packet, arrivedAt, PacketOrigin.Retransmission, datagram.Length);
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

    /// <summary>Counts a datagram that the transport refused.</summary>
    /// <param name="isForeign">Whether it came from another peer; otherwise it was malformed.</param>
    public void OnRefused(bool isForeign)
    {
        lock (_network)
        {
            _counts.Foreign += isForeign ? 1 : 0;
            _counts.Corrupt += isForeign ? 0 : 1;
        }
    }

    /// <summary>Processes a sender report, which maps timestamps to the sender's wall clock.</summary>
    /// <param name="report">The parsed report. Reports about other sources are ignored.</param>
    /// <param name="arrivedAt">When it arrived.</param>
    public void OnSenderReport(SenderReport report, long arrivedAt)
    {
        ArgumentNullException.ThrowIfNull(report);
        lock (_network)
        {
            if (_depacketizer.HasStarted && report.Ssrc == _depacketizer.Ssrc)
            {
                _senderClock.OnReport(report.Time, _depacketizer.PositionOf(report.Timestamp));
                _reception.OnSenderReport(report.Time.Middle, arrivedAt);
            }
        }
    }

    /// <summary>
    /// Processes the sender's goodbye (RTCP BYE). Packets still in transit are waited for as long as the playback delay.
    /// </summary>
    /// <param name="ssrc">The source that said goodbye. Other sources are ignored.</param>
    /// <param name="arrivedAt">When it arrived.</param>
    public void OnBye(uint ssrc, long arrivedAt)
    {
        lock (_network)
        {
            if (_depacketizer.HasStarted && ssrc == _depacketizer.Ssrc && _overAt == Never)
            {
                Volatile.Write(ref _overAt, arrivedAt + _target.Ticks);
            }
        }
    }

    /// <summary>Call when the connection has ended. Audio that has arrived is still played. Does not wait.</summary>
    public void OnEnd() => Volatile.Write(ref _overAt, long.MinValue);

    /// <summary>Closes a reporting interval and builds its report block.</summary>
    /// <returns><see langword="false"/> if nothing has been received yet.</returns>
    public bool TryBuildReport(long now, out ReportBlock report)
    {
        lock (_network)
        {
            return _reception.TryReport(_depacketizer.Ssrc, _depacketizer.ExtendedHighestSequence, now, out report);
        }
    }

    /// <summary>Gets the audio that is due, for a device with a clock, at the device's rate.</summary>
    /// <param name="pcm">Interleaved, in the format of <see cref="SetOutput"/>, by default the stream's. Not used after the call.</param>
    /// <param name="heardAt">When the first frame will play.</param>
    /// <param name="now">The current time.</param>
    /// <returns>Frames written: <paramref name="pcm"/> is filled, with silence where audio is missing, until the end. Then fewer, and
    /// finally <see cref="End"/>.</returns>
    public int Read(Span<float> pcm, long heardAt, long now)
    {
        bool isOver = now >= Volatile.Read(ref _overAt);
        return EndIfNone(_device.Read(pcm, heardAt, now, Volatile.Read(ref _timeline), isOver), isOver);
    }

    /// <summary>Gets the audio that is ready, for a file or a pipe: every frame once, in order, at the stream's own rate.</summary>
    /// <param name="pcm">Interleaved, in <see cref="Format"/>; filled from the front. Not used after the call.</param>
    /// <param name="now">The current time.</param>
    /// <returns>Frames written; 0 if none are ready yet; <see cref="End"/> after the last.</returns>
    public int Take(Span<float> pcm, long now)
    {
        bool isOver = now >= Volatile.Read(ref _overAt);
        int frames = Volatile.Read(ref _timeline) is { } timeline
            ? _sequential.Take(pcm, now, timeline, Volatile.Read(ref _startIsKnown), isOver)
            : 0;
        return EndIfNone(frames, isOver);
    }

    /// <summary>Gets the counts and the state of playback. May be called from any thread.</summary>
    public ReceiverStatistics GetStatistics()
    {
        FillCounts fills = _decoder.Counts;
        (TimeSpan latency, bool isEndToEnd) = Latency();
        return new ReceiverStatistics
        {
            State = State,
            Received = _counts.Received,
            Lost = _buffer.Lost,
            Late = _counts.Late + fills.LatePackets,
            Duplicate = _counts.Duplicate,
            Reordered = _counts.Reordered,
            Corrupt = _counts.Corrupt + fills.CorruptPackets,
            Foreign = _counts.Foreign,
            Overflow = _buffer.Overflow,
            Restarts = _counts.Restarts,
            Concealed = Format.DurationOf(fills.ConcealedFrames),
            Recovered = Format.DurationOf(fills.RecoveredFrames),
            Paused = Format.DurationOf(fills.PausedFrames),
            Skipped = Format.DurationOf(_device.SkippedFrames),
            Buffer = _buffer.Newest is null
                ? TimeSpan.Zero
                : Format.DurationOf(Math.Max(0, Volatile.Read(ref _newestPosition) + _decoder.PacketFrames - _decoder.Position)),
            Profile = _options.Latency is null ? _options.Profile.Name : null,
            Target = _time.GetElapsedTime(0, _target.Ticks),
            Delay = _device.IsAligned ? _time.GetElapsedTime(0, _device.Depth.Ticks) : TimeSpan.Zero,
            Lateness = _time.GetElapsedTime(0, _target.Lateness),
            Stretches = _device.Depth.Changes,
            Stretched = Format.DurationOf(_device.Depth.ChangedFrames),
            Latency = latency,
            IsLatencyEndToEnd = isEndToEnd,
            Jitter = Format.DurationOf((long)_reception.Jitter),
            DriftPpm = _device.Drift * 1e6,
            IsDriftKnown = _device.IsDriftKnown,
            PlayoutError = _device.IsAligned ? _time.GetElapsedTime(0, _device.Error) : TimeSpan.Zero,
            Underruns = fills.Underruns,
            Jumps = _device.Jumps,
            Repair = GetRepair(),
        };
    }

    private void OnPacket(in StreamPacket packet, long arrivedAt)
    {
        bool isFirst = _timeline is null;
        if (isFirst && _depacketizer.FirstIsKnown)
        {
            _buffer.StartAt(0);
            Volatile.Write(ref _startIsKnown, _depacketizer.StartIsKnown);
        }

        if (packet.IsRestart)
        {
            _counts.Restarts++;
            _reception.Reset();
            _senderClock.Reset();
            _repair.Restart();
            Volatile.Write(ref _overAt, Never);
        }

        var buffered = new BufferedPacket(packet.Sequence, packet.Position, arrivedAt, packet.Stream);
        PacketClass arrival = _buffer.Put(buffered, packet.Payload);
        _counts.Count(arrival);
        _reception.OnPacket(packet.Sequence, packet.Position, arrivedAt);
        if (packet.Position > _newestPosition || packet.IsRestart || isFirst)
        {
            Volatile.Write(ref _newestPosition, packet.Position);
        }

        if (isFirst || packet.IsRestart || packet.IsResumption)
        {
            // The first packet to arrive need not be the first that was sent.
            long first = isFirst ? long.MinValue : packet.Sequence;
            Volatile.Write(
                ref _timeline, new PlayoutTimeline(buffered, first, _media, _target.Most) { FollowsByTime = HasPositions || _wasAway });
            _shifted = 0;
            _wasAway = false;
        }
        else if (packet.Sequence >= _timeline!.FirstSequence)
        {
            Learn(arrival, _timeline.Observe(packet.Position, arrivedAt), arrivedAt);
        }

        _repair.OnPacket(buffered, arrival, _depacketizer.PacketFrames, _reception.Jitter, _target);
        TakeCopies(packet, arrivedAt);
    }

    // Duplicates say nothing about how late packets are.
    private void Learn(PacketClass arrival, long delay, long arrivedAt)
    {
        long shifted = _timeline!.Line.Shifted;
        if (shifted != _shifted)
        {
            _target.Shift(shifted - _shifted);
            _shifted = shifted;
        }

        if (arrival != PacketClass.Duplicate)
        {
            _target.Observe(delay, arrivedAt);
        }
    }

    private int EndIfNone(int frames, bool isOver)
    {
        bool hasEnded = frames == 0 && isOver;
        Volatile.Write(ref _hasEnded, hasEnded);
        return hasEnded ? End : frames;
    }

    // The device reports when position 0 would have played. Sender reports give the sender's wall-clock time of position 0.
    private (TimeSpan Latency, bool IsEndToEnd) Latency()
    {
        if (_device.OriginHeardAt is not { } heardAt || Volatile.Read(ref _timeline) is not { } timeline)
        {
            return default;
        }

        DateTimeOffset heard = _time.GetUtcNow() + _time.GetElapsedTime(_time.GetTimestamp(), heardAt);
        return _senderClock.TryGetLatency(heard, out TimeSpan latency) && latency >= TimeSpan.Zero && latency <= MostLatency
            ? (latency, true)
            : (_time.GetElapsedTime(timeline.Line.Origin, heardAt), false);
    }
}
