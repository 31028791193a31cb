using System.CommandLine;
using System.Net;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary>Options of every command that listens for others.</summary>
internal static class NetworkOptions
{
    private static readonly Option<string?> Bind =
        Ask.Word("--bind", "ADDRESS", "Listen at this address of the machine alone. Default: all, IPv4 and IPv6.");

    private static readonly Option<int?> RtspPort = Ask.Port("--rtsp-port", "TCP port to listen at.", 8554, canBeOff: false);

    private static readonly Option<int?> RtpPort = Ask.Port(
        "--rtp-port", "UDP port sound leaves from, an even one; the next is for reports.", 8556, canBeOff: false);

    private static readonly Option<int?> MaxListeners = Ask.Whole(
        "--max-listeners", "N", "Listeners by RTSP, and as many by HTTP; more are refused. Default 5000 and 10000.", 1, 1_000_000);

    private static readonly Option<int?> MaxPerAddress = Ask.Whole(
        "--max-per-address", "N", "Listeners of one address; more are refused. Default 500.", 1, 1_000_000);

    private static readonly Option<double?> MaxLag = Ask.Number(
        "--max-lag", "SECONDS", "A listener that falls so far behind is moved to the live edge. Default 3.", Quantity.Seconds, 0.1, 60);

    private static readonly Option<double?> StallTime = Ask.Number(
        "--stall-time", "SECONDS", "A listener that takes nothing for so long is dropped. Default 10.", Quantity.Seconds, 1, 300);

    private static readonly Option<double?> IdleTime = Ask.Number(
        "--idle-time", "SECONDS", "A connection that asks for nothing for so long is closed. Default 60.", Quantity.Seconds, 1, 3600);

    private static readonly Option<string?> User = Ask.Word(
        "--user", "NAME", "Started by root: become this user before anything is opened. Linux. Ports below 1024 are root's.");

    private static readonly Option<string[]> TrustedProxy = new("--trusted-proxy")
    {
        HelpName = "CIDR",
        Description =
            "A proxy in front of this server, such as 127.0.0.1 or 10.0.0.0/24. Client addresses in X-Forwarded-For, Forwarded and PROXY "
            + "headers are used if they come from it, and ignored otherwise. May be given more than once.",
    };

    public static void AddTo(Command command)
    {
        command.Options.Add(Bind);
        command.Options.Add(RtspPort);
        command.Options.Add(RtpPort);
        command.Options.Add(MaxListeners);
        command.Options.Add(MaxPerAddress);
        command.Options.Add(MaxLag);
        command.Options.Add(StallTime);
        command.Options.Add(IdleTime);
        command.Options.Add(User);
        command.Options.Add(TrustedProxy);
    }

    /// <summary>What <c>--user</c> was given.</summary>
    public static string? ReadUser(ParseResult parsed) => parsed.GetValue(User);

    /// <summary>What <c>--max-listeners</c> was given.</summary>
    public static int? ReadMaxListeners(ParseResult parsed) => parsed.GetValue(MaxListeners);

    /// <summary>What <c>--max-per-address</c> was given.</summary>
    public static int? ReadMaxPerAddress(ParseResult parsed) => parsed.GetValue(MaxPerAddress);

    public static StationServerOptions Read(ParseResult parsed)
    {
        string? bind = parsed.GetValue(Bind);
        IPAddress? address = null;
        if (bind is not null && !IPAddress.TryParse(bind, out address))
        {
            throw new UsageException(
                $"'{bind}' is no value for --bind: it takes one of this machine's IP addresses, as in 192.168.1.5 or ::1.");
        }

        var defaults = new StationServerOptions();
        return defaults with
        {
            TrustedProxies = [.. (parsed.GetValue(TrustedProxy) ?? []).Select(ReadProxy)],
            Bind = address,
            RtspPort = parsed.GetValue(RtspPort) ?? defaults.RtspPort,
            RtpPort = parsed.GetValue(RtpPort) is { } port
                ? port % 2 == 0
                    ? port : throw new UsageException($"{port} is no value for --rtp-port: it takes an even port, as in {port - 1}.")
                : defaults.RtpPort,
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
            $"'{text}' is no value for {TrustedProxy.Name}: it trusts every address, so any client could claim another's address. "
                + "Name the proxy's own address.");

    private static TimeSpan? Seconds(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;
}
