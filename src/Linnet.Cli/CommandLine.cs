using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Linnet.Cli.Commands;

namespace Linnet.Cli;

/// <summary>Reads the command line, runs what it asks for, and turns every failure into one sentence and an exit code.</summary>
internal static class CommandLine
{
    // "@list.wav" is a file of that name, and "-abc" is not three options.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>Runs one command line to its end.</summary>
    /// <param name="args">What follows the program's name.</param>
    /// <param name="shell">Where it was written.</param>
    /// <param name="cancellationToken">Ends what runs cleanly.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Shell shell, CancellationToken cancellationToken)
    {
        RootCommand root = Create(shell);
        ParseResult parsed = root.Parse(args, Parsing);
        if (!AsksForHelp(parsed) && FindFault(parsed) is { } fault)
        {
            shell.Say(fault);
            return ExitCode.BadUsage;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = shell.Out,
                Error = shell.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are Interrupt's
            };
            int code = await parsed.InvokeAsync(invocation, cancellationToken);
            if (parsed.Action is SynchronousCommandLineAction)
            {
                // Help, or the version.
                await shell.DeliverAsync(cancellationToken);
            }

            return code;
        }
        catch (Exception e)
        {
            return Failure.Report(e, shell, cancellationToken);
        }
    }

    private static RootCommand Create(Shell shell)
    {
        var root = new RootCommand("Carries sound over a network so that others hear it now.")
        {
            DemoCommand.Create(shell),
            ServeCommand.Create(shell),
            PlayCommand.Create(shell),
            RecordCommand.Create(shell),
            ProbeCommand.Create(shell),
            DevicesCommand.Create(shell),
        };
        root.HelpName = "linnet";
        HelpWithExamples.Install(root);
        return root;
    }

    private static bool AsksForHelp(ParseResult parsed) =>
        parsed.Tokens.Any(static token => token.Type == TokenType.Option && token.Value is "--help" or "-h" or "-?" or "/?" or "/h");

    /// <summary>What is wrong with the command line, in one sentence; <see langword="null"/> if nothing is.</summary>
    private static string? FindFault(ParseResult parsed)
    {
        string? first = parsed.UnmatchedTokens is [var unmatched, ..] ? unmatched : null;
        if (parsed.CommandResult.Command is RootCommand root && first is not null)
        {
            string commands = string.Join(", ", root.Subcommands.Select(static c => c.Name));
            return $"There is no command '{first}': the commands are {commands}. 'linnet --help' explains them.";
        }

        string help = $"'linnet {parsed.CommandResult.Command.Name} --help' shows how it is used.";

        // The parser takes a misspelt option for an argument. Whoever means one that begins so writes ./-x or -- -x.
        bool isLiteral = parsed.Tokens.Any(static t => t.Type == TokenType.DoubleDash);
        IEnumerable<string> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static a => a.Tokens).Select(static t => t.Value);
        if (!isLiteral && arguments.Append(first ?? "").FirstOrDefault(static a => a.Length > 1 && a[0] == '-') is { } option)
        {
            return $"There is no option '{option}'. {help}";
        }

        // Only the first: one mistake may look like several.
        return parsed.Errors is [var error, ..] ? $"{error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}. {help}" : null;
    }
}
