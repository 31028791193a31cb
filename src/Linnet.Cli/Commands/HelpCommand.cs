using System.CommandLine;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet help [COMMAND]</c> and <c>linnet version</c>: for those who try a word before an option.</summary>
internal static class HelpCommand
{
    private static readonly Argument<string?> Of =
        new("COMMAND") { Arity = ArgumentArity.ZeroOrOne, Description = "What to explain. Without it: what commands there are." };

    public static Command Create(RootCommand root)
    {
        var command = new ExampleCommand(
            "help", "Shows how Linnet, or one of its commands, is used.", ("linnet help serve", "what 'linnet serve --help' shows"))
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
        var command = new ExampleCommand("version", "Shows which version this is.", ("linnet version", "what 'linnet --version' shows"));
        command.SetAction(parsed => Run(root, parsed, ["--version"]));
        return command;
    }

    private static int Run(RootCommand root, ParseResult parsed, string[] arguments) =>
        root.Parse(arguments).Invoke(parsed.InvocationConfiguration);

    private static Command Find(RootCommand root, string name) => root.Subcommands.FirstOrDefault(c => c.Name == name)
        ?? throw new UsageException(
            $"There is no command '{name}': the commands are {string.Join(", ", root.Subcommands.Select(static c => c.Name))}.");
}
