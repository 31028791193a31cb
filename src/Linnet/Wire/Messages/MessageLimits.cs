namespace Linnet.Wire.Messages;

/// <summary>How much of the head of a peer's message is read before it is refused. Lengths are in bytes, without line ends.</summary>
internal abstract record MessageLimits : IValidatable
{
    /// <summary>The start line. A longer one is answered 414. 64 – 65,536.</summary>
    public int MaxStartLine { get; init; }

    /// <summary>One header, folded lines included. 64 – 65,536; default 4 KiB.</summary>
    public int MaxHeaderLine { get; init; } = 4 * 1024;

    /// <summary>Header lines. 1 – 1024; default 64.</summary>
    public int MaxHeaders { get; init; } = 64;

    /// <summary>Start line and headers together, line ends included. 128 – 1,048,576.</summary>
    public int MaxHead { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => new ProblemList()
        .Between(MaxStartLine, 64, 65_536)
        .Between(MaxHeaderLine, 64, 65_536)
        .Between(MaxHeaders, 1, 1024)
        .Between(MaxHead, 128, 1024 * 1024);
}
