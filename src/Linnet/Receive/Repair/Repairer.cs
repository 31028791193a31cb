using Linnet.Clock;
using Linnet.Wire.Sdp;

namespace Linnet.Receive.Repair;

/// <summary>Repairs what a stream loses: knows what is missing, measures the path, chooses what to do about it and says so.</summary>
/// <remarks>
/// <code>
/// packets ─► LossLog ────────┐
///         └► MissingPackets ─┼─► RepairChooser ─► RepairRequest ─► the transport asks the sender
///               RoundTripEstimate ┘
/// </code>
/// Its owner calls it under one lock, but for the properties, which any thread may read.
/// </remarks>
internal sealed class Repairer
{
    private const double ChoiceSeconds = 1;
    private const double FirstChoiceSeconds = 0.25;
    private const double LeastSlackSeconds = 0.003;

    // From this loss on packets are asked for when they are overdue.
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

    /// <summary>When <see cref="Fill"/> is to be called. Any thread may read it.</summary>
    internal long At => Volatile.Read(ref _at);

    /// <summary>What is done, and why.</summary>
    internal RepairChoice Choice => _verdict.Mode is RepairMode.None && !_verdict.Path.CanAsk && !_verdict.Path.CanCopy && Copied > 0
        ? new RepairChoice(RepairMode.Redundancy, null, "The server sends copies of its own accord.")
        : new RepairChoice(_verdict.Mode, _verdict.Copies, RepairReason.Of(_verdict));

    /// <summary>Packets repaired by being sent again.</summary>
    internal long Retransmitted { get; private set; }

    /// <summary>Packets repaired by copies.</summary>
    internal long Copied { get; private set; }

    /// <summary>Repaired packets that came by themselves later.</summary>
    internal long Overtaken { get; private set; }

    /// <summary>Repairs that came too late.</summary>
    internal long TooLate { get; private set; }

    /// <summary>Repairs of what was there.</summary>
    internal long Needless { get; private set; }

    /// <summary>Packets asked for, repeats included.</summary>
    internal long Requested => _missing.Requested;

    /// <summary>Bytes of RTP that came for repair alone.</summary>
    internal long OverheadBytes { get; private set; }

    /// <summary>To the sender and back, in ticks; <see langword="null"/> before it is known.</summary>
    internal long? RoundTripTicks => _roundTrip.Ticks;

    /// <summary>Share of packets that the path lost in the last seconds.</summary>
    internal double Loss => _losses.Loss;

    /// <summary>Another stream begins.</summary>
    internal void Restart() => _missing.Restart();

    /// <summary>The path was measured from elsewhere.</summary>
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

    /// <summary>A connection begins: whatever the one before it had agreed on is forgotten.</summary>
    internal void Connect(long now)
    {
        _isNews |= _verdict.Copies is not null;
        Volatile.Write(ref _at, _isNews ? now : long.MaxValue);
    }

    /// <summary>Takes a packet of the stream itself.</summary>
    /// <param name="packet">It.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="packetFrames">Frames from a packet to the next, if known; else 0.</param>
    /// <param name="jitterFrames">Mean deviation of arrivals, in frames.</param>
    /// <param name="target">How long after its arrival a packet is played, and how far that may grow.</param>
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

    /// <summary>Takes a repair.</summary>
    /// <param name="packet">It.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="packetFrames">Frames from a packet to the next, if known; else 0.</param>
    /// <param name="origin">How it came.</param>
    /// <param name="bytes">Bytes that came for it alone.</param>
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

    /// <summary>Says what to ask the sender for by now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="depacketizer">Knows the numbers on the wire.</param>
    /// <param name="line">When positions arrive.</param>
    /// <param name="jitterFrames">Mean deviation of arrivals, in frames.</param>
    /// <param name="targetDelay">How long after its arrival a packet is played, in ticks.</param>
    /// <param name="request">Takes it.</param>
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
            target.Floor = (long)(verdict.Wait.TotalSeconds * _ticksPerSecond);
        }
    }

    private long Slack(double jitterFrames) =>
        (long)(Math.Max(LeastSlackSeconds, 4 * jitterFrames / _sampleRate) * _ticksPerSecond);

    private TimeSpan Time(long ticks) => TimeSpan.FromSeconds((double)ticks / _ticksPerSecond);
}
