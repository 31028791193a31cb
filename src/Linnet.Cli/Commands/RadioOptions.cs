using System.CommandLine;
using System.Net;
using Linnet.Broadcast.Streams;
using Linnet.Cli.Help;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Mp3;
using Linnet.Server;
using Linnet.Server.Hosting;
using Linnet.Server.Hosting.Tls;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Radio;

namespace Linnet.Cli.Commands;

/// <summary>Options for listening over HTTP: browsers, phones, internet radios.</summary>
internal static class RadioOptions
{
    private const int Megabyte = 1 << 20;
    private const string OnDemand = "on-demand";
    private const string Always = "always";
    private const string Off = "off";

    internal static Option<string?> Streams { get; } = Ask.Word(
        "--streams", "LIST",
        "Streams over HTTP, such as mp3,mp3-320,flac for /NAME.mp3, /NAME-320.mp3 and /NAME.flac. Of the streams that are not "
            + "in the default list, at most four per station are encoded at a time.",
        "mp3,mp3-64,opus,opus-64,flac,wav,aac");

    internal static Option<double?> Mp3BitRate { get; } = Ask.Number(
        "--mp3-bitrate", "KBPS", "MP3 bit rate of /NAME.mp3, in kb/s.", "128", Quantity.KilobitsPerSecond, 8, 320);

    internal static Option<double?> AacBitRate { get; } = Ask.Number(
        "--aac-bitrate", "KBPS", "AAC bit rate of /NAME.aac, in kb/s. Needs ffmpeg.", "128", Quantity.KilobitsPerSecond,
        AacRates.MinBitRate / 1000, AacRates.MaxBitRate / 1000);

    internal static Option<double?> Burst { get; } = Ask.Number(
        "--burst", "SECONDS", "Seconds of recent audio that an HTTP listener gets at once. It stays this far behind live.", "2 s",
        Quantity.Seconds, 0.5, 10);

    internal static Option<int?> MaxPerStation { get; } = Ask.Whole(
        "--max-per-station", "N", "Largest number of HTTP listeners per station.", "same as --max-listeners", 1, 1_000_000);

    internal static Option<int?> MaxBuffer { get; } = Ask.Whole(
        "--max-buffer", "MIB", "Memory for the audio that HTTP listeners share, in MiB.", "256", Quantity.Mebibytes, 1, 65_536);

    internal static Option<string?> HlsMode { get; } = Ask.Choice(
        "--hls", "When the streams of HLS (/NAME/hls.m3u8) are encoded: while someone listens, or always, so that the first listener need "
            + "not wait.", OnDemand, OnDemand, Always, Off);

    internal static Option<double?> HlsSegment { get; } = Ask.Number(
        "--hls-segment", "SECONDS", "Length of an HLS segment. HLS listeners are about three segments behind live.", "4 s",
        Quantity.Seconds, 1, 30);

    /// <summary><c>--http-port PORT</c>.</summary>
    public static Option<int?> HttpPort { get; } =
        Ask.Port("--http-port", "Port for HTTP and pushes.", 8000, canBeOff: true)
            .Sets(nameof(RadioHostOptions), nameof(RadioHostOptions.Port));

    /// <summary><c>--https-port PORT</c>.</summary>
    public static Option<int?> HttpsPort { get; } =
        Ask.Port("--https-port", "TCP port for HTTP over TLS.", 8443, canBeOff: true, " with --tls")
            .Sets(nameof(RadioHostOptions), nameof(RadioHostOptions.HttpsPort));

    /// <summary><c>--metrics-allow CIDR</c>.</summary>
    public static Option<string[]> MetricsAllow { get; } = Ask.Words(
        "--metrics-allow", "CIDR", "Also let this network read /metrics, such as 192.168.1.0/24.", "this machine only");

    /// <summary>Options that select the streams.</summary>
    public static Option[] Encoding => [Mp3BitRate, AacBitRate, Streams];

    /// <summary>Limits of listeners over HTTP.</summary>
    public static Option[] Limits => [MaxPerStation, MaxBuffer, Burst];

    /// <summary>How stations are heard over HLS.</summary>
    public static OptionGroup Hls => new("HLS", [], [HlsMode, HlsSegment]);

    /// <summary>Whether the user named the port. Otherwise any other will do.</summary>
    public static bool HasPort(ParseResult parsed) => parsed.GetValue(HttpPort) is not null;

