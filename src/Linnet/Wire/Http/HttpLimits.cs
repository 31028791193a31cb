using Linnet.Wire.Messages;

namespace Linnet.Wire.Http;

/// <summary>
/// How much of a peer's HTTP head is read before it is refused. Start line: 4 KiB by default. Head: 8 KiB by default. Headers that are too
/// long or too many are answered 431.
/// </summary>
internal sealed record HttpLimits : MessageLimits
{
    /// <summary>The default limits.</summary>
    public HttpLimits()
    {
        MaxStartLine = 4 * 1024;
        MaxHead = 8 * 1024;
    }

    /// <summary>The default limits of a reader.</summary>
    public static HttpLimits Default { get; } = new();
}
