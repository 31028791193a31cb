namespace Linnet.Broadcast.Packets;

/// <summary>How long a listener may take nothing: until it has shown that it takes what it asked for, not for long.</summary>
/// <param name="usual">How long one that has, in ticks.</param>
/// <param name="newcomer">How long one that has not, in ticks.</param>
/// <param name="atOnce">How long either while the kernel holds too much for all, in ticks: long enough not to be a single lost
/// packet.</param>
internal sealed class SendPatience(long usual, long newcomer, long atOnce)
{
    /// <summary>
    /// Bytes that have arrived at a listener, after which it has shown it. The kernel of one that never reads takes 64 KiB, unless it was
    /// told to take more; this is 6 s of MP3 of 128 kb/s, of which it gets 2 s at once.
    /// </summary>
    internal const long Proof = 96 * 1024;

    /// <summary>How long either while the kernel holds too much for all: long enough not to be a single lost packet.</summary>
    internal static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private readonly long _newcomer = Math.Min(newcomer, usual);
    private readonly long _atOnce = Math.Min(atOnce, usual);

    /// <summary>
    /// Whether a listener that takes something again, after so long, has thereby shown that it takes what it asked for. A shorter stop may
    /// be just its kernel filling its own buffer.
    /// </summary>
    /// <param name="silent">For how long it had taken nothing, in ticks.</param>
    internal bool IsProof(long silent) => silent >= _atOnce / 2;

    /// <summary>
    /// Whether it is over. Even where memory is far too short, who has shown that it takes what it is sent, and does so now, is not let go
    /// for others.
    /// </summary>
    /// <param name="silent">For how long the listener has taken nothing, in ticks.</param>
    /// <param name="hasTaken">Whether it has shown that it takes something.</param>
    /// <param name="memory">Its part of what the kernel holds; <see langword="null"/>: that is not counted.</param>
    internal bool IsOver(long silent, bool hasTaken, SendMemory.Use? memory) =>
        silent > (hasTaken ? usual : _newcomer)
        || memory is not null && ((memory.IsOver && silent >= _atOnce) || (memory.IsFarOver && (silent >= _atOnce / 4 || !hasTaken)));
}
