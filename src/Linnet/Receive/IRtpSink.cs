using Linnet.Receive.Repair;
using Linnet.Wire.Rtcp;

namespace Linnet.Receive;

/// <summary>
/// Called by a transport for a stream that it receives. The calls are quick and do not throw; those for packets and those for reports may
/// come from two threads.
/// </summary>
internal interface IRtpSink
{
    /// <summary>Whether there is room for more, for transports that can hold back their sender.</summary>
    bool HasRoom => true;

    /// <summary>When to call <see cref="FillRepair"/>, in ticks; <see cref="long.MaxValue"/>: not until something arrives.</summary>
    long RepairAt => long.MaxValue;

    /// <summary>A stream is about to begin.</summary>
    /// <param name="firstSequence">The sequence number of its first packet; <see langword="null"/>: not announced.</param>
    /// <param name="firstTimestamp">The RTP timestamp of that packet; <see langword="null"/>: not announced.</param>
    void Start(ushort? firstSequence, uint? firstTimestamp);

    /// <summary>An RTP datagram arrived. It comes from the network and is untrusted.</summary>
    /// <param name="datagram">The bytes, including the header; valid during the call.</param>
    /// <param name="arrivedAt">When it arrived, in ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
    void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt);

    /// <summary>A sender report arrived, at this instant.</summary>
    void OnSenderReport(SenderReport report, long arrivedAt);

    /// <summary>The source with this SSRC said its final goodbye, at this instant.</summary>
    void OnBye(uint ssrc, long arrivedAt);

    /// <summary>The sender announced the current track; repeated with each of its reports. Untrusted: it comes from the network.</summary>
    void OnTrack(string title)
    {
    }

    /// <summary>Something invalid arrived: from another peer (<see langword="true"/>), or malformed.</summary>
    void OnRefused(bool isForeign)
    {
    }

    /// <summary>An RTP datagram arrived again, or too late to tell, and was dropped before its payload could be read.</summary>
    void OnRepeated()
    {
    }

    /// <summary>The round trip to the sender: whether measured on the path of the packets, or only a hint.</summary>
    void OnRoundTrip(TimeSpan roundTrip, bool isMeasured)
    {
    }

    /// <summary>Fills in what to request from the sender by now.</summary>
    void FillRepair(long now, RepairRequest request)
    {
    }

    /// <summary>Closes a reporting interval and builds its report block.</summary>
    /// <returns><see langword="false"/> if nothing was received yet.</returns>
    bool TryBuildReport(long now, out ReportBlock report)
    {
        report = default;
        return false;
    }
}
