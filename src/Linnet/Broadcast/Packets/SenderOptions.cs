using Linnet.Broadcast.Streams;

namespace Linnet.Broadcast.Packets;

/// <summary>How sender threads treat listeners that do not keep up. A slow listener never delays another.</summary>
public sealed record SenderOptions : IValidatable
{
    /// <summary>Sender threads. 1–64; default one per core, at most 4.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>Audio that may wait in the ring for a listener before it is moved to the live edge. 100 ms – 60 s; default 3 s.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a listener may accept no bytes before it is dropped. 1–300 s; default 10 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same for a listener that has not yet shown that it reads: it occupies a kernel buffer, which any client can cause. 1–300 s,
    /// capped by <see cref="StallTimeout"/>; default 5 s.
    /// </summary>
    public TimeSpan NewcomerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Bytes that the kernel may hold for all listeners over TCP that have not received them yet. One address may hold a quarter of it.
    /// Above the limit, listeners that accept no bytes are dropped at once, and no new ones of a high bit rate are admitted. 16 MiB – 64
    /// GiB; default 256 MiB.
    /// </summary>
    public long MaxKernelBytes { get; init; } = 256L << 20;

    /// <summary>Time between reports to one listener (RFC 3550 §6.2), spread by ±50 %. 1–60 s; default 5 s.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Options for listeners over HTTP, which buffer the stream themselves.</summary>
    public StreamOptions Streams { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(Threads, 1, 64)
        .Between(MaxLag, "100 ms", "60 s")
        .Between(StallTimeout, "1 s", "300 s")
        .Between(NewcomerTimeout, "1 s", "300 s")
        .Between(MaxKernelBytes, "16 MiB", "64 GiB")
        .Between(ReportInterval, "1 s", "60 s")
        .Include(Streams.Problems());
}
