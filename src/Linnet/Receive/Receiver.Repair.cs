using Linnet.Clock;
using Linnet.Receive.Repair;
using Linnet.Wire.Rtp;

namespace Linnet.Receive;

/// <content>Repairs losses: requests packets through the transport, or takes them from copies in later packets.</content>
internal sealed partial class Receiver
{
    /// <summary>When to call <see cref="IRtpSink.FillRepair"/>; <see cref="long.MaxValue"/>: not until a packet arrives.</summary>
    long IRtpSink.RepairAt => _repair.At;

    /// <summary>Gets the requests to send now.</summary>
    void IRtpSink.FillRepair(long now, RepairRequest request)
    {
        lock (_network)
        {
            request.Clear();
            if (_timeline is not null)
            {
                _repair.Fill(now, _depacketizer, _timeline.Line, _reception.Jitter, _target.Ticks, request);
            }
        }
    }

    /// <summary>Counts a packet that arrived again. It was dropped before it could be told from others.</summary>
    void IRtpSink.OnRepeated()
    {
        lock (_network)
        {
            _counts.Duplicate++;
        }
    }

    /// <summary>Records a round trip to the sender.</summary>
    /// <param name="roundTrip">The time from a request to its response.</param>
    /// <param name="isMeasured">Whether it was measured on the path of the packets; otherwise it is a hint.</param>
    void IRtpSink.OnRoundTrip(TimeSpan roundTrip, bool isMeasured)
    {
        lock (_network)
        {
            _repair.OnRoundTrip(roundTrip.InTicks(_media.TicksPerSecond), isMeasured);
        }
    }

    private void TakeCopies(in StreamPacket packet, long arrivedAt)
    {
        for (int i = 0; i < packet.Red.Copies; i++)
        {
            if (_depacketizer.TryReadCopy(packet, i, out StreamPacket copy))
            {
                OnRepair(copy, arrivedAt, PacketOrigin.Copy, RedPayload.CopyHeaderLength + copy.Payload.Length);
            }
        }
    }

    // A repair says nothing about packet delays, so it does not affect the timeline or the reports.
    private void OnRepair(in StreamPacket packet, long arrivedAt, PacketOrigin origin, int bytes)
    {
        var buffered = new BufferedPacket(packet.Sequence, packet.Position, arrivedAt, packet.Stream);
        PacketClass result = _buffer.Put(buffered, packet.Payload, isRepair: true);
        _repair.OnRepair(buffered, result, _depacketizer.PacketFrames, origin, bytes);
        if (packet.Position > _newestPosition)
        {
            Volatile.Write(ref _newestPosition, packet.Position);
        }
    }

    private RepairSummary GetRepair()
    {
        lock (_network)
        {
            return RepairSummary.Of(_repair, _media.TicksPerSecond);
        }
    }
}
