using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Linnet.Audio;
using Linnet.Playback;
using Linnet.Stations;
using Linnet.Transports.Impairments;
using Linnet.Wire;

namespace Linnet.Cli.Commands;

/// <summary>Creates options. An invalid value gives a one-sentence error that says which values are valid.</summary>
internal static class Ask
{
    /// <summary>Value of a <see cref="Port"/> option that is <c>off</c>.</summary>
    public const int Off = -1;

    /// <summary>An option that takes a quantity in a range: bare, or with a unit.</summary>
    public static Option<double?> Number(
        string name, string helpName, string description, string usual, Quantity quantity, double least, double most) =>
        new(name)
        {
            Description = Described(description, usual),
            HelpName = helpName,
            CustomParser = result =>
            {
                if (quantity.TryRead(Only(result), out double number) && number >= least && number <= most)
                {
                    return number;
                }

                result.AddError($"'{Only(result)}' is not a valid value for {name}: use {Range(quantity, least, most)}");
                return null;
            },
        };

    /// <summary>An option that takes a whole quantity in a range: bare, or with a unit.</summary>
    public static Option<int?> Whole(
        string name, string helpName, string description, string usual, Quantity quantity, int least, int most) => new(name)
        {
            Description = Described(description, usual),
            HelpName = helpName,
            CustomParser = result =>
            {
                if (quantity.TryRead(Only(result), out double number) && number >= least && number <= most && number == Math.Floor(number))
                {
                    return (int)number;
                }

                result.AddError($"'{Only(result)}' is not a valid value for {name}: use {Range(quantity, least, most)}");
                return null;
            },
        };

