using Linnet.Diagnostics;

namespace Linnet.Transports.PyAudio;

/// <summary>The counters of PyAudio servers. Thread-safe.</summary>
internal sealed class PyAudioCounters
{
    private long _accepted;
    private long _renewed;

    internal ReasonCounts<PyAudioRefusal> Refused { get; } = new();

    internal ReasonCounts<PyAudioEnd> Ended { get; } = new();

    internal long Accepted => Volatile.Read(ref _accepted);

    internal long Renewed => Volatile.Read(ref _renewed);

    internal void CountAccepted() => Interlocked.Increment(ref _accepted);

    internal void CountRenewed() => Interlocked.Increment(ref _renewed);
}
