using System.Threading.Channels;
using Linnet.Receive;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Fakes;

/// <summary>Records what a transport delivers.</summary>
/// <param name="hasRoom">Whether there is room for more; <see langword="null"/>: always.</param>
internal sealed class RecordingSink(Func<bool>? hasRoom = null) : IRtpSink
{
    private readonly Channel<byte[]> _packets = Channel.CreateUnbounded<byte[]>();

    public bool HasRoom => hasRoom?.Invoke() ?? true;

    /// <summary>Completes when a stream is about to begin.</summary>
    internal TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal List<(ushort? Sequence, uint? Timestamp)> Starts { get; } = [];

    internal List<SenderReport> SenderReports { get; } = [];

    internal List<uint> Goodbyes { get; } = [];

    internal List<string> Tracks { get; } = [];

    /// <summary>Counts refused data, by whether it came from another peer.</summary>
    internal Dictionary<bool, int> Refused { get; } = [];

    /// <summary>Packets that came again.</summary>
    internal int Repeated { get; private set; }

    internal ReportBlock? Report { get; set; }

    /// <summary>Called with each packet, before it is recorded.</summary>
    internal Action<byte[], long>? Packet { get; init; }

    public void Start(ushort? firstSequence, uint? firstTimestamp)
    {
        Starts.Add((firstSequence, firstTimestamp));
        Started.TrySetResult();
    }

    public void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt)
    {
        byte[] packet = datagram.ToArray();
        Packet?.Invoke(packet, arrivedAt);
        _packets.Writer.TryWrite(packet);
    }

    public void OnSenderReport(SenderReport report, long arrivedAt) => SenderReports.Add(report);

    public void OnBye(uint ssrc, long arrivedAt) => Goodbyes.Add(ssrc);

    public void OnTrack(string title) => Tracks.Add(title);

    public void OnRefused(bool isForeign) => Refused[isForeign] = Refused.GetValueOrDefault(isForeign) + 1;

    public void OnRepeated() => Repeated++;

    public bool TryBuildReport(long now, out ReportBlock report)
    {
        report = Report ?? default;
        return Report is not null;
    }

    /// <summary>The next packet.</summary>
    internal ValueTask<byte[]> PacketAsync() => _packets.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
