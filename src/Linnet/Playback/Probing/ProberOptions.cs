using Linnet.Transports;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtsp;
using Linnet.Wire;

namespace Linnet.Playback.Probing;

/// <summary>What a <see cref="Prober"/> receives, and for how long.</summary>
public sealed record ProberOptions : IValidatable
{
    /// <summary>
    /// The station's rtsp address, or a page of a Linnet server that leads to it: the probe measures RTP packets, and an HTTP stream has
    /// none.
    /// </summary>
    public required Uri Url { get; init; }

    /// <summary>The transport. Default: UDP, or TCP if nothing arrives.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>
    /// Simulates a worse network, as in <see cref="PlayerOptions.Impairment"/>; <see langword="null"/>, the default: no simulation.
    /// </summary>
    public ImpairmentOptions? Impairment { get; init; }

    /// <summary>The certificates that are accepted over TLS; <see langword="null"/>, the default: those that this system trusts.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>How long to receive, from the first packet. 1 s – 30 days; default 15 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The address, without its password, and the duration.</summary>
    public override string ToString() =>
        $"{nameof(ProberOptions)} {{ {nameof(Url)} = {(Url is null ? "" : ShownAddress.Of(Url))}, {nameof(Duration)} = {Duration} }}";

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            ListenScheme.TryFind(Url, out ListenScheme? scheme) && scheme.MayBeRtp,
            $"{nameof(Url)} is {(Url is null ? "null" : ShownAddress.Of(Url))}; it must be an address like rtsp://HOST:PORT/NAME.")
        .Require(
            Impairment is null || Transport is not RtspTransport.Tcp,
            $"{nameof(Impairment)} requires RTP over UDP; {nameof(Transport)} must be {RtspTransport.Udp} or {RtspTransport.Auto}.")
        .Require(
            Duration.TotalSeconds >= 1 && Duration.TotalDays <= 30,
            $"{nameof(Duration)} is {Duration}; it must be between 1 s and 30 days.")
        .Include(Trust?.Problems())
        .Include(Impairment?.Problems());
}