    /// <summary>An option that takes a whole number in a range.</summary>
    public static Option<int?> Whole(string name, string helpName, string description, string usual, int least, int most) => new(name)
    {
        Description = Described(description, usual),
        HelpName = helpName,
        CustomParser = result =>
        {
            if (int.TryParse(Only(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
                && number <= most)
            {
                return number;
            }

            result.AddError($"'{Only(result)}' is not a valid value for {name}: use a whole number from {least} to {most}");
            return null;
        },
    };

    /// <summary>An option that takes a port. 0 and <c>any</c> mean any free port; <c>off</c> means none.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">The purpose of the port.</param>
    /// <param name="usual">The default.</param>
    /// <param name="canBeOff">Whether <see cref="Off"/> is allowed.</param>
    /// <param name="when">When that is the default, such as <c> with --tls</c>; default: always.</param>
    public static Option<int?> Port(string name, string description, int usual, bool canBeOff, string when = "")
    {
        var option = new Option<int?>(name)
        {
            Description = Described($"{description} 0: any free port{(canBeOff ? "; off: none" : "")}.", $"{usual}{when}"),
            HelpName = "PORT",
            CustomParser = result =>
            {
                if (ushort.TryParse(Only(result), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
                {
                    return port;
                }

                switch (Only(result))
                {
                    case "any":
                        return 0;
                    case "off" when canBeOff:
                        return Off;
                    default:
                        result.AddError(
                            $"'{Only(result)}' is not a valid value for {name}: use 0 to 65535 (0: any free port)"
                                + (canBeOff ? ", or off" : ""));
                        return null;
                }
            },
        };
        if (canBeOff)
        {
            option.CompletionSources.Add("off");
        }

        return option;
    }

    /// <summary>The port that the value of such an option means; <see langword="null"/>: none.</summary>
    public static int? PortOf(int? value, int? usual) => value is { } given ? given == Off ? null : given : usual;

    /// <summary>An option that takes one of a few words.</summary>
    public static Option<string?> Choice(string name, string description, string usual, params string[] words)
    {
        var option = new Option<string?>(name)
        {
            Description = Described(description, usual),
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                if (words.Contains(Only(result)))
                {
                    return Only(result);
                }

                result.AddError($"'{Only(result)}' is not a valid value for {name}: use {string.Join(" or ", words)}");
                return null;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>An option that takes text.</summary>
    public static Option<string?> Word(string name, string helpName, string description, string usual) =>
        new(name) { Description = Described(description, usual), HelpName = helpName };

    /// <summary>An option that takes the http or https address of a picture.</summary>
    public static Option<string?> Picture(string name, string description, string usual) => new(name)
    {
        Description = Described(description, usual),
        HelpName = "URL",
        CustomParser = result =>
        {
            if (!StationOptions.IsArtUrl(Only(result)))
            {
                result.AddError($"'{Only(result)}' is not a valid value for {name}: use an http or https URL");
            }

            return Only(result);
        },
    };

    /// <summary>An option that takes text and may be given more than once.</summary>
    public static Option<string[]> Words(string name, string helpName, string description, string usual) =>
        new(name) { Description = Described($"{description} May be repeated.", usual), HelpName = helpName };

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary><c>--seconds N</c>.</summary>
    public static Option<double?> Seconds(string description) =>
        Number("--seconds", "SECONDS", description, "no limit", Quantity.Seconds, 0.001, 1e9);

    /// <summary><c>--transport auto</c>.</summary>
    public static Option<string?> Transport() => Choice(
        "--transport", "Transport of the audio packets. auto: UDP, or TCP if no UDP packets arrive.", "auto", "auto", "udp", "tcp")
        .Sets(nameof(PlayerOptions), nameof(PlayerOptions.Transport));

    /// <summary><c>--stats json</c>.</summary>
    public static Option<string?> Stats() =>
        Choice("--stats", "Print statistics to standard output as one JSON object per second, instead of the panel.", "off", "json");

    /// <summary><c>--format s16le:44100:2</c>.</summary>
    public static Option<string?> Format() => Word(
        "--format", "ENCODING:RATE:CHANNELS", $"PCM format that a {SchemesWithoutFormat("or")} server sends.", "s16le:44100:2")
        .Sets(nameof(PlayerOptions), nameof(PlayerOptions.RawFormat));

    /// <summary>Reads the value of <see cref="Format"/> for a station.</summary>
    /// <param name="text">The value; <see langword="null"/>: the option was not given.</param>
    /// <param name="address">The station.</param>
    /// <exception cref="UsageException">The value is not a format, or the station announces its own.</exception>
    public static RawPcmFormat? ReadFormat(string? text, Uri address) => text is null ? null
        : !ServerAddress.SchemeOf(address).NeedsFormat
            ? throw new UsageException(
                $"--format is for {SchemesWithoutFormat("and")} addresses: {ShownAddress.Of(address)} has a format of its own.")
        : RawPcmFormat.TryParse(text, out RawPcmFormat? format, out string? problem) ? format
        : throw new UsageException(problem);

    /// <summary><c>--impair SPEC</c>.</summary>
    public static Option<string?> Impairment() => Word(
        "--impair",
        "LIST",
        "Simulate a bad network for UDP packets. A comma-separated list of: loss=10% burst=60ms delay=20ms jitter=10ms order=loose "
            + "reorder=1% reorder-by=30ms duplicate=1% corrupt=0.1% rate=256k queue=200ms seed=7 (see docs/networks.md).",
        "none");

    /// <summary>Reads the value of <see cref="Impairment"/> for a station.</summary>
    /// <param name="text">The value; <see langword="null"/>: the option was not given.</param>
    /// <param name="transport">The value of <c>--transport</c>.</param>
    /// <param name="address">The station.</param>
    /// <exception cref="UsageException">The value is invalid, or does not fit the transport or the address.</exception>
    public static ImpairmentOptions? ReadImpairment(string? text, string? transport, Uri address) => text is null ? null
        : transport == "tcp" ? throw new UsageException("--impair is for UDP: a TCP connection loses nothing. Leave out --transport tcp.")
        : !ServerAddress.SchemeOf(address).MayBeRtp
            ? throw new UsageException($"--impair is for rtsp addresses, which {ShownAddress.Of(address)} is not.")
        : ImpairmentOptions.TryParse(text, out ImpairmentOptions? options, out string? problem) ? options
        : throw new UsageException($"'{text}' is not a valid value for --impair. {problem}");

    /// <summary>Reads a network, or one address, from the value of <paramref name="option"/>.</summary>
    /// <exception cref="UsageException">The value is neither.</exception>
    public static IPNetwork Network(string text, string option) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network
        : IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new UsageException($"'{text}' is not a valid value for {option}: use a network or an address, such as 203.0.113.0/24.");

    private static string SchemesWithoutFormat(string last) => ListenScheme.Join(
        [.. ListenScheme.All.Where(static scheme => scheme.NeedsFormat).Select(static scheme => scheme.Name)], last);

    // Every option that takes a value ends its description with the default.
    private static string Described(string description, string usual) => $"{description} Default: {usual}.";

    private static string Range(Quantity quantity, double least, double most) =>
        string.Create(CultureInfo.InvariantCulture, $"{least} to {most} {quantity.Unit}, such as {quantity.Example}");

    private static string Only(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
}
