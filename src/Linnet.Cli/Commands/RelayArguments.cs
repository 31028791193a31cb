using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Linnet.Cli.Configuration;
using Linnet.Cli.Help;
using Linnet.Relay;
using Linnet.Serving;
using Linnet.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Cli.Commands;

/// <summary>Options that join servers over NATS. Without them nothing of the relay is loaded.</summary>
internal static class RelayArguments
{
    private const string LowLatency = "low-latency";

    internal static Option<string?> Servers { get; } = Ask.Word(
        "--relay", "URL",
        "Join other servers over NATS, such as nats://HOST:4222.",
        "none");

    internal static Option<string?> Credentials { get; } = Ask.Word(
        "--relay-creds", "FILE", "File with the credentials of the NATS user (.creds).", "none");

    internal static Option<string?> NKey { get; } = Ask.Word("--relay-nkey", "FILE", "File with the NKey of the NATS user.", "none");

    internal static Option<string?> Authority { get; } = Ask.Word(
        "--relay-ca", "FILE", "PEM file with the authorities that may sign the certificate of the NATS server.", "those of the system");

    internal static Option<int?> Replicas { get; } = Ask.Whole(
        "--relay-replicas", "N", "Servers of a NATS cluster that remember which server has which station, from 1 to 5.", "1", 1, 5);

    internal static Option<string?> Delay { get; } = Ask.Word(
        "--relay-delay", "HTTP[/PACKETS]",
        "How far stations of other servers run behind these: over HTTP and HLS, and over RTSP and WebSocket. Cuts of the network that are "
            + $"shorter are not heard. {LowLatency}: 3s/20ms.",
        "3s/100ms");

    internal static Option<string?> Fallback { get; } = Ask.Word(
        "--relay-fallback", "SOURCE",
        "What listeners of a station of another server hear while that server is away: a file, folder, playlist or tone.", "silence");

    internal static Option<string?> Node { get; } = Ask.Word(
        "--node", "NAME", "Name of this server, which no other one has. It is in statistics and metrics.", "random");

    internal static Option<string[]> PublicUrl { get; } = Ask.Words(
        "--public-url", "URL",
        "Where listeners reach this server, such as https://radio2.example/ or rtsp://radio2.example/. Servers that are full send "
            + "listeners there.",
        "none");

    /// <summary>All these options, as a group of the help.</summary>
    public static OptionGroup Group => new(
        "Several servers", [Servers], [Node, Delay, Fallback, PublicUrl, Credentials, NKey, Authority, Replicas]);

    /// <summary>Whether other servers are joined.</summary>
    public static bool IsOn(ParseResult parsed) => parsed.GetValue(Servers) is not null;

    /// <summary>Warns if a password or a token is on the command line.</summary>
    public static void WarnIfSeen(ParseResult flags, Shell shell)
    {
        if (flags.GetResult(Servers) is { Implicit: false } && HasSecret(flags.GetValue(Servers)))
        {
            shell.Say($"Other users of this machine can see the password of the NATS server with ps; LINNET_RELAY, {Credentials.Name} or "
                + $"{NKey.Name} hides it.");
        }
    }

    /// <summary>Whether a list of addresses has a user, a password or a token in it.</summary>
    public static bool HasSecret(string? addresses) => addresses?.Contains('@', StringComparison.Ordinal) == true;

