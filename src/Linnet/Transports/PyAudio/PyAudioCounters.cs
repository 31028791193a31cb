namespace Linnet.Transports.PyAudio;

/// <summary>What PyAudio servers count. Any thread may count and read.</summary>
internal sealed class PyAudioCounters
{
    private long _accepted;
    private long _renewed;

    internal Tally<PyAudioRefusal> Refused { get; } = new();

    internal Tally<PyAudioEnd> Ended { get; } = new();

    internal long Accepted => Volatile.Read(ref _accepted);

    internal long Renewed => Volatile.Read(ref _renewed);

    internal void CountAccepted() => Interlocked.Increment(ref _accepted);

    internal void CountRenewed() => Interlocked.Increment(ref _renewed);
}
