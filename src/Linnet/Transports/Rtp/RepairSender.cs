using System.Collections.Concurrent;
using System.Security.Cryptography;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>Repairs what one listener loses: sends again what it asks for, and packets with copies if it wants those.</summary>
/// <remarks>
/// Source: RFC 4588 (retransmissions), RFC 2198 (copies). Requests go through a bounded queue to the listener's own sender
/// thread, which alone calls <see cref="DatagramOf"/> and <see cref="Send"/>. Packets come from the ring: nothing is kept here.
/// </remarks>
internal sealed class RepairSender
{
    /// <summary>Requests that may wait for the sender thread; more are refused.</summary>
    internal const int MaxWaiting = 512;

    // Power of two. Repeats of packets further apart than this are not recognised, and cost no more than the budget.
    private const int Remembered = 256;

    // In round trips: before an answer is due it cannot be known to be lost, and where nothing comes through there is time.
    private const double Patience = 0.875;
    private const double ProbePatience = 2;
    private const long NoProbe = -1;

    private static readonly TimeSpan UnknownRoundTrip = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LeastSpacing = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan MostSpacing = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<ushort> _asked = new();
    private readonly List<PacketItem> _wanted = [];
    private readonly (long Number, long At)[] _sent = new (long, long)[Remembered];
    private readonly RenditionInfo _rendition;
    private readonly RepairBudget _budget;
    private readonly RepairBudget _requests;
    private readonly long _ticksPerSecond;
    private readonly Func<TimeSpan?> _roundTrip;
    private RtpFraming? _rtp;
    private RedFraming? _red;
    private PacketItem? _newest;
    private object? _redundancy;
    private ushort _sequence;
    private long _probe = NoProbe;
    private long _requested;
    private long _retransmitted;
    private long _retransmittedBytes;
    private long _copyBytes;
    private long _overBudget;
    private long _gone;
    private long _repeated;

    /// <param name="rendition">What is heard.</param>
    /// <param name="ticksPerSecond">Of the instants.</param>
    /// <param name="roundTrip">The listener's, as far as known.</param>
    internal RepairSender(RenditionInfo rendition, long ticksPerSecond, Func<TimeSpan?> roundTrip)
    {
        _rendition = rendition;
        _ticksPerSecond = ticksPerSecond;
        _roundTrip = roundTrip;
        _budget = RepairBudget.OfBytes(rendition.BitRate, ticksPerSecond);
        _requests = RepairBudget.OfRequests(ticksPerSecond);
        _sequence = (ushort)RandomNumberGenerator.GetInt32(1 << 16);
        Array.Fill(_sent, (-1, 0));
    }

    /// <summary>Told, on any thread, that something waits for <see cref="Send"/>, or that other copies are wanted.</summary>
    internal Action? OnAsked { get; set; }

    /// <summary>The copies that it wants; <see langword="null"/>: none.</summary>
    internal Redundancy? Redundancy
    {
        get => (Redundancy?)Volatile.Read(ref _redundancy);
        set
        {
            Volatile.Write(ref _redundancy, value);
            OnAsked?.Invoke();
        }
    }

    /// <summary>What was counted. From any thread.</summary>
    internal RepairStatistics Statistics => new(
        Redundancy,
        Volatile.Read(ref _requested),
        Volatile.Read(ref _retransmitted),
        Volatile.Read(ref _overBudget),
        Volatile.Read(ref _gone),
        Volatile.Read(ref _repeated),
        Volatile.Read(ref _retransmittedBytes),
        Volatile.Read(ref _copyBytes));

    /// <summary>Bytes of payload in the datagram that <see cref="DatagramOf"/> gave last.</summary>
    internal int LastPayloadBytes { get; private set; }

    /// <summary>Takes what was asked for by the listener itself. One thread at a time, whichever.</summary>
    internal void Ask(GenericNack nack, long now)
    {
        Span<ushort> missing = stackalloc ushort[NackEntry.MaxPackets];
        bool isHeard = _requests.TryTake(1, now);
        foreach (NackEntry entry in nack.Entries)
        {
            int count = entry.CopyTo(missing);
            Interlocked.Add(ref _requested, count);
            if (!isHeard || _asked.Count + count > MaxWaiting)
            {
                Interlocked.Add(ref _overBudget, count);
                continue;
            }

            foreach (ushort sequence in missing[..count])
            {
                _asked.Enqueue(sequence);
            }
        }

        if (isHeard)
        {
            OnAsked?.Invoke();
        }
    }

