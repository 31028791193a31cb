using System.CommandLine;
using System.CommandLine.Parsing;
using Linnet.Cli.Configuration;
using Linnet.Cli.Help;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet edge URL</c>: <c>linnet serve</c> without stations of its own.</summary>
internal static class EdgeCommand
{
    /// <summary>The name of the command.</summary>
    internal const string Name = "edge";

    private static Argument<string> Servers { get; } = new("URL")
    {
        Description = "The NATS server, such as nats://HOST:4222. Several are separated by commas.",
    };

    private static Option<string?> Config { get; } = Ask.Word(
        ServeCommand.Config.Name, "FILE", "TOML file with settings, such as accounts ('linnet config').", "none");

    private static OptionGroup[] Groups =>
    [
        new OptionGroup(
            RelayArguments.Group.Heading, [], [.. RelayArguments.Group.All.Where(static option => option != RelayArguments.Servers)]),
        .. ServeCommand.Groups.Where(static group => group.Heading is not ("Sources" or "Encoding" or "Push" or "Several servers")),
        new OptionGroup("Configuration", [Config], []),
    ];

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            Name,
            "Serve the stations of other servers, which are joined over NATS (linnet serve … --relay URL).",
            ("linnet edge nats://10.0.0.5:4222", "serve all stations that are offered there"),
            ("linnet edge nats://10.0.0.5:4222 --public-url https://radio2.example/",
                "a server to which others send listeners when they are full"))
        {
            Servers,
        };
        foreach (OptionGroup group in Groups)
        {
            command.Add(group);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            ParseResult serve = CommandLine.ParseServe(parsed, [.. WordsAsServe(parsed)]);
            return await ServeSession.RunAsync(ServeConfiguration.Read(serve, shell, isEdge: true), shell, cancellationToken);
        });
        return command;
    }

    // The same words, with the address as an option.
    private static IEnumerable<string> WordsAsServe(ParseResult parsed)
    {
        List<Token> words = [.. parsed.Tokens.Where(static token => token.Type != TokenType.Command)];
        Token address = parsed.GetResult(Servers)!.Tokens[0];
        words.Remove(address);
        return [$"{RelayArguments.Servers.Name}={address.Value}", .. words.Select(static word => word.Value)];
    }
}
