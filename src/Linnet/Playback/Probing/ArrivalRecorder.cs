using Linnet.Clock;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Playback.Probing;

/// <summary>Records arriving packets, and keeps the newest. May be called from several threads.</summary>
/// <param name="clockRate">Ticks per second of the RTP timestamps.</param>
/// <param name="payloadType">The stream's payload type. Packets with another type count as foreign.</param>
/// <param name="capacity">The number of packets to keep.</param>
internal sealed class ArrivalRecorder(int clockRate, byte payloadType, int capacity)
{
    // This many packets in a row from another source mean that the sender has restarted.
    private const int StrangersToBelieve = 3;

    private readonly Lock _gate = new();
    private TimeSpan? _rtcpTrip;
    private TimeSpan? _requestTrip;
    private HeardPacket[] _packets = new HeardPacket[Math.Min(capacity, 1024)];
    private WrappingCounter _sequence = WrappingCounter.Of16Bits();
    private WrappingCounter _timestamp = WrappingCounter.Of32Bits();
    private HeardReport? _report;
    private uint? _ssrc;
    private uint _strangerSsrc;
    private int _strangers;
    private long _count, _bytes, _highest, _first, _corrupt, _foreign, _restarts;

    /// <summary>Packets and bytes received, and packets missing so far.</summary>
    internal (long Packets, long Bytes, long Missing) Progress
    {
        get
        {
            lock (_gate)
            {
                return (_count, _bytes, _count == 0 ? 0 : Math.Max(0, _highest - _first + 1 - _count));
            }
        }
    }

    /// <summary>Records an RTP datagram.</summary>
    internal void OnPacket(ReadOnlySpan<byte> datagram, long at)
    {
        lock (_gate)
        {
            if (!RtpPacket.TryParse(datagram, out RtpPacket packet))
            {
                _corrupt++;
            }
            else if (packet.Header.PayloadType != payloadType || !IsOurs(packet.Header.Ssrc))
            {
                _foreign++;
            }
            else
            {
                Add(packet.Header, at, datagram.Length);
            }
        }
    }

    /// <summary>Records a sender report.</summary>
    internal void OnReport(SenderReport report, DateTimeOffset heardAt, long at)
    {
        lock (_gate)
        {
            if (report.Ssrc == _ssrc)
            {
                _report = new HeardReport(report.Time.ToDateTimeOffset(), _timestamp.Peek(report.Timestamp), heardAt, at);
            }
        }
    }

    /// <summary>Records a round trip.</summary>
    internal void OnRoundTrip(TimeSpan roundTrip, bool isByRtcp)
    {
        lock (_gate)
        {
            ref TimeSpan? shortest = ref isByRtcp ? ref _rtcpTrip : ref _requestTrip;
            shortest = roundTrip < shortest ? roundTrip : shortest ?? roundTrip;
        }
    }

    /// <summary>Gets a copy of the recording so far.</summary>
    internal PathRecording Take()
    {
        lock (_gate)
        {
            int kept = (int)Math.Min(_count, _packets.Length);
            var packets = new HeardPacket[kept];
            int start = _count > _packets.Length ? (int)(_count % _packets.Length) : 0;
            for (int i = 0; i < kept; i++)
            {
                packets[i] = _packets[(start + i) % _packets.Length];
            }

            return new PathRecording
            {
                ClockRate = clockRate,
                Packets = packets,
                Forgotten = _count - kept,
                Corrupt = _corrupt,
                Foreign = _foreign,
                Restarts = _restarts,
                Report = _report,
                RtcpTrip = _rtcpTrip,
                RequestTrip = _requestTrip,
            };
        }
    }

    private bool IsOurs(uint ssrc)
    {
        if ((_ssrc ??= ssrc) == ssrc)
        {
            _strangers = 0;
            return true;
        }

        _strangers = ssrc == _strangerSsrc ? _strangers + 1 : 1;
        _strangerSsrc = ssrc;
        if (_strangers < StrangersToBelieve)
        {
            return false;
        }

        (_ssrc, _report, _strangers) = (ssrc, null, 0);
        (_sequence, _timestamp) = (WrappingCounter.Of16Bits(), WrappingCounter.Of32Bits());
        _foreign -= StrangersToBelieve - 1;
        _count = _bytes = 0;
        _restarts++;
        return true;
    }

    private void Add(in RtpHeader header, long at, int bytes)
    {
        if (_count == _packets.Length && _packets.Length < capacity)
        {
            Array.Resize(ref _packets, Math.Min(capacity, 2 * _packets.Length));
        }

        long sequence = _sequence.Unwrap(header.SequenceNumber);
        _packets[_count % _packets.Length] = new HeardPacket(sequence, _timestamp.Unwrap(header.Timestamp), at, bytes);
        _first = _count == 0 ? sequence : Math.Min(_first, sequence);
        _highest = _count == 0 ? sequence : Math.Max(_highest, sequence);
        _count++;
        _bytes += bytes;
    }
}
