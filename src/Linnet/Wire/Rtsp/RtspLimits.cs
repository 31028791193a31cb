using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>
/// How much of a peer's RTSP message is read before it is refused. Start line: 2 KiB by default. Head: 16 KiB by default. Headers that are
/// too long or too many are answered 413.
/// </summary>
internal sealed record RtspLimits : MessageLimits
{
    /// <summary>The default limits.</summary>
    public RtspLimits()
    {
        MaxStartLine = 2 * 1024;
        MaxHead = 16 * 1024;
    }

    /// <summary>The default limits of a reader.</summary>
    public static RtspLimits Default { get; } = new();

    /// <summary>The body. A longer <c>Content-Length</c> is answered 413 at once. 0 – 16 MiB; default 64 KiB.</summary>
    public int MaxBody { get; init; } = 64 * 1024;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => new ProblemList()
        .Include(base.Problems())
        .Between(MaxBody, 0, 16 * 1024 * 1024);
}
