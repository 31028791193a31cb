using System.Buffers.Binary;
using Linnet.Clock;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>
/// The receiving side of one RTP session, whatever carries it: tells RTP from RTCP, hands both on, and reports back to the sender.
/// </summary>
/// <remarks>Source: RFC 3550. The calls that start with <c>On</c> may come from several threads, as the sockets bring them.</remarks>
internal sealed class RtpReceiver
{
    // RFC 3550 §6.2: the least interval between reports; half of it before the first. Two members never need a longer one.
    private static readonly TimeSpan MinReportInterval = TimeSpan.FromSeconds(5);

    // RFC 3550 §6.3.1: makes up for the timer's bias, e − 3/2.
    private const double IntervalCompensation = Math.E - 1.5;

    private const int MaxReportLength = 512;

    // RFC 3611 §4.5: units of time since a reference time came.
    private const double UnitsPerSecond = 65_536;

    private readonly RtpSink _sink;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly SourceDescription _description;
    private readonly TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goodbye = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Goodbye> _farewell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _isLive;
    private long _lastArrivalAt;
    private long _soundAt;
    private int _inHand;
    private long _rtpSsrc = -1;
    private int _started;
    private long _malformed;
    private RepairLoop? _repair;

    /// <param name="sink">Where everything goes.</param>
    /// <param name="time">Whose ticks the instants are.</param>
    /// <param name="random">For the SSRC and the intervals.</param>
    /// <param name="isLive">Whether a goodbye that does not say why need not be the end: then it is only told by
    /// <see cref="Farewell"/>.</param>
    internal RtpReceiver(RtpSink sink, TimeProvider time, Random random, bool isLive = false)
    {
        _sink = sink;
        _time = time;
        _random = random;
        _isLive = isLive;
        _lastArrivalAt = _soundAt = time.GetTimestamp();
        Ssrc = (uint)random.NextInt64(1L << 32);

        // RFC 7022 §4.2: a short-term CNAME is random and tells nothing about the user.
        byte[] name = new byte[12];
        random.NextBytes(name);
        _description = new SourceDescription(Ssrc, Convert.ToBase64String(name), tool: "Linnet");
    }

    /// <summary>Who we are to the sender.</summary>
    internal uint Ssrc { get; }

    /// <summary>Completes when the first datagram has come.</summary>
    internal Task Arrival => _arrival.Task;

    /// <summary>Completes when the first packet of sound has come.</summary>
    internal Task Sound => _sound.Task;

    /// <summary>Whether any sound has come.</summary>
    internal bool HasSound => _sound.Task.IsCompleted;

    /// <summary>
    /// When sound came last, in ticks; before the first, when the server said that it begins: it may have needed long for that.
    /// </summary>
    internal long SoundAt => Volatile.Read(ref _soundAt);

    /// <summary>
    /// How long no sound has come. While a packet is worked on others wait behind it: a busy machine, or code that is used for the first
    /// time, is no silence.
    /// </summary>
    internal TimeSpan SoundSilentFor => Volatile.Read(ref _inHand) > 0 ? TimeSpan.Zero : _time.GetElapsedTime(SoundAt);

    /// <summary>Completes when the stream that is heard has said goodbye for good.</summary>
    internal Task Goodbye => _goodbye.Task;

    /// <summary>
    /// Completes when the stream that is heard has said goodbye and that is not, or need not be, its end. Its reason, if any, says which.
    /// </summary>
    internal Task<Goodbye> Farewell => _farewell.Task;

    /// <summary>RTCP datagrams that made no sense.</summary>
    internal long Malformed => Volatile.Read(ref _malformed);

    /// <summary>How long nothing has come.</summary>
    internal TimeSpan SilentFor => _time.GetElapsedTime(Volatile.Read(ref _lastArrivalAt));

