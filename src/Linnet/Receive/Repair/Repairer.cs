using Linnet.Clock;
using Linnet.Wire.Sdp;

namespace Linnet.Receive.Repair;

/// <summary>Repairs a stream's losses: tracks missing packets, measures the path, chooses the repair and explains the choice.</summary>
/// <remarks>
/// <code>
/// packets ─► LossLog ────────┐
///         └► MissingPackets ─┼─► RepairChooser ─► RepairRequest ─► the transport asks the sender
///               RoundTripEstimate ┘
/// </code>
/// The owner calls it under one lock. Any thread may read the properties.
/// </remarks>
internal sealed class Repairer
{
    private const double ChoiceSeconds = 1;
    private const double FirstChoiceSeconds = 0.25;
    private const double LeastSlackSeconds = 0.003;

    // Above this loss, packets are requested as soon as they are overdue.
    private const double Lossy = 0.005;

    private readonly RepairOffer _offer;
    private readonly long _ticksPerSecond;
    private readonly int _sampleRate;
    private readonly LossLog _losses;
    private readonly RoundTripEstimate _roundTrip;
    private readonly MissingPackets _missing;
    private readonly RepairChooser _chooser;
    private RepairVerdict _verdict;
    private long _chooseAt = long.MaxValue;
    private long _at = long.MaxValue;
    private bool _isNews;

    /// <param name="offer">What the sender offers.</param>
    /// <param name="media">The stream's clock.</param>
    internal Repairer(RepairOffer offer, MediaTimeline media)
    {
        _offer = offer;
        _ticksPerSecond = media.TicksPerSecond;
        _sampleRate = media.SampleRate;
        _losses = new LossLog(media.SampleRate, media.TicksPerSecond);
        _roundTrip = new RoundTripEstimate(media.TicksPerSecond);
        _missing = new MissingPackets(media, _roundTrip);
        _chooser = new RepairChooser(media.TicksPerSecond);
    }

    /// <summary>When to call <see cref="Fill"/>. Any thread may read it.</summary>
    internal long At => Volatile.Read(ref _at);

    /// <summary>The current repair, and why.</summary>
    internal RepairChoice Choice => _verdict.Mode is RepairMode.None && !_verdict.Path.CanAsk && !_verdict.Path.CanCopy && Copied > 0
        ? new RepairChoice(RepairMode.Redundancy, null, "The server sends copies without a request.")
        : new RepairChoice(_verdict.Mode, _verdict.Copies, RepairReason.Of(_verdict));

    /// <summary>Packets repaired by retransmission.</summary>
    internal long Retransmitted { get; private set; }

    /// <summary>Packets repaired by copies.</summary>
    internal long Copied { get; private set; }

    /// <summary>Repaired packets whose originals arrived later.</summary>
    internal long Overtaken { get; private set; }

    /// <summary>Repairs that arrived too late.</summary>
    internal long TooLate { get; private set; }

    /// <summary>Repairs of packets that had already arrived.</summary>
    internal long Needless { get; private set; }

    /// <summary>Packets requested, including repeated requests.</summary>
    internal long Requested => _missing.Requested;

    /// <summary>Bytes of RTP received only for repair.</summary>
    internal long OverheadBytes { get; private set; }

    /// <summary>The round trip to the sender, in ticks; <see langword="null"/> until known.</summary>
    internal long? RoundTripTicks => _roundTrip.Ticks;

    /// <summary>The share of packets that the path lost in the last ten seconds.</summary>
    internal double Loss => _losses.Loss;

    /// <summary>Call when another stream begins.</summary>
    internal void Restart() => _missing.Restart();

    /// <summary>Records a round trip that was measured elsewhere.</summary>
    internal void OnRoundTrip(long ticks, bool isMeasured)
    {
        if (isMeasured)
        {
            _roundTrip.Sample(ticks);
        }
        else
        {
            _roundTrip.Hint(ticks);
        }
    }

    /// <summary>Call when a connection begins: forgets what the previous one had negotiated.</summary>
    internal void Connect(long now)
    {
        _isNews |= _verdict.Copies is not null;
        Volatile.Write(ref _at, _isNews ? now : long.MaxValue);
    }

