using System.CommandLine;
using Linnet.Cli.Help;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet help [COMMAND]</c> and <c>linnet version</c>, the same as <c>--help</c> and <c>--version</c>.</summary>
internal static class HelpCommand
{
    private static readonly Argument<string?> Of =
        new("COMMAND") { Arity = ArgumentArity.ZeroOrOne, Description = "Command to show help for. Default: all commands." };

    public static Command Create(RootCommand root)
    {
        var command = new ExampleCommand(
            "help", "Show help for Linnet or one of its commands.", ("linnet help serve", "same as 'linnet serve --help'"))
        {
            Of,
        };
        Of.CompletionSources.Clear();
        Of.CompletionSources.Add(_ => root.Subcommands.Select(static c => new System.CommandLine.Completions.CompletionItem(c.Name)));
        command.SetAction(parsed => Run(root, parsed, parsed.GetValue(Of) is { } name ? [Find(root, name).Name, "--help"] : ["--help"]));
        return command;
    }

    public static Command CreateVersion(RootCommand root)
    {
        var command = new ExampleCommand("version", "Show the version.", ("linnet version", "same as 'linnet --version'"));
        command.SetAction(parsed => Run(root, parsed, ["--version"]));
        return command;
    }

    private static int Run(RootCommand root, ParseResult parsed, string[] arguments) =>
        root.Parse(arguments).Invoke(parsed.InvocationConfiguration);

    private static Command Find(RootCommand root, string name) => root.Subcommands.FirstOrDefault(c => c.Name == name)
        ?? throw new UsageException(
            $"There is no command '{name}'.{Closest.Hint(name, root.Subcommands.Select(static c => c.Name))} "
                + $"The commands are {string.Join(", ", root.Subcommands.Select(static c => c.Name))}.");
}
