using System.Buffers.Binary;
using Linnet.Clock;
using Linnet.Receive;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>
/// The receiving side of one RTP session over any transport: separates RTP and RTCP, passes both on, and reports to the sender.
/// </summary>
/// <remarks>
/// Source: RFC 3550. The methods named <c>On…</c> may be called from several threads, as sockets receive. Over SRTP, a datagram counts only
/// if it authenticates and arrives for the first time: no other is played, or is a sign of life.
/// </remarks>
internal sealed class RtpReceiver
{
    // RFC 3550 §6.2: the minimum interval between reports; half of it before the first. Two members never need a longer one.
    private static readonly TimeSpan MinReportInterval = TimeSpan.FromSeconds(5);

    // RFC 3550 §6.3.1: compensates for the timer's bias, e − 3/2.
    private const double IntervalCompensation = Math.E - 1.5;

    private const int MaxReportLength = 512;

    // RFC 3611 §4.5: units of the time since a reference time arrived.
    private const double UnitsPerSecond = 65_536;

    private readonly IRtpSink _sink;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly SourceDescription _description;
    private readonly TaskCompletionSource _goodbye = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Goodbye> _farewell = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _isLive;
    private readonly SrtpSession? _srtp;
    private long _lastArrivalAt;
    private long _soundAt;
    private int _inHand;
    private long _rtpSsrc = -1;
    private int _started;
    private long _malformed;
    private RepairLoop? _repair;

    /// <param name="sink">Receives the stream.</param>
    /// <param name="time">The clock for instants in ticks.</param>
    /// <param name="random">Provides the SSRC and the intervals.</param>
    /// <param name="isLive">Whether a goodbye without a reason may be temporary: then only <see cref="Farewell"/> reports it.</param>
    /// <param name="srtp">Checks and decrypts what arrives; the caller disposes it. <see langword="null"/>: nothing is encrypted.</param>
    internal RtpReceiver(IRtpSink sink, TimeProvider time, Random random, bool isLive = false, SrtpSession? srtp = null)
    {
        _sink = sink;
        _time = time;
        _random = random;
        _isLive = isLive;
        _lastArrivalAt = _soundAt = time.GetTimestamp();
        _srtp = srtp;
        Ssrc = srtp?.Terms.Listener ?? (uint)random.NextInt64(1L << 32);

        // RFC 7022 §4.2: a short-term CNAME is random and tells nothing about the user.
        byte[] name = new byte[12];
        random.NextBytes(name);
        _description = new SourceDescription(Ssrc, Convert.ToBase64String(name), tool: "Linnet");
    }

    /// <summary>Our SSRC.</summary>
    internal uint Ssrc { get; }

    /// <summary>Completes when the first audio packet has arrived.</summary>
    internal Task Sound => _sound.Task;

    /// <summary>Whether any audio has arrived.</summary>
    internal bool HasSound => _sound.Task.IsCompleted;

    /// <summary>
    /// When audio last arrived, in ticks; before the first packet, when the server announced the start, which may have taken it long.
    /// </summary>
    internal long SoundAt => Volatile.Read(ref _soundAt);

    /// <summary>
    /// How long no audio has arrived. Zero while a packet is being processed, since others wait behind it: a busy machine, or code that
    /// runs for the first time, is not silence.
    /// </summary>
    internal TimeSpan SoundSilentFor => Volatile.Read(ref _inHand) > 0 ? TimeSpan.Zero : _time.GetElapsedTime(SoundAt);

    /// <summary>Completes when the current stream has said its final goodbye.</summary>
    internal Task Goodbye => _goodbye.Task;

    /// <summary>Completes when the current stream has said a goodbye that is or may be temporary. Its reason, if any, says which.</summary>
    internal Task<Goodbye> Farewell => _farewell.Task;

    /// <summary>Malformed RTCP datagrams.</summary>
    internal long Malformed => Volatile.Read(ref _malformed);

    /// <summary>How long nothing has arrived.</summary>
    internal TimeSpan SilentFor => _time.GetElapsedTime(Volatile.Read(ref _lastArrivalAt));

