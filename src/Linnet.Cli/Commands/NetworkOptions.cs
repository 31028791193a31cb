using System.CommandLine;
using System.Net;
using Linnet.Cli.Help;
using Linnet.Server.Hosting;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary>Options of the commands that run a server.</summary>
internal static class NetworkOptions
{
    internal static Option<string?> Bind { get; } = Ask.Word(
        "--bind", "ADDRESS", "Listen on this IP address only.", "all addresses, IPv4 and IPv6")
        .Sets(nameof(StationServerOptions), nameof(StationServerOptions.Bind))
        .Sets(nameof(RadioHostOptions), nameof(RadioHostOptions.Bind));

    internal static Option<int?> RtspPort { get; } = Ask.Port("--rtsp-port", "TCP port for RTSP players.", 8554, canBeOff: true)
        .Sets(nameof(StationServerOptions), nameof(StationServerOptions.RtspPort));

    internal static Option<int?> RtpPort { get; } = Ask.Port(
        "--rtp-port", "UDP port that RTP is sent from, an even number. RTCP uses the next port.", 8556, canBeOff: false)
        .Sets(nameof(StationServerOptions), nameof(StationServerOptions.RtpPort));

    internal static Option<int?> MaxListeners { get; } = Ask.Whole(
        "--max-listeners", "N", "Largest number of listeners, for each protocol separately.", "5000 for RTSP, 10000 for HTTP", 1,
        1_000_000);

    internal static Option<int?> MaxPerAddress { get; } = Ask.Whole(
        "--max-per-address", "N", "Largest number of listeners per client address.", "500", 1, 1_000_000);

    internal static Option<double?> MaxBitRate { get; } = Ask.Number(
        "--max-bitrate", "KBPS",
        "Most audio sent to all listeners together, in kb/s, not counting headers of packets. 0: no limit.", "0",
        Quantity.KilobitsPerSecond, 0, 1_000_000_000);

    internal static Option<double?> MaxLag { get; } = Ask.Number(
        "--max-lag", "SECONDS", "Move an RTSP or PyAudio listener that is this far behind to the live edge.", "3 s", Quantity.Seconds, 0.1,
        60);

    internal static Option<double?> StallTime { get; } = Ask.Number(
        "--stall-time", "SECONDS", "Drop an RTSP or PyAudio listener that receives nothing for this long.", "10 s", Quantity.Seconds, 1,
        300);

    internal static Option<double?> IdleTime { get; } = Ask.Number(
        "--idle-time", "SECONDS", "Close an RTSP connection that has no session for this long.", "60 s", Quantity.Seconds, 1, 3600);

    internal static Option<string[]> TrustedProxy { get; } = Ask.Words(
        "--trusted-proxy", "CIDR",
        "Proxy in front of this server, such as 127.0.0.1 or 10.0.0.0/24. Client addresses in X-Forwarded-For, Forwarded and PROXY "
            + "headers are accepted from trusted proxies only.",
        "none");

    /// <summary><c>--user NAME</c>.</summary>
    public static Option<string?> User { get; } = Ask.Word(
        "--user", "NAME", "Switch from root to this user before opening ports and files (Linux). Ports below 1024 need root.",
        "stay as started");

    /// <summary>The ports, and the addresses that are allowed.</summary>
    /// <param name="http">The option for the HTTP port, which other options read.</param>
    /// <param name="others">More common options.</param>
    public static OptionGroup Ports(Option http, params Option[] others) =>
        new("Network", [http, RtspPort, Bind, .. others], [RtpPort, TrustedProxy]);

    /// <summary>Limits of listeners.</summary>
    /// <param name="http">Limits of listeners over HTTP.</param>
    public static OptionGroup Limits(params Option[] http) =>
        new("Listeners", [MaxListeners], [MaxPerAddress, MaxBitRate, .. http, MaxLag, StallTime, IdleTime]);

    /// <summary>The value of <c>--user</c>.</summary>
    public static string? ReadUser(ParseResult parsed) => parsed.GetValue(User);

    /// <summary>The value of <c>--max-listeners</c>.</summary>
    public static int? ReadMaxListeners(ParseResult parsed) => parsed.GetValue(MaxListeners);

    /// <summary>The value of <c>--max-per-address</c>.</summary>
    public static int? ReadMaxPerAddress(ParseResult parsed) => parsed.GetValue(MaxPerAddress);

    public static StationServerOptions Read(ParseResult parsed)
    {
        string? bind = parsed.GetValue(Bind);
        IPAddress? address = null;
        if (bind is not null && !IPAddress.TryParse(bind, out address))
        {
            throw new UsageException(
                $"'{bind}' is not a valid value for --bind: use one of this machine's IP addresses, such as 192.168.1.5 or ::1.");
        }

        var defaults = new StationServerOptions();
        return defaults with
        {
            TrustedProxies = [.. (parsed.GetValue(TrustedProxy) ?? []).Select(ReadProxy)],
            TrustedProxiesName = TrustedProxy.Name,
            Bind = address,
            RtspPort = Ask.PortOf(parsed.GetValue(RtspPort), defaults.RtspPort),
            RtpPort = parsed.GetValue(RtpPort) is { } port
                ? port % 2 == 0
                    ? port : throw new UsageException(
                        $"{port} is not a valid value for --rtp-port: use an even port, such as {Math.Max(2, port - 1)}.")
                : defaults.RtpPort,
            MaxBitsPerSecond = (long)(parsed.GetValue(MaxBitRate) * 1000 ?? defaults.MaxBitsPerSecond),
            Rtsp = defaults.Rtsp with
            {
                MaxSessions = parsed.GetValue(MaxListeners) ?? defaults.Rtsp.MaxSessions,
                MaxSessionsPerAddress = parsed.GetValue(MaxPerAddress) ?? defaults.Rtsp.MaxSessionsPerAddress,
                IdleTimeout = Seconds(parsed.GetValue(IdleTime)) ?? defaults.Rtsp.IdleTimeout,
            },
            Sender = defaults.Sender with
            {
                MaxLag = Seconds(parsed.GetValue(MaxLag)) ?? defaults.Sender.MaxLag,
                StallTimeout = Seconds(parsed.GetValue(StallTime)) ?? defaults.Sender.StallTimeout,
            },
        };
    }

    private static IPNetwork ReadProxy(string text) => Ask.Network(text, TrustedProxy.Name) is { PrefixLength: > 0 } network ? network
        : throw new UsageException(
            $"'{text}' is not a valid value for {TrustedProxy.Name}: it trusts every address, so any client could claim another's address. "
                + "Name the proxy's own address.");

    private static TimeSpan? Seconds(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;
}
