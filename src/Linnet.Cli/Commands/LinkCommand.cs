using System.CommandLine;
using Linnet.Access;
using Linnet.Cli.Configuration;
using Linnet.Cli.Help;
using Linnet.Stations;
using Linnet.Wire;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet link STATION --for 2h</c>.</summary>
internal static class LinkCommand
{
    private const double Day = 86_400, LongestDays = 3650;

    // The renditions of RTSP. Those of HTTP are options of the station.
    private static readonly string[] RtpRenditions = ["opus", "opus-5ms", "pcm", "l16", "l24"];

    private static readonly string[] Table = [AccessKeys.Links];

    private static readonly Argument<string?> Station = new("STATION")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Station that the link lets its users listen to.",
    };

    private static readonly Option<double?> For = Ask.Number(
        "--for", "TIME", "How long users can start to listen, such as 2h or 30m. Those who are listening then go on.", "24 h",
        Quantity.Seconds, 1, LongestDays * Day);

    private static readonly Option<string?> Renditions = Ask.Word(
        "--renditions", "LIST", "Only these renditions, such as mp3 or mp3-64,opus.", "all");

    private static readonly Option<string?> Host = Ask.Word(
        "--host", "HOST", "Name or address of the server for the URLs, such as radio.example.", "this machine's address");

    private static readonly Option<string?> Config = Ask.Word(
        "--config", "FILE", "Configuration file with the stations and the keys.", $"{ConfigFile.Default} if it is there");

    private static readonly Option<bool> NewKey = Ask.Flag("--new-key", "Print a new key for the table [links] and change nothing.");

    private static readonly Option<bool> Roll = Ask.Flag(
        "--roll", "Put a new key first in the configuration file. Links of the keys after it still work.");

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "link",
            "Print signed links to a station that is not open to everyone.",
            ("linnet link jazz --for 2h", "URLs that work for two hours"),
            ("linnet link jazz --renditions mp3 --host radio.example", "for one rendition, at the server's public name"),
            ("linnet link --roll", "a new key; the links in use still work"))
        {
            Station,
        };
        command.Add(new OptionGroup("Options", [For, Renditions, Host, Config, NewKey, Roll], []));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Run(parsed, shell);
            await shell.DeliverAsync(cancellationToken);
            return ExitCode.Ended;
        });
        return command;
    }

    private static void Run(ParseResult parsed, Shell shell)
    {
        if (parsed.GetValue(NewKey) || parsed.GetValue(Roll))
        {
            MakeKey(parsed, shell);
            return;
        }

        string name = parsed.GetValue(Station) ?? throw new UsageException("linnet link needs STATION, or --roll for a new key.");
        ParseResult flags =
            CommandLine.ParseServe(parsed, parsed.GetValue(Config) is { } file ? [$"{ServeCommand.Config.Name}={file}"] : []);
        ServeConfiguration configuration = ServeConfiguration.Read(flags, shell with { Error = TextWriter.Null });
        if (configuration.File is null)
        {
            throw new UsageException($"There is no configuration file {ConfigFile.Default}: name one with {Config.Name} FILE.");
        }

        ServeRequest request = configuration.RequiredToServe();
        ServedStation station = request.Stations.FirstOrDefault(s => s.Name == name) ?? throw new UsageException(
            $"There is no station {name} in {configuration.File.Name}."
                + Closest.Hint(name, request.Stations.Select(static s => s.Name)));
        if (request.Server.Access.LinkKeys is not [var key, ..])
        {
            throw new UsageException($"There is no key for links in {configuration.File.Name}: 'linnet link --roll' adds one.");
        }

        string[] renditions = ReadRenditions(parsed.GetValue(Renditions), station);
        TimeSpan time = TimeSpan.FromSeconds(parsed.GetValue(For) ?? Day);
        string link = key.Sign(name, shell.Time.GetUtcNow() + time, renditions);
        foreach (string url in Urls(request, station, link, renditions, parsed.GetValue(Host)))
        {
            shell.Out.WriteLine(url);
        }

        if (!request.Server.Access.ClosedStations.Contains(name))
        {
            shell.Say($"{name} is open to everyone; {AccessKeys.Listen.Name} = {AccessKeys.Listen.Example} in its table closes it.");
        }
    }

    private static void MakeKey(ParseResult parsed, Shell shell)
    {
        EditedConfig? config = EditedConfig.Open(parsed.GetValue(Config), parsed, shell);
        string key = AccountSecrets.NewKey(shell.Time.GetUtcNow(), config?.Access.Options.LinkKeys.Select(static k => k.Id) ?? []);
        if (!parsed.GetValue(Roll))
        {
            shell.Out.WriteLine($"{AccessKeys.Keys.Name} = {Toml.List([key])}");
            return;
        }

        if (config is null)
        {
            throw new UsageException($"There is no configuration file {ConfigFile.Default}: name one with {Config.Name} FILE.");
        }

        if (config.Toml.Find(Table, AccessKeys.Keys.Name + FileKey.FileEnd) is { } elsewhere)
        {
            throw new UsageException($"The keys are in the file {elsewhere}, so put a new one first there: {key}");
        }

        config.Toml.SetFirst(Table, AccessKeys.Keys.Name, Toml.Quote(key));
        config.Save();
        shell.Out.WriteLine($"{config.Name} now signs links with the key {key.Split(':')[0]}.");
    }

    private static string[] ReadRenditions(string? list, ServedStation station)
    {
        string[] renditions = list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        string[] known = [.. station.Options.Streams.Union(RtpRenditions)];
        return renditions.FirstOrDefault(rendition => !known.Contains(rendition)) is not { } other ? renditions
            : throw new UsageException(
                $"{station.Name} has no rendition '{other}'.{Closest.Hint(other, known)} It has {string.Join(", ", known)}.");
    }

    private static IEnumerable<string> Urls(
        ServeRequest request, ServedStation station, string link, string[] renditions, string? host)
    {
        (string Scheme, int? Port)[] streams = [("https", request.Http?.HttpsPort), ("http", request.Http?.Port)];
        (string Scheme, int? Port)[] sessions = [("rtsps", request.Http?.RtspsPort), ("rtsp", request.Server.RtspPort)];
        IEnumerable<string> heard = station.Options.Streams.Where(stream => renditions.Length == 0 || renditions.Contains(stream));
        string[] files = [.. (renditions.Length == 0 ? heard.Take(1) : heard).Select(stream => FileOf(station.Name, stream))];
        string[] paths = renditions.Length == 0 ? [station.Name]
            : [.. RtpRenditions.Where(renditions.Contains).Select(rendition => $"{station.Name}/{rendition}")];
        return streams.SelectMany(s => files.SelectMany(path => UrlOf(s.Scheme, s.Port, path)))
            .Concat(sessions.SelectMany(s => paths.SelectMany(path => UrlOf(s.Scheme, s.Port, path))));

        IEnumerable<string> UrlOf(string scheme, int? port, string path) => port is not int known ? []
            : host is not null ? [ZonedHost.UrlOf(scheme, host, known, $"{link}/{path}")]
            : ListenAddresses.Of(request.Server.Bind, known, $"{link}/{path}", scheme).Take(1);
    }

    private static string FileOf(string station, string stream) => StreamName.TryParse(stream, out StreamName? name, out _)
        ? $"{station}{stream[name.Codec.Length..]}.{name.Codec}" : station;
}
