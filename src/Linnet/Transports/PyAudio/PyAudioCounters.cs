using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;

namespace Linnet.Transports.PyAudio;

/// <summary>The counters of PyAudio servers. Thread-safe.</summary>
internal sealed class PyAudioCounters
{
    private long _accepted;
    private long _renewed;

    internal ReasonCounts<PyAudioRefusal> Refused { get; } = new();

    internal ReasonCounts<PyAudioEnd> Ended { get; } = new();

    internal RunningTotal<Listener> Tcp { get; } = new(static l => l.PayloadBytesSent);

    internal RunningTotal<Listener> Udp { get; } = new(static l => l.PayloadBytesSent);

    internal long Accepted => Volatile.Read(ref _accepted);

    internal long Renewed => Volatile.Read(ref _renewed);

    internal IReadOnlyList<TransportTotal> Totals()
    {
        ((long tcpCount, long tcpBytes), (long udpCount, long udpBytes)) = (Tcp.Read(), Udp.Read());
        return [new(PyAudioServer.TcpTransport, tcpCount, tcpBytes), new(PyAudioServer.UdpTransport, udpCount, udpBytes)];
    }

    internal void CountAccepted() => Interlocked.Increment(ref _accepted);

    internal void CountRenewed() => Interlocked.Increment(ref _renewed);
}