    /// <summary>
    /// Call when the server has announced where the stream begins. Ignored after the first packet, which is then the beginning.
    /// </summary>
    internal void OnStart(ushort? sequence, uint? timestamp)
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            Volatile.Write(ref _soundAt, _time.GetTimestamp());
            _sink.Start(sequence, timestamp);
        }
    }

    /// <summary>Handles a datagram from the RTP port or channel. RTCP may share it (RFC 5761).</summary>
    internal void OnRtp(ReadOnlySpan<byte> datagram)
    {
        if (RtcpCompound.IsRtcp(datagram))
        {
            OnRtcp(datagram);
        }
        else if (_srtp is null)
        {
            TakeRtp(datagram);
        }
        else
        {
            Span<byte> clear = stackalloc byte[SrtpSession.MaxDatagram];
            SrtpVerdict verdict = _srtp.Decrypt(datagram, clear, out int length);
            if (verdict is SrtpVerdict.Authentic)
            {
                TakeRtp(clear[..length]);
            }
            else if (verdict is SrtpVerdict.Repeated)
            {
                _sink.OnRepeated();
            }
            else
            {
                _sink.OnRefused(isForeign: true);
            }
        }
    }

    /// <summary>Handles a datagram from the RTCP port or channel.</summary>
    internal void OnRtcp(ReadOnlySpan<byte> datagram)
    {
        if (_srtp is null)
        {
            TakeRtcp(datagram);
            return;
        }

        // What does not authenticate counts in the SRTP session only.
        Span<byte> clear = stackalloc byte[SrtpSession.MaxDatagram];
        if (_srtp.DecryptRtcp(datagram, clear, out int length) is SrtpVerdict.Authentic)
        {
            TakeRtcp(clear[..length]);
        }
    }

    /// <summary>Reports to the sender, at the intervals of RFC 3550 §6.2, until cancelled.</summary>
    /// <param name="sendAsync">Sends one RTCP datagram, valid until the call completes.</param>
    /// <param name="cancellationToken">Stops reporting.</param>
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

    /// <summary>Requests lost packets from the sender until cancelled. Meanwhile reports also ask for the round trip.</summary>
    /// <param name="reducedSize">Whether feedback may be sent without a report.</param>
    /// <param name="sendAsync">Sends one RTCP datagram, valid until the call completes.</param>
    /// <param name="setRedundancyAsync">Tells the sender which copies are wanted; <see langword="null"/>: not possible.</param>
    /// <param name="onDecision">Called with a description, for display, of each new decision.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
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

    /// <summary>Makes reports ask for the round trip from now on.</summary>
    internal RepairLoop StartRepair(bool reducedSize)
    {
        var repair = new RepairLoop(_sink, Ssrc, reducedSize ? null : _description, _time);
        Volatile.Write(ref _repair, repair);
        return repair;
    }

    /// <summary>Writes a receiver report and our description.</summary>
    /// <returns>Bytes written.</returns>
    internal int WriteReport(Span<byte> destination)
    {
        long now = _time.GetTimestamp();
        var report = new ReceiverReport(Ssrc) { Blocks = _sink.TryBuildReport(now, out ReportBlock block) ? [block] : [] };
        return Volatile.Read(ref _repair) is null
            ? RtcpCompound.Write(destination, report, _description)
            : RtcpCompound.Write(destination, report, _description, new ExtendedReport(Ssrc) { ReferenceTime = ReferenceTime(now) });
    }

    /// <summary>Writes our goodbye.</summary>
    /// <returns>Bytes written.</returns>
    internal int WriteGoodbye(Span<byte> destination) =>
        RtcpCompound.Write(destination, new ReceiverReport(Ssrc), _description, new Goodbye([Ssrc]));

    /// <summary>Treats a temporary goodbye as final.</summary>
    internal void AcceptFarewell(Goodbye goodbye)
    {
        foreach (uint ssrc in goodbye.Ssrcs)
        {
            _sink.OnBye(ssrc, _time.GetTimestamp());
        }

        _goodbye.TrySetResult();
    }

    private void TakeRtp(ReadOnlySpan<byte> datagram)
    {
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
            _sink.OnRtp(datagram, now);
            Volatile.Read(ref _repair)?.OnPacket();
        }
        finally
        {
            Volatile.Write(ref _soundAt, _time.GetTimestamp());
            Interlocked.Decrement(ref _inHand);
        }
    }

    private void TakeRtcp(ReadOnlySpan<byte> datagram)
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
                    _sink.OnSenderReport(report, now);
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

    private long OnArrival()
    {
        long now = _time.GetTimestamp();
        Volatile.Write(ref _lastArrivalAt, now);
        return now;
    }

    // Not a time of day: only differences matter, and this clock is never set.
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
                    _sink.OnRoundTrip(TimeSpan.FromSeconds(units / UnitsPerSecond), true);
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
                _sink.OnTrack(note);
            }
        }
    }

    private void OnGoodbye(Goodbye goodbye, long now)
    {
        bool isTheEnd = goodbye.Reason is GoodbyeReason.StationEnded || (!_isLive && !GoodbyeReason.IsNotTheEnd(goodbye.Reason));
        long heard = Volatile.Read(ref _rtpSsrc);
        if (!isTheEnd)
        {
            // Before its first packet the stream's SSRC is unknown here. The receiver may know it from an earlier connection and must not
            // take this goodbye as the end.
            if (heard < 0 || goodbye.Ssrcs.Contains((uint)heard))
            {
                _farewell.TrySetResult(goodbye);
            }

            return;
        }

        foreach (uint ssrc in goodbye.Ssrcs)
        {
            _sink.OnBye(ssrc, now);
            if (ssrc == heard)
            {
                _goodbye.TrySetResult();
            }
        }
    }
}
