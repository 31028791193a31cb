using Linnet.Transports.Impairments;
using Linnet.Transports.Rtsp;
using Linnet.Wire;

namespace Linnet.Playback.Probing;

/// <summary>What a <see cref="Prober"/> listens to, and for how long.</summary>
public sealed record ProberOptions : IValidatable
{
    /// <summary>The station, by RTSP: as <see cref="PlayerOptions.Url"/>.</summary>
    public required Uri Url { get; init; }

    /// <summary>How packets are to come. Default: UDP, and TCP if nothing arrives.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>
    /// A worse network than there is, as in <see cref="PlayerOptions.Impairment"/>; <see langword="null"/>, the default: none.
    /// </summary>
    public ImpairmentOptions? Impairment { get; init; }

    /// <summary>How long to listen, from the first packet. 1 s – 30 days; default 15 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Packets that are kept to be judged: the newest. 1000 – 10,000,000 of 32 bytes; default 262,144.</summary>
    public int MaxPackets { get; init; } = 1 << 18;

    /// <summary>Where and how long; no password.</summary>
    public override string ToString() =>
        $"{nameof(ProberOptions)} {{ {nameof(Url)} = {(Url is null ? "" : ShownAddress.Of(Url))}, {nameof(Duration)} = {Duration} }}";

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!StationLookup.IsAddress(Url))
        {
            yield return $"{nameof(Url)} is {(Url is null ? "null" : ShownAddress.Of(Url))}; it must be an address like "
                + "rtsp://HOST:PORT/NAME.";
        }

        if (Impairment is not null && Transport is RtspTransport.Tcp)
        {
            yield return $"{nameof(Impairment)} is for RTP over UDP; "
                + $"{nameof(Transport)} must be {RtspTransport.Udp} or {RtspTransport.Auto}.";
        }

        if (Duration.TotalSeconds < 1 || Duration.TotalDays > 30)
        {
            yield return $"{nameof(Duration)} is {Duration}; it must be between 1 s and 30 days.";
        }

        if (MaxPackets is < 1000 or > 10_000_000)
        {
            yield return $"{nameof(MaxPackets)} is {MaxPackets}; it must be between 1000 and 10,000,000.";
        }

        foreach (string problem in Impairment?.Problems() ?? [])
        {
            yield return problem;
        }
    }
}
