namespace Linnet.Codecs.Opus;

/// <summary>What an Opus rendition costs and how late it is.</summary>
public sealed record OpusEncoderOptions : IValidatable
{
    /// <summary>Bits per second on average, 6,000–510,000; default 128,000. Below 64,000 stereo music is audibly damaged.</summary>
    public int BitRate { get; init; } = 128_000;

    /// <summary>Length of one packet: 5, 10 or 20 ms; default 20. Shorter is sooner, costs more headers and sounds worse.</summary>
    public TimeSpan PacketTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How hard libopus works, 0–10; default 10. At 5 it takes half the time and sounds nearly the same.</summary>
    public int Complexity { get; init; } = 10;

    /// <summary>Whether to give up the voice modes for 4 ms less delay (2.5 instead of 6.5 ms of look-ahead); default no.</summary>
    public bool LowDelay { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (BitRate is < 6_000 or > 510_000)
        {
            yield return $"{nameof(BitRate)} is {BitRate}; it must be between 6000 and 510000 bits per second.";
        }

        if (PacketTime.Ticks is not (5 * TimeSpan.TicksPerMillisecond or 10 * TimeSpan.TicksPerMillisecond
            or 20 * TimeSpan.TicksPerMillisecond))
        {
            yield return $"{nameof(PacketTime)} is {PacketTime.TotalMilliseconds} ms; it must be 5, 10 or 20 ms.";
        }

        if (Complexity is < 0 or > 10)
        {
            yield return $"{nameof(Complexity)} is {Complexity}; it must be between 0 and 10.";
        }
    }
}
