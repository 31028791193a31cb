using Linnet.Receive.Repair;
using Linnet.Wire.Rtcp;

namespace Linnet.Receive;

/// <summary>Passes every call on to another sink. Derived classes change some of them.</summary>
/// <param name="next">Receives the calls.</param>
internal abstract class PassingSink(IRtpSink next) : IRtpSink
{
    public virtual bool HasRoom => next.HasRoom;

    public long RepairAt => next.RepairAt;

    public virtual void Start(ushort? firstSequence, uint? firstTimestamp) => next.Start(firstSequence, firstTimestamp);

    public virtual void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt) => next.OnRtp(datagram, arrivedAt);

    public void OnSenderReport(SenderReport report, long arrivedAt) => next.OnSenderReport(report, arrivedAt);

    public void OnBye(uint ssrc, long arrivedAt) => next.OnBye(ssrc, arrivedAt);

    public virtual void OnTrack(string title) => next.OnTrack(title);

    public void OnRefused(bool isForeign) => next.OnRefused(isForeign);

    public void OnRepeated() => next.OnRepeated();

    public void OnRoundTrip(TimeSpan roundTrip, bool isMeasured) => next.OnRoundTrip(roundTrip, isMeasured);

    public void FillRepair(long now, RepairRequest request) => next.FillRepair(now, request);

    public bool TryBuildReport(long now, out ReportBlock report) => next.TryBuildReport(now, out report);
}
