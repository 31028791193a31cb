using Linnet.Transports.Impairments;

namespace Linnet.Tests.Fakes;

/// <summary>An impaired network between a sender and a receiver in simulated time. Counts what it does to each datagram.</summary>
/// <param name="options">The impairment. Datagrams held back are late if <see cref="ImpairmentOptions.ReorderDelay"/> exceeds the wait of
/// any receiver.</param>
/// <param name="ticksPerSecond">Frequency of the simulated time.</param>
internal sealed class LossyLink(ImpairmentOptions options, long ticksPerSecond)
{
    private readonly Impairment _impairment = new(options, ticksPerSecond);
    private readonly ImpairedLane _lane = new(ticksPerSecond);
    private readonly long _delay = (long)(options.Delay.TotalSeconds * ticksPerSecond);

    /// <summary>Whether new datagrams are impaired in any way other than the delay.</summary>
    public bool IsImpaired { get; set; } = true;

    public long Sent => Counts.Taken;

    public long Lost => Counts.Dropped;

    public long Duplicated => Counts.Duplicated;

    public long Corrupted => Counts.Corrupted;

    /// <summary>Datagrams held back for longer than any receiver waits.</summary>
    public long Late => options.ReorderDelay > TimeSpan.Zero ? Counts.HeldBack : 0;

    /// <summary>Datagrams delivered after a later one, except late ones. Complete when all are delivered.</summary>
    public long Reordered => Counts.Reordered - Late;

    public bool IsEmpty => _lane.NextAt == ImpairedLane.Never;

    private ImpairmentCounts Counts => _lane.Counts;

    /// <summary>Parses a description of a network.</summary>
    public static ImpairmentOptions Like(string text) =>
        ImpairmentOptions.TryParse(text, out ImpairmentOptions? options, out string? problem)
            ? options : throw new ArgumentException(problem);

    public void Send(ReadOnlySpan<byte> datagram, long sentAt)
    {
        Fate fate = _impairment.Next(datagram.Length, sentAt);
        _lane.Send(datagram, IsImpaired ? fate : new Fate { LeavesAt = sentAt + _delay });
    }

    /// <summary>The next datagram that has arrived by <paramref name="now"/>, in order of arrival.</summary>
    public bool TryReceive(long now, out byte[] datagram, out long arrivedAt)
    {
        bool isThere = _lane.TryReceive(now, out byte[]? arrived, out arrivedAt);
        datagram = arrived ?? [];
        return isThere;
    }
}
