using Linnet.Audio;
using Linnet.Receive;
using Linnet.Transports;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtsp;
using Linnet.Wire;

namespace Linnet.Playback;

/// <summary>What a <see cref="Player"/> plays, and how.</summary>
public sealed record PlayerOptions : IValidatable
{
    /// <summary>
    /// The station's address: <c>rtsp://[USER:PASSWORD@]HOST[:PORT]/NAME[/RENDITION]</c> (without a port: 8554, Linnet's own, and 554,
    /// RTSP's own, where nothing listens at that); any internet radio, <c>http://HOST/STREAM</c> or https; the pages of a Linnet server,
    /// <c>http://HOST:8000/[NAME]</c>, which lead to its station; or a server of the PyAudio tutorial, <c>pyaudio-tcp://HOST[:PORT]</c> or
    /// <c>pyaudio-udp</c>. A password in it is never shown.
    /// </summary>
    public required Uri Url { get; init; }

    /// <summary>
    /// The format of a server that does not announce one (<c>pyaudio-tcp</c>, <c>pyaudio-udp</c>). <see langword="null"/>, the default:
    /// the usual format of such servers, 44.1 kHz, stereo, 16 bit little-endian.
    /// </summary>
    public RawPcmFormat? RawFormat { get; init; }

    /// <summary>The transport of packets. Default: UDP, and TCP if nothing arrives.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>
    /// Simulates a worse network, to hear its effect; <see langword="null"/>, the default: none. It needs datagrams, so packets come over
    /// UDP whatever <see cref="Transport"/> says, which cannot be <see cref="RtspTransport.Tcp"/>; only for rtsp addresses and the pages
    /// of a Linnet server.
    /// </summary>
    public ImpairmentOptions? Impairment { get; init; }

    /// <summary>The profile of latency, and the limits of receiving. Default: profile <c>balanced</c>, 40 – 300 ms.</summary>
    public ReceiverOptions Receiver { get; init; } = new();

    /// <summary>Whether to reconnect if the server is gone after it was heard. Default: yes.</summary>
    public bool Reconnects { get; init; } = true;

    /// <summary>
    /// Whether the player also waits for a server that is not running yet, or is full, if <see cref="Reconnects"/> is on. A host or a
    /// station that does not exist, and a wrong account, are still errors. Default: no, the first attempt decides.
    /// </summary>
    public bool WaitsForStation { get; init; }

    /// <summary>
    /// The wait before the first try to reconnect; each further one is up to twice as long. 10 ms – 1 min; default 250 ms.
    /// </summary>
    public TimeSpan MinReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two tries to reconnect. Not below the first, and at most 10 min; default 10 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the device is a station of this process, so that messages speak of receiving and not of playing.</summary>
    internal bool FeedsStation { get; init; }

    /// <summary>The certificates that are accepted over TLS; <see langword="null"/>, the default: those that this system trusts.</summary>
    public ServerTrust? Trust { get; init; }

    /// <summary>How much sound to play; <see langword="null"/>, the default: all.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The initial volume, 0 – 8 (+18 dB): 1, the default, is as sent and changes no sample.</summary>
    public double Volume { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            ListenScheme.TryFind(Url, out ListenScheme? scheme),
            $"{nameof(Url)} is {(Url is null ? "null" : ShownAddress.Of(Url))}; it must be an address like {ListenScheme.Examples}.")
        .Require(
            RawFormat is not { Format.IsValid: false }, $"{nameof(RawFormat)} is {RawFormat}; it must be one that Linnet carries.")
        .Between(MinReconnectDelay, "10 ms", "1 min")
        .Require(
            MaxReconnectDelay >= MinReconnectDelay && MaxReconnectDelay.TotalMinutes <= 10,
            $"{nameof(MaxReconnectDelay)} is {MaxReconnectDelay}; it must be between {nameof(MinReconnectDelay)} and 10 min.")
        .Require(Duration is not { Ticks: <= 0 }, $"{nameof(Duration)} is {Duration}; it must be above zero, or null for all there is.")
        .Require(Volume is >= 0 and <= Gain.Max, $"{nameof(Volume)} is {Volume}; it must be between 0 and {Gain.Max}.")
        .Require(
            Impairment is null || !(Transport is RtspTransport.Tcp || scheme is { MayBeRtp: false }),
            $"{nameof(Impairment)} is for RTP over UDP; {nameof(Url)} must be an rtsp address, and {nameof(Transport)} Udp or Auto.")
        .Include(Receiver.Problems())
        .Include(Trust?.Problems())
        .Include(Impairment?.Problems());

    /// <summary>The address, without its password, the transport and the volume.</summary>
    public override string ToString() =>
        $"{nameof(PlayerOptions)} {{ {nameof(Url)} = {(Url is null ? "" : ShownAddress.Of(Url))}, "
        + $"{nameof(Transport)} = {Transport}, {nameof(Volume)} = {Volume} }}";
}
