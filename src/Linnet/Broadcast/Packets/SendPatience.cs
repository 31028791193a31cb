using Linnet.Clock;

namespace Linnet.Broadcast.Packets;

/// <summary>How long a listener may accept no bytes. The limit is short until it has shown that it reads what it asked for.</summary>
/// <param name="stall">Limit for a listener that has shown it.</param>
/// <param name="newcomer">Limit for a listener that has not.</param>
/// <param name="ticksPerSecond">Frequency of the ticks that all else here is in.</param>
internal sealed class SendPatience(TimeSpan stall, TimeSpan newcomer, long ticksPerSecond)
{
    /// <summary>
    /// Bytes that must arrive at a listener before it has shown that it reads. The kernel of a listener that never reads accepts 64 KiB,
    /// unless it was set to accept more; this is 6 s of MP3 at 128 kb/s, of which a listener gets 2 s at once.
    /// </summary>
    internal const long Proof = 96 * 1024;

    /// <summary>Limit for both while the kernel holds too much in total: long enough to outlast a single lost packet.</summary>
    internal static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private readonly long _usual = stall.InTicks(ticksPerSecond);
    private readonly long _newcomer = Math.Min(newcomer.InTicks(ticksPerSecond), stall.InTicks(ticksPerSecond));
    private readonly long _atOnce = Math.Min(AtOnce.InTicks(ticksPerSecond), stall.InTicks(ticksPerSecond));

    /// <summary>
    /// Whether a listener that accepts bytes again after this pause has thereby shown that it reads. After a shorter pause, its kernel may
    /// only be filling its own buffer.
    /// </summary>
    /// <param name="silent">How long it had accepted no bytes, in ticks.</param>
    internal bool IsProof(long silent) => silent >= _atOnce / 2;

    /// <summary>
    /// Whether the listener has stalled for too long. Even when memory is far too short, a listener that has shown that it reads, and does
    /// so now, is not dropped for others.
    /// </summary>
    /// <param name="silent">How long the listener has accepted no bytes, in ticks.</param>
    /// <param name="hasTaken">Whether it has shown that it reads.</param>
    /// <param name="memory">Its share of what the kernel holds; <see langword="null"/> if that is not counted.</param>
    internal bool IsOver(long silent, bool hasTaken, SendMemory.Use? memory) =>
        silent > (hasTaken ? _usual : _newcomer)
        || memory is not null && ((memory.IsOver && silent >= _atOnce) || (memory.IsFarOver && (silent >= _atOnce / 4 || !hasTaken)));
}