    /// <summary>The listener was sent a packet as it is, without <see cref="DatagramOf"/>.</summary>
    internal void OnSent(PacketItem packet) => _newest = packet.Number > (_newest?.Number ?? -1) ? packet : _newest;

    /// <summary>The packet's datagram as this listener hears it.</summary>
    internal ReadOnlyMemory<byte> DatagramOf(PacketItem packet, BroadcastRing ring)
    {
        _newest = packet;
        ReadOnlyMemory<byte> plain = RtpOf(packet, ring);
        ReadOnlyMemory<byte> datagram = plain;
        if (Redundancy is Redundancy redundancy)
        {
            _red = _red?.Redundancy == redundancy ? _red : RedFraming.Of(ring, redundancy);
            datagram = _red.Frame(packet);
        }

        LastPayloadBytes = datagram.Length - RtpHeader.Length;
        Volatile.Write(ref _copyBytes, _copyBytes + datagram.Length - plain.Length);
        return datagram;
    }

    /// <summary>Resends the requested packets that are still there, within the budget.</summary>
    /// <remarks>
    /// A listener that requests the same packet repeatedly is in a burst of losses. Until it is over, one of the packets is sent now and
    /// then as a probe. Once that one is no longer requested the path is open, and the others follow at once. So a long burst does not
    /// use up the budget.
    /// </remarks>
    internal void Send(long now, BroadcastRing ring, Action<ReadOnlyMemory<byte>> send)
    {
        _wanted.Clear();
        bool isProbeWanted = false;
        while (_asked.TryDequeue(out ushort sequence))
        {
            // Packets that encoders made ahead of time are not sent yet; they need no repair.
            int back = _newest is null ? -1 : unchecked((short)(_rendition.Stream.SequenceNumberOf(_newest.Number) - sequence));
            long number = back < 0 ? -1 : _newest!.Number - back;
            if (number < 0 || !ring.TryFindPacket(_newest!, number, out PacketItem? packet))
            {
                Interlocked.Increment(ref _gone);
                continue;
            }

            isProbeWanted |= number == _probe;
            _wanted.Add(packet);
        }

        _probe = isProbeWanted ? _probe : NoProbe;
        foreach (PacketItem packet in _wanted)
        {
            if (!IsTime(packet.Number, now, isProbeWanted))
            {
                Interlocked.Increment(ref _repeated);
            }
            else if (!_budget.TryTake(RtpOf(packet, ring).Length + RtxPayload.PrefixLength, now))
            {
                Interlocked.Increment(ref _overBudget);
            }
            else
            {
                Resend(packet.Number, RtpOf(packet, ring), now, send);
            }
        }
    }

    // Asked for again before the first answer can have come, whether that is lost cannot be known yet.
    private bool IsTime(long number, long now, bool isProbeWanted)
    {
        (long last, long at) = _sent[number % Remembered];
        if (last != number)
        {
            return true;
        }

        TimeSpan spacing = (_roundTrip() ?? UnknownRoundTrip) * Patience;
        spacing = spacing < LeastSpacing ? LeastSpacing : spacing > MostSpacing ? MostSpacing : spacing;
        if (isProbeWanted)
        {
            spacing = number == _probe ? spacing * ProbePatience : TimeSpan.MaxValue;
        }

        return (now - at) / (double)_ticksPerSecond >= spacing.TotalSeconds;
    }

    private ReadOnlyMemory<byte> RtpOf(PacketItem packet, BroadcastRing ring) => (_rtp ??= RtpFraming.Of(ring)).Frame(packet);

    private void Resend(long number, ReadOnlyMemory<byte> original, long now, Action<ReadOnlyMemory<byte>> send)
    {
        ref (long Number, long At) sent = ref _sent[number % Remembered];
        _probe = _probe == NoProbe && sent.Number == number ? number : _probe;
        sent = (number, now);
        var header = new RtpHeader(RtpStreamIdentity.RtxPayloadType, false, unchecked(_sequence++), 0, _rendition.Stream.RtxSsrc);
        byte[] datagram = RtxPayload.Wrap(original.Span, header);
        Interlocked.Increment(ref _retransmitted);
        Interlocked.Add(ref _retransmittedBytes, datagram.Length);
        send(datagram);
    }
}
