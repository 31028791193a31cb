namespace Linnet.Wire.Sdp;

/// <summary>Limits on the size of a peer's description. Larger ones are refused.</summary>
internal sealed record SdpLimits : IValidatable
{
    /// <summary>The default limits.</summary>
    public static SdpLimits Default { get; } = new();

    /// <summary>Bytes in total. 64 – 16 MiB; default 64 KiB.</summary>
    public int MaxLength { get; init; } = 64 * 1024;

    /// <summary>Bytes in one line. 64 – 65,536; default 8 KiB: cameras put whole codec headers into one line.</summary>
    public int MaxLine { get; init; } = 8 * 1024;

    /// <summary>Media sections. 1 – 256; default 32.</summary>
    public int MaxMedia { get; init; } = 32;

    /// <summary>Attributes in all sections combined. 1 – 65,536; default 512.</summary>
    public int MaxAttributes { get; init; } = 512;

    /// <summary>Formats in one media section. 1 – 256; default 64.</summary>
    public int MaxFormats { get; init; } = 64;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(MaxLength, 64, 16 * 1024 * 1024)
        .Between(MaxLine, 64, 65_536)
        .Between(MaxMedia, 1, 256)
        .Between(MaxAttributes, 1, 65_536)
        .Between(MaxFormats, 1, 256);
}