    /// <summary>Reads where to serve HTTP, and what to serve over TLS; <see langword="null"/>: neither is served.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="network">The options of the server.</param>
    /// <param name="tls">The certificate; <see langword="null"/>, the default: no TLS.</param>
    public static RadioHostOptions? ReadHost(ParseResult parsed, StationServerOptions network, TlsSettings? tls = null)
    {
        int? port = Ask.PortOf(parsed.GetValue(HttpPort), new RadioHostOptions().Port);
        int? https = TlsOptions.ReadPort(parsed, HttpsPort, tls, 8443);
        int? rtsps = TlsOptions.ReadPort(parsed, TlsOptions.RtspsPort, tls, 8322);
        if (tls is not null && https is null && rtsps is null)
        {
            throw new UsageException(
                $"{TlsOptions.Certificate.Name} has no port: {HttpsPort.Name} and {TlsOptions.RtspsPort.Name} are off.");
        }

        Option[] details = [Streams, Mp3BitRate, AacBitRate, Burst, MaxPerStation, MaxBuffer, HlsMode, HlsSegment, MetricsAllow];
        if (port is null && https is null
            && details.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } detail)
        {
            throw new UsageException($"{detail.Name} is about HTTP, which {HttpPort.Name} off switches off.");
        }

        RadioHostOptions? host = port is null && https is null && rtsps is null ? null : new RadioHostOptions
        {
            Bind = network.Bind,
            Port = port,
            HttpsPort = https,
            RtspsPort = rtsps,
            Tls = tls,
            RedirectsPages = https is not null && port is not null && TlsOptions.ReadRedirect(parsed, tls),
            MetricsNetworks = [.. LinnetOptions.ThisMachine,
                .. (parsed.GetValue(MetricsAllow) ?? []).Select(static text => Ask.Network(text, MetricsAllow.Name))],
        };
        return host?.Problems().FirstOrDefault() is { } problem ? throw new UsageException(problem) : host;
    }

    /// <summary>Adds the limits, and the options for sending streams, to those of a server.</summary>
    public static StationServerOptions Add(ParseResult parsed, StationServerOptions network, int? maxListeners, int? maxPerAddress)
    {
        var limits = new RadioServerOptions();
        StreamOptions streams = network.Sender.Streams;
        return network with
        {
            Radio = limits with
            {
                MaxListeners = maxListeners ?? limits.MaxListeners,
                MaxListenersPerStation = parsed.GetValue(MaxPerStation) ?? maxListeners ?? limits.MaxListenersPerStation,
                MaxListenersPerAddress = maxPerAddress ?? limits.MaxListenersPerAddress,
                MaxBufferBytes = (parsed.GetValue(MaxBuffer) * (long)Megabyte) ?? limits.MaxBufferBytes,
            },
            Hls = parsed.GetValue(HlsMode) is Off ? null : new HlsServerOptions
            {
                AlwaysRuns = parsed.GetValue(HlsMode) is Always,
                SegmentTime = parsed.GetValue(HlsSegment) is { } length
                    ? TimeSpan.FromSeconds(length) : new HlsServerOptions().SegmentTime,
            },
            Sender = network.Sender with
            {
                Streams = ReadBurst(parsed) is { } burst ? streams with { Burst = burst } : streams,
            },
        };
    }

    private static TimeSpan? ReadBurst(ParseResult parsed) =>
        parsed.GetValue(Burst) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Adds the renditions that the command line lists to the options of a station.</summary>
    public static StationOptions Add(ParseResult parsed, StationOptions station)
    {
        if (parsed.GetValue(Mp3BitRate) is { } rate && !Mp3Rates.IsBitRate((int)(rate * 1000)))
        {
            throw new UsageException(
                $"'{parsed.GetResult(Mp3BitRate)!.Tokens[0].Value}' is not a valid value for {Mp3BitRate.Name}: use {Mp3Rates.BitRateList} "
                    + "kb/s.");
        }

        StationOptions wanted = station with
        {
            Streams = parsed.GetValue(Streams)?.Split(',', StringSplitOptions.TrimEntries) ?? station.Streams,
            StreamPreRoll = ReadBurst(parsed) ?? station.StreamPreRoll,
            RelayPreRoll = RelayArguments.IsOn(parsed)
                ? RelayArguments.ReadDelay(parsed).Streams + (ReadBurst(parsed) ?? station.StreamPreRoll) : TimeSpan.Zero,
            Mp3BitRate = parsed.GetValue(Mp3BitRate) is { } kbps ? (int)(kbps * 1000) : station.Mp3BitRate,
            AacBitRate = parsed.GetValue(AacBitRate) is { } aac ? (int)(aac * 1000) : station.AacBitRate,
        };
        return wanted.Problems().FirstOrDefault() is { } problem ? throw new UsageException(problem) : wanted;
    }
}