    /// <summary>Records a packet of the stream itself.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="result">What the buffer did with it.</param>
    /// <param name="packetFrames">Frames between consecutive packets; 0 if unknown.</param>
    /// <param name="jitterFrames">Mean deviation of arrivals, in frames.</param>
    /// <param name="target">The delay between arrival and playback, and its upper limit.</param>
    internal void OnPacket(in BufferedPacket packet, PacketClass result, int packetFrames, double jitterFrames, DelayTarget target)
    {
        long now = packet.ArrivedAt;
        Overtaken += result is PacketClass.Overtaken or PacketClass.OvertakenLate ? 1 : 0;
        _losses.OnPacket(packet.Sequence, packetFrames, now);
        if (CanAsk)
        {
            _missing.OnPacket(packet.Sequence, packet.Position, packetFrames, now, PacketOrigin.Network);
        }

        Decide(now, packetFrames, jitterFrames, target);
        if (_isNews || (CanAsk && (_missing.Any || IsLossy)))
        {
            Volatile.Write(ref _at, now);
        }
    }

    /// <summary>Records a repair.</summary>
    /// <param name="packet">The repaired packet.</param>
    /// <param name="result">What the buffer did with it.</param>
    /// <param name="packetFrames">Frames between consecutive packets; 0 if unknown.</param>
    /// <param name="origin">How it arrived.</param>
    /// <param name="bytes">Bytes received only for this repair.</param>
    internal void OnRepair(in BufferedPacket packet, PacketClass result, int packetFrames, PacketOrigin origin, int bytes)
    {
        OverheadBytes += bytes;
        if (CanAsk)
        {
            _missing.OnPacket(packet.Sequence, packet.Position, packetFrames, packet.ArrivedAt, origin);
        }

        switch (result)
        {
            case PacketClass.Repaired when origin is PacketOrigin.Copy:
                Copied++;
                break;
            case PacketClass.Repaired:
                Retransmitted++;
                break;
            case PacketClass.TooLate:
                TooLate++;
                break;
            default:
                Needless++;
                break;
        }
    }

    /// <summary>Gets the requests to send now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="depacketizer">Maps to sequence numbers on the wire.</param>
    /// <param name="line">When positions arrive.</param>
    /// <param name="jitterFrames">Mean deviation of arrivals, in frames.</param>
    /// <param name="targetDelay">How long after its arrival a packet is played, in ticks.</param>
    /// <param name="request">Receives the requests.</param>
    internal void Fill(
        long now, Depacketizer depacketizer, in ArrivalLine line, double jitterFrames, long targetDelay, RepairRequest request)
    {
        request.MediaSsrc = depacketizer.Ssrc;
        request.Redundancy = _verdict.Copies;
        request.Decision = _isNews ? Choice.Reason : null;
        _isNews = false;
        long next = CanAsk
            ? _missing.Collect(now, line, targetDelay, depacketizer.PacketFrames, Slack(jitterFrames), IsLossy, sequence =>
            {
                bool fits = !request.IsFull;
                if (fits)
                {
                    request.Add(depacketizer.WireSequence(sequence));
                }

                return fits;
            })
            : long.MaxValue;
        Volatile.Write(ref _at, next);
    }

    private bool CanAsk => _offer.RtxPayloadType is not null;

    private bool IsLossy => _losses.Loss >= Lossy;

    private void Decide(long now, int packetFrames, double jitterFrames, DelayTarget target)
    {
        if (_chooseAt == long.MaxValue)
        {
            _chooseAt = now + (long)(FirstChoiceSeconds * _ticksPerSecond);
        }

        if (now < _chooseAt || packetFrames == 0)
        {
            return;
        }

        _chooseAt = now + (long)(ChoiceSeconds * _ticksPerSecond);
        var path = new PathState(
            CanAsk,
            _offer.RedPayloadType is not null && _offer.CopiesOnRequest,
            _losses.Loss,
            _losses.Burst,
            TimeSpan.FromSeconds((double)packetFrames / _sampleRate),
            _roundTrip.Ticks is long ticks ? Time(ticks) : null,
            Time(target.Ticks),
            Time(Slack(jitterFrames)),
            Time(target.Most),
            Time(target.Least));
        RepairVerdict verdict = _chooser.Choose(path, now);
        _isNews |= (verdict.Mode, verdict.Copies) != (_verdict.Mode, _verdict.Copies);
        _verdict = verdict;
        if (path.CanAsk || path.CanCopy)
        {
            target.Floor = verdict.Wait.InTicks(_ticksPerSecond);
        }
    }

    private long Slack(double jitterFrames) =>
        (long)(Math.Max(LeastSlackSeconds, 4 * jitterFrames / _sampleRate) * _ticksPerSecond);

    private TimeSpan Time(long ticks) => TimeSpan.FromSeconds((double)ticks / _ticksPerSecond);
}