    /// <summary>What joins the others; <see langword="null"/>: there are none.</summary>
    /// <exception cref="UsageException">A value does not fit.</exception>
    public static ProtocolFactory? Read(ParseResult parsed)
    {
        if (parsed.GetValue(Servers) is { } servers)
        {
            return Create(parsed, servers);
        }

        Option[] details = [Node, Delay, Fallback, PublicUrl, Credentials, NKey, Authority, Replicas];
        return details.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } detail
            ? throw new UsageException($"{detail.Name} needs {Servers.Name} URL beside it.")
            : null;
    }

    // By itself, so that the relay is loaded here and not before.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ProtocolFactory Create(ParseResult parsed, string servers)
    {
        (TimeSpan streams, TimeSpan packets) = ReadDelay(parsed);
        Uri[] addresses =
        [
            .. (parsed.GetValue(PublicUrl) ?? [])
                .SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                .Select(ReadAddress),
        ];
        var options = new RelayOptions
        {
            Servers = servers,
            CredentialsFile = ReadFile(parsed, Credentials),
            NKeyFile = ReadFile(parsed, NKey),
            CaFile = ReadFile(parsed, Authority),
            Replicas = parsed.GetValue(Replicas) ?? 1,
            StreamDelay = streams,
            PacketDelay = packets,
            PublicHttp = Only(addresses, "http", "https"),
            PublicRtsp = Only(addresses, "rtsp", "rtsps"),
            Fallback = ReadFallback(parsed),
        };
        options = parsed.GetValue(Node) is { } node ? options with { Node = node } : options;
        return options.Problems().FirstOrDefault() is { } problem
            ? throw new UsageException($"{Reword(problem)} Check {Servers.Name} and the options beside it.")
            : context => new RelayProtocol(options, context);
    }

    private static Func<IAudioSource>? ReadFallback(ParseResult parsed)
    {
        if (parsed.GetValue(Fallback) is not { } text)
        {
            return null;
        }

        if (!SourceSpec.TryParse([$"fallback={ConfigPath.AtHome(text)}"], out IReadOnlyList<SourceSpec> specs, out string problem))
        {
            throw new UsageException(problem);
        }

        // It is opened only when the other server is away: that would be late to find out.
        if (specs[0].Kind is SourceKind.Path && !Path.Exists(specs[0].Location))
        {
            throw new UsageException($"There is no file or folder '{specs[0].Location}'; check {Fallback.Name}.");
        }

        return specs[0].Kind is SourceKind.Path or SourceKind.Tone
            ? () => AudioSources.Open(specs[0], new SourceOptions { Loop = true }, NullLogger.Instance, CancellationToken.None)
            : throw new UsageException($"'{text}' is not a valid value for {Fallback.Name}: use a file, a folder, a playlist or tone.");
    }

    private static Uri? Only(Uri[] addresses, params string[] schemes)
    {
        Uri[] found = Array.FindAll(addresses, uri => schemes.Contains(uri.Scheme));
        return found.Length <= 1 ? found.FirstOrDefault()
            : throw new UsageException($"{PublicUrl.Name} has {found[0]} and {found[1]}: give one of {string.Join(" and ", schemes)}.");
    }

    private static string Reword(string problem) => problem
        .Replace(nameof(RelayOptions.CredentialsFile), Credentials.Name, StringComparison.Ordinal)
        .Replace(nameof(RelayOptions.NKeyFile), NKey.Name, StringComparison.Ordinal)
        .Replace(nameof(RelayOptions.Node) + " ", Node.Name + " ", StringComparison.Ordinal)
        .Replace(nameof(RelayOptions.PacketDelay), Delay.Name, StringComparison.Ordinal)
        .Replace(nameof(RelayOptions.StreamDelay), Delay.Name, StringComparison.Ordinal);

    // A file that is missing now would be missing at each attempt to connect.
    private static string? ReadFile(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } file ? null
        : File.Exists(file) ? file
        : throw new UsageException($"There is no file '{file}'; check {option.Name}.");

    /// <summary>How far stations of other servers run behind them.</summary>
    /// <exception cref="UsageException">The value does not fit.</exception>
    public static (TimeSpan Streams, TimeSpan Packets) ReadDelay(ParseResult parsed)
    {
        string? text = parsed.GetValue(Delay);
        (TimeSpan Streams, TimeSpan Packets) usual = (TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100));
        string[] parts = text?.Split('/') ?? [];
        return text is null ? usual
            : text == LowLatency ? (usual.Streams, TimeSpan.FromMilliseconds(20))
            : parts.Length <= 2 && parts.Select(ReadTime).ToArray() is [{ } streams, .. var rest] && !rest.Contains(null)
                ? (streams, rest is [{ } packets] ? packets : usual.Packets)
            : throw new UsageException(
                $"'{text}' is not a valid value for {Delay.Name}: use a time such as 3s, two such as 3s/100ms, or {LowLatency}.");
    }

    private static TimeSpan? ReadTime(string text)
    {
        (string number, double seconds) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 0.001)
            : text.EndsWith('s') ? (text[..^1], 1) : (text, double.NaN);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * seconds is >= 0 and <= 3600 ? TimeSpan.FromSeconds(value * seconds) : null;
    }

    private static Uri ReadAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" or "rtsp" or "rtsps" && uri!.Host.Length > 0
            && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            ? uri
            : throw new UsageException(
                $"'{Wire.ShownAddress.Of(text)}' is not a valid value for {PublicUrl.Name}: use an address such as https://radio.example/ "
                    + "or rtsp://radio.example/.");
}
