namespace Linnet.Wire.Http;

/// <summary>How much of a peer's head is read before it is refused. Lengths are in bytes, line ends left out.</summary>
public sealed record HttpLimits : IValidatable
{
    /// <summary>The limits that hold unless others are given.</summary>
    public static HttpLimits Default { get; } = new();

    /// <summary>The start line. A longer request line is answered 414. 64 – 65,536; default 4 KiB.</summary>
    public int MaxStartLine { get; init; } = 4 * 1024;

    /// <summary>One header. Longer is answered 431. 64 – 65,536; default 4 KiB.</summary>
    public int MaxHeaderLine { get; init; } = 4 * 1024;

    /// <summary>Header lines. More are answered 431. 1 – 1024; default 64.</summary>
    public int MaxHeaders { get; init; } = 64;

    /// <summary>Start line and headers together, line ends included. Longer is answered 431. 128 – 1,048,576; default 8 KiB.</summary>
    public int MaxHead { get; init; } = 8 * 1024;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        return
        [
            .. Check(nameof(MaxStartLine), MaxStartLine, 64, 65_536),
            .. Check(nameof(MaxHeaderLine), MaxHeaderLine, 64, 65_536),
            .. Check(nameof(MaxHeaders), MaxHeaders, 1, 1024),
            .. Check(nameof(MaxHead), MaxHead, 128, 1024 * 1024),
        ];
    }

    private static string[] Check(string name, int value, int least, int most) =>
        value >= least && value <= most ? [] : [$"{name} is {value}; it must be between {least} and {most}."];
}
