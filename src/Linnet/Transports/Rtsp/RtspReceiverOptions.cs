using System.Net;
using Linnet.Transports.Impairments;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>What to hear, and how patient to be.</summary>
internal sealed record RtspReceiverOptions : IValidatable
{
    /// <summary>The station.</summary>
    public required RtspUri Address { get; init; }

    /// <summary>How packets are to come. Default <see cref="RtspTransport.Auto"/>.</summary>
    public RtspTransport Transport { get; init; }

    /// <summary>
    /// The rendition to be given where the address names none and the server knows it; <see langword="null"/>: its first.
    /// </summary>
    public string? Rendition { get; init; }

    /// <summary>
    /// How much sound is to be had before any is played, so that a server that still has it sends it at once. Default none.
    /// </summary>
    public TimeSpan? Buffer { get; init; }

    /// <summary>
    /// What stands between our sockets and us; <see langword="null"/>, the default: nothing. Datagrams only: it does not touch TCP.
    /// </summary>
    public ImpairedPath? Impairment { get; init; }

    /// <summary>Where an address lies, for redirects; <see langword="null"/>, the default: as <see cref="InnerNetwork"/> says.</summary>
    internal Func<IPAddress, NetworkSide>? SideOf { get; init; }

    /// <summary>Where to look, in this order, when the address names no port.</summary>
    internal IReadOnlyList<int> UsualPorts { get; init; } = [8554, RtspUri.DefaultPort];

    /// <summary>Which of several audio sections is heard. To be handed on when connecting again. Default: none was tried yet.</summary>
    internal AudioSections Sections { get; init; } = new();

    /// <summary>
    /// How long an audio section may give no sound until the next is tried, where there are several. 100 ms – 60 s; default 3 s.
    /// </summary>
    public TimeSpan SectionPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a server may take to accept the connection. 100 ms – 60 s; default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a server may take to answer a request. 100 ms – 60 s; default 10 s.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long nothing may arrive over UDP until <see cref="RtspTransport.Auto"/> takes TCP instead. 100 ms – 60 s; default 2 s.
    /// </summary>
    public TimeSpan UdpPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long no sound may come over UDP until the server is asked whether it sends, and if it does, or cannot say, the way is set up
    /// again. 1.5 – 60 s; default 3 s: what a player can buffer is over then, and no path that is still there is silent for so long.
    /// </summary>
    public TimeSpan SoundPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a server may take to answer while no sound comes over UDP. 100 ms – 60 s; default 3 s.</summary>
    public TimeSpan SilentReplyTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long nothing may arrive until the server is asked whether it is still there. 100 ms – 60 s; default 5 s.</summary>
    public TimeSpan SilencePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long TEARDOWN is waited for. 10 ms – 10 s; default 1 s.</summary>
    public TimeSpan TeardownTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        return
        [
            .. Check(nameof(SectionPatience), SectionPatience, 0.1, 60),
            .. Check(nameof(ConnectTimeout), ConnectTimeout, 0.1, 60),
            .. Check(nameof(ReplyTimeout), ReplyTimeout, 0.1, 60),
            .. Check(nameof(UdpPatience), UdpPatience, 0.1, 60),
            .. Check(nameof(SoundPatience), SoundPatience, 1.5, 60),
            .. Check(nameof(SilentReplyTimeout), SilentReplyTimeout, 0.1, 60),
            .. Check(nameof(SilencePatience), SilencePatience, 0.1, 60),
            .. Check(nameof(TeardownTimeout), TeardownTimeout, 0.01, 10),
        ];
    }

    private static string[] Check(string name, TimeSpan value, double least, double most) =>
        value.TotalSeconds >= least && value.TotalSeconds <= most
            ? []
            : [FormattableString.Invariant($"{name} is {value}; it must be between {least} and {most} s.")];
}
