using System.Threading.Channels;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Fakes;

/// <summary>Records what a transport delivers.</summary>
internal sealed class RecordingSink
{
    private readonly Channel<byte[]> _packets = Channel.CreateUnbounded<byte[]>();

    /// <param name="hasRoom">Whether there is room for more; <see langword="null"/>: always.</param>
    internal RecordingSink(Func<bool>? hasRoom = null) => Sink = new RtpSink
    {
        Start = (sequence, timestamp) =>
        {
            Starts.Add((sequence, timestamp));
            Started.TrySetResult();
        },
        Packet = (datagram, _) => _packets.Writer.TryWrite(datagram.ToArray()),
        SenderReport = (report, _) => SenderReports.Add(report),
        Goodbye = (ssrc, _) => Goodbyes.Add(ssrc),
        Track = Tracks.Add,
        Report = _ => Report,
        HasRoom = hasRoom ?? (static () => true),
    };

    internal RtpSink Sink { get; }

    /// <summary>Completes when a stream is about to begin.</summary>
    internal TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal List<(ushort? Sequence, uint? Timestamp)> Starts { get; } = [];

    internal List<SenderReport> SenderReports { get; } = [];

    internal List<uint> Goodbyes { get; } = [];

    internal List<string> Tracks { get; } = [];

    internal ReportBlock? Report { get; set; }

    /// <summary>The next packet.</summary>
    internal ValueTask<byte[]> PacketAsync() => _packets.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
