namespace Linnet.Wire.Rtsp;

/// <summary>How much of a peer's message is read before it is refused. All lengths are in bytes, line ends left out.</summary>
public sealed record RtspLimits : IValidatable
{
    /// <summary>The limits that a reader has unless it is given others.</summary>
    public static RtspLimits Default { get; } = new();

    /// <summary>The start line. Longer is answered 414. 64 – 65,536; default 2 KiB.</summary>
    public int MaxStartLine { get; init; } = 2 * 1024;

    /// <summary>One header, folded lines included. Longer is answered 413. 64 – 65,536; default 4 KiB.</summary>
    public int MaxHeaderLine { get; init; } = 4 * 1024;

    /// <summary>Header lines. More are answered 413. 1 – 1024; default 64.</summary>
    public int MaxHeaders { get; init; } = 64;

    /// <summary>Start line and headers together, line ends included. Longer is answered 413. 128 – 1,048,576; default 16 KiB.</summary>
    public int MaxHead { get; init; } = 16 * 1024;

    /// <summary>The body. A longer <c>Content-Length</c> is answered 413 at once. 0 – 16 MiB; default 64 KiB.</summary>
    public int MaxBody { get; init; } = 64 * 1024;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        return
        [
            .. Check(nameof(MaxStartLine), MaxStartLine, 64, 65_536),
            .. Check(nameof(MaxHeaderLine), MaxHeaderLine, 64, 65_536),
            .. Check(nameof(MaxHeaders), MaxHeaders, 1, 1024),
            .. Check(nameof(MaxHead), MaxHead, 128, 1024 * 1024),
            .. Check(nameof(MaxBody), MaxBody, 0, 16 * 1024 * 1024),
        ];
    }

    private static string[] Check(string name, int value, int least, int most) =>
        value >= least && value <= most ? [] : [$"{name} is {value}; it must be between {least} and {most}."];
}