    /// <summary>The server has said where the stream begins. Too late once a packet is there: then that is the beginning.</summary>
    internal void OnStart(ushort? sequence, uint? timestamp)
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            Volatile.Write(ref _soundAt, _time.GetTimestamp());
            _sink.Start(sequence, timestamp);
        }
    }

    /// <summary>A datagram came where RTP is expected. RTCP may share the way (RFC 5761).</summary>
    internal void OnRtp(ReadOnlySpan<byte> datagram)
    {
        if (RtcpCompound.IsRtcp(datagram))
        {
            OnRtcp(datagram);
            return;
        }

        long now = OnArrival();
        Volatile.Write(ref _soundAt, now);
        _sound.TrySetResult();
        OnStart(null, null);
        if (datagram.Length >= RtpHeader.Length)
        {
            Volatile.Write(ref _rtpSsrc, BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]));
        }

        Interlocked.Increment(ref _inHand);
        try
        {
            _sink.Packet(datagram, now);
            Volatile.Read(ref _repair)?.OnPacket();
        }
        finally
        {
            Volatile.Write(ref _soundAt, _time.GetTimestamp());
            Interlocked.Decrement(ref _inHand);
        }
    }

    /// <summary>A datagram came where RTCP is expected.</summary>
    internal void OnRtcp(ReadOnlySpan<byte> datagram)
    {
        long now = OnArrival();
        if (!RtcpCompound.TryParse(datagram, out RtcpCompound? compound))
        {
            Interlocked.Increment(ref _malformed);
            return;
        }

        foreach (RtcpPacket packet in compound.Packets)
        {
            switch (packet)
            {
                case SenderReport report:
                    _sink.SenderReport(report, now);
                    break;
                case SourceDescription description:
                    OnDescription(description);
                    break;
                case Goodbye goodbye:
                    OnGoodbye(goodbye, now);
                    break;
                case ExtendedReport extended:
                    OnDelays(extended, now);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Reports to the sender, at the intervals of RFC 3550 §6.2, until cancelled.</summary>
    /// <param name="sendAsync">Sends one RTCP datagram, which is lent until it completes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task ReportAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sendAsync, CancellationToken cancellationToken)
    {
        byte[] datagram = new byte[MaxReportLength];
        TimeSpan interval = MinReportInterval / 2;
        while (true)
        {
            double share = (0.5 + _random.NextDouble()) / IntervalCompensation;
            await Task.Delay(interval * share, _time, cancellationToken).ConfigureAwait(false);
            await sendAsync(datagram.AsMemory(0, WriteReport(datagram)), cancellationToken).ConfigureAwait(false);
            interval = MinReportInterval;
        }
    }

    /// <summary>Asks the sender for what was lost, until cancelled. While it does, reports ask for the round trip too.</summary>
    /// <param name="reducedSize">Whether feedback may go without a report.</param>
    /// <param name="sendAsync">Sends one RTCP datagram, which is lent until it completes.</param>
    /// <param name="setRedundancyAsync">Tells the sender which copies are wanted; <see langword="null"/>: it cannot be told.</param>
    /// <param name="onDecision">Told, for a person, what was decided anew.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task RepairAsync(
        bool reducedSize,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sendAsync,
        Func<Redundancy?, CancellationToken, Task>? setRedundancyAsync,
        Action<string> onDecision,
        CancellationToken cancellationToken)
    {
        RepairLoop repair = StartRepair(reducedSize);
        return repair.RunAsync(sendAsync, setRedundancyAsync, onDecision, cancellationToken);
    }

    /// <summary>From now on reports ask for the round trip.</summary>
    internal RepairLoop StartRepair(bool reducedSize)
    {
        var repair = new RepairLoop(_sink, Ssrc, reducedSize ? null : _description, _time);
        Volatile.Write(ref _repair, repair);
        return repair;
    }

    /// <summary>Writes a receiver report and who it is from.</summary>
    /// <returns>Bytes written.</returns>
    internal int WriteReport(Span<byte> destination)
    {
        long now = _time.GetTimestamp();
        ReportBlock? block = _sink.Report(now);
        var report = new ReceiverReport(Ssrc) { Blocks = block is null ? [] : [block.Value] };
        return Volatile.Read(ref _repair) is null
            ? RtcpCompound.Write(destination, report, _description)
            : RtcpCompound.Write(destination, report, _description, new ExtendedReport(Ssrc) { ReferenceTime = ReferenceTime(now) });
    }

    /// <summary>Writes that we leave.</summary>
    /// <returns>Bytes written.</returns>
    internal int WriteGoodbye(Span<byte> destination) =>
        RtcpCompound.Write(destination, new ReceiverReport(Ssrc), _description, new Goodbye([Ssrc]));

    /// <summary>The goodbye that need not be the end is it.</summary>
    internal void AcceptFarewell(Goodbye goodbye)
    {
        foreach (uint ssrc in goodbye.Ssrcs)
        {
            _sink.Goodbye(ssrc, _time.GetTimestamp());
        }

        _goodbye.TrySetResult();
    }

    private long OnArrival()
    {
        long now = _time.GetTimestamp();
        Volatile.Write(ref _lastArrivalAt, now);
        _arrival.TrySetResult();
        return now;
    }

    // No time of day: differences are all that matters, and nobody sets this clock.
    private NtpTime ReferenceTime(long now)
    {
        (long seconds, long rest) = Math.DivRem(now, _time.TimestampFrequency);
        return new NtpTime(((ulong)(uint)seconds << 32) | (((ulong)rest << 32) / (ulong)_time.TimestampFrequency));
    }

    private void OnDelays(ExtendedReport report, long now)
    {
        foreach (ReferenceDelay delay in report.Delays)
        {
            if (delay.Ssrc == Ssrc && delay.LastReferenceTime != 0 && Volatile.Read(ref _repair) is not null)
            {
                uint units = unchecked(ReferenceTime(now).Middle - delay.LastReferenceTime - delay.Delay);
                if (units < int.MaxValue)
                {
                    _sink.RoundTrip(TimeSpan.FromSeconds(units / UnitsPerSecond), true);
                }
            }
        }
    }

    private void OnDescription(SourceDescription description)
    {
        foreach (SourceDescriptionChunk chunk in description.Chunks)
        {
            if (chunk.Ssrc == Volatile.Read(ref _rtpSsrc) && chunk.Note is { } note)
            {
                _sink.Track(note);
            }
        }
    }

    private void OnGoodbye(Goodbye goodbye, long now)
    {
        bool isTheEnd = goodbye.Reason is GoodbyeReason.StationEnded || (!_isLive && !GoodbyeReason.IsNotTheEnd(goodbye.Reason));
        long heard = Volatile.Read(ref _rtpSsrc);
        if (!isTheEnd)
        {
            // Before its first packet our stream is not known here; the receiver may know it from an earlier connection, and must not take
            // this for the end.
            if (heard < 0 || goodbye.Ssrcs.Contains((uint)heard))
            {
                _farewell.TrySetResult(goodbye);
            }

            return;
        }

        foreach (uint ssrc in goodbye.Ssrcs)
        {
            _sink.Goodbye(ssrc, now);
            if (ssrc == heard)
            {
                _goodbye.TrySetResult();
            }
        }
    }
}
