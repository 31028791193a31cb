namespace Linnet.Sources;

/// <summary>How a <see cref="PcmSource"/> takes sound from the program that writes it.</summary>
public sealed record PcmSourceOptions : IValidatable
{
    // Two blocks of a station.
    private const string MinBuffer = "20 ms";

    // With eight channels at 384 kHz, it takes 123 MB.
    private const string MaxBuffer = "10 s";

    /// <summary>
    /// Whose clock sets the pace. <see langword="false"/>, the default: the station's. A write waits while the buffer is full, so no sound
    /// is lost, however fast the program makes it. <see langword="true"/>: the program's own, such as that of a sound card. A write never
    /// waits; the station sends sound as it arrives, and follows the pace.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>
    /// How much sound waits at most to be read, and how long the station waits for sound before that counts as an underrun. It must be
    /// longer than the time between two writes. 20 ms – 10 s; default 200 ms.
    /// </summary>
    public TimeSpan Buffer { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Significant bits if the sound is integer PCM, 8–32: then lossless renditions carry it bit for bit in that size, 16 for 16-bit
    /// samples. 0, the default: it is not integer PCM, and lossless renditions have 24 bits.
    /// </summary>
    public int BitDepth { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(Buffer, MinBuffer, MaxBuffer)
        .Require(
            BitDepth is 0 or (>= 8 and <= 32),
            $"{nameof(BitDepth)} is {BitDepth}; it must be between 8 and 32, or 0 for sound that is not integer PCM.");
}
