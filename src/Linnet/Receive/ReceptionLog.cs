using Linnet.Wire.Rtcp;

namespace Linnet.Receive;

/// <summary>Computes one source's reception reports. Starts again with a new source.</summary>
/// <remarks>Source: RFC 3550 §A.3 (loss), §A.8 (jitter), on numbers that do not wrap.</remarks>
internal sealed class ReceptionLog(int clockRate, long ticksPerSecond)
{
    private long _first;
    private long _highest;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private double _transit;
    private double _jitter;
    private uint _lastReport;
    private long _lastReportAt;

    /// <summary>Forgets the previous source.</summary>
    internal void Reset()
    {
        _first = _highest = _received = _expectedBefore = _receivedBefore = 0;
        _transit = _jitter = 0;
        _lastReport = 0;
    }

    /// <summary>Interarrival jitter in ticks of the media clock.</summary>
    internal double Jitter => Volatile.Read(ref _jitter);

    /// <summary>Counts a packet, whatever its class.</summary>
    internal void OnPacket(long sequence, long position, long arrivedAt)
    {
        // Kept small before the conversion to double, so that the fraction is as precise after hours as in the first second.
        (long seconds, long rest) = Math.DivRem(arrivedAt, ticksPerSecond);
        double transit = (seconds * clockRate) - position + ((double)rest * clockRate / ticksPerSecond);
        if (_received++ == 0)
        {
            _first = _highest = sequence;
            _transit = transit;
            return;
        }

        _first = Math.Min(_first, sequence);
        _highest = Math.Max(_highest, sequence);
        double jitter = _jitter + ((Math.Abs(transit - _transit) - _jitter) / 16);
        Volatile.Write(ref _jitter, jitter);
        _transit = transit;
    }

    /// <summary>Records a sender report, for the round trip.</summary>
    internal void OnSenderReport(uint middle, long arrivedAt)
    {
        _lastReport = middle;
        _lastReportAt = arrivedAt;
    }

    /// <summary>Closes a reporting interval and builds its report.</summary>
    /// <returns><see langword="false"/> if nothing has been received yet.</returns>
    internal bool TryReport(uint ssrc, uint highestSequence, long now, out ReportBlock report)
    {
        report = default;
        if (_received == 0)
        {
            return false;
        }

        long expected = _highest - _first + 1;
        long expectedNow = expected - _expectedBefore;
        long lostNow = expectedNow - (_received - _receivedBefore);
        _expectedBefore = expected;
        _receivedBefore = _received;
        long delay = _lastReport == 0 ? 0 : (long)((Int128)(now - _lastReportAt) * 65_536 / ticksPerSecond);
        report = new ReportBlock(
            ssrc,
            FractionLost: expectedNow <= 0 || lostNow <= 0 ? (byte)0 : (byte)Math.Min(255, lostNow * 256 / expectedNow),
            CumulativeLost: (int)Math.Clamp(expected - _received, int.MinValue, int.MaxValue),
            highestSequence,
            Jitter: (uint)Math.Min(uint.MaxValue, _jitter),
            _lastReport,
            DelaySinceLastSenderReport: (uint)Math.Clamp(delay, 0, uint.MaxValue));
        return true;
    }
}
