using Linnet.Transports.Impairments;

namespace Linnet.Tests.Fakes;

/// <summary>An impaired network between a sender and a receiver in simulated time, which counts what it does to each datagram.</summary>
/// <param name="options">What it does. What is held back is late if <see cref="ImpairmentOptions.ReorderDelay"/> is more than any receiver
/// waits.</param>
/// <param name="ticksPerSecond">Of the simulated time.</param>
internal sealed class LossyLink(ImpairmentOptions options, long ticksPerSecond)
{
    private readonly Impairment _impairment = new(options, ticksPerSecond);
    private readonly ImpairedLane _lane = new(ticksPerSecond);
    private readonly long _delay = (long)(options.Delay.TotalSeconds * ticksPerSecond);

    /// <summary>Whether datagrams sent from now on meet with anything but the delay.</summary>
    public bool IsImpaired { get; set; } = true;

    public long Sent => Counts.Taken;

    public long Lost => Counts.Dropped;

    public long Duplicated => Counts.Duplicated;

    public long Corrupted => Counts.Corrupted;

    /// <summary>Held back for longer than any receiver waits.</summary>
    public long Late => options.ReorderDelay > TimeSpan.Zero ? Counts.HeldBack : 0;

    /// <summary>Delivered after one that was sent later, late ones apart. Complete when all is delivered.</summary>
    public long Reordered => Counts.Reordered - Late;

    public bool IsEmpty => _lane.NextAt == ImpairedLane.Never;

    private ImpairmentCounts Counts => _lane.Counts;

    /// <summary>A network as a person would describe it.</summary>
    public static ImpairmentOptions Like(string text) =>
        ImpairmentOptions.TryParse(text, out ImpairmentOptions? options, out string? problem)
            ? options : throw new ArgumentException(problem);

    public void Send(ReadOnlySpan<byte> datagram, long sentAt)
    {
        Fate fate = _impairment.Next(datagram.Length, sentAt);
        _lane.Send(datagram, IsImpaired ? fate : new Fate { LeavesAt = sentAt + _delay });
    }

    /// <summary>The next datagram that has arrived by <paramref name="now"/>, in the order of arrival.</summary>
    public bool TryReceive(long now, out byte[] datagram, out long arrivedAt)
    {
        bool isThere = _lane.TryReceive(now, out byte[]? arrived, out arrivedAt);
        datagram = arrived ?? [];
        return isThere;
    }
}
