namespace Linnet.Codecs.Opus;

/// <summary>Options of an Opus rendition: bit rate, delay and complexity.</summary>
internal sealed record OpusEncoderOptions : IValidatable
{
    /// <summary>Bits per second on average, 6,000–510,000; default 128,000. Below 64,000 stereo music is audibly damaged.</summary>
    public int BitRate { get; init; } = 128_000;

    /// <summary>Duration of a packet: 5, 10 or 20 ms; default 20. Shorter: less delay, more header bytes, lower quality.</summary>
    public TimeSpan PacketTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>CPU effort, 0–10; default 10. At 5 it takes half the time and sounds nearly the same.</summary>
    public int Complexity { get; init; } = 10;

    /// <summary>Whether to disable the voice modes, which cuts the look-ahead from 6.5 to 2.5 ms; default false.</summary>
    public bool LowDelay { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(BitRate, 6_000, 510_000, "bits per second")
        .Require(
            PacketTime.Ticks is 5 * TimeSpan.TicksPerMillisecond or 10 * TimeSpan.TicksPerMillisecond or 20 * TimeSpan.TicksPerMillisecond,
            $"{nameof(PacketTime)} is {PacketTime.TotalMilliseconds} ms; it must be 5, 10 or 20 ms.")
        .Between(Complexity, 0, 10);
}
