using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Linnet.Cli.Commands;
using Linnet.Cli.Help;
using Linnet.Codecs;

namespace Linnet.Cli;

/// <summary>Parses the command line, runs the command, and turns every failure into one sentence and an exit code.</summary>
internal static class CommandLine
{
    // "@list.wav" is a file name, and "-abc" is not three options.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>Runs a command line until it ends.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="shell">The streams and the clock to use.</param>
    /// <param name="cancellationToken">Stops the command cleanly.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Shell shell, CancellationToken cancellationToken)
    {
        RootCommand root = Create(shell);
        ParseResult parsed = root.Parse(args, Parsing);
        if (!AsksForHelp(parsed) && !AsksForSuggestions(parsed) && (CommandFault.Find(parsed) ?? CodecChoice.Fault) is { } fault)
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
                ProcessTerminationTimeout = null, // Interrupt handles signals
            };
            int code = await parsed.InvokeAsync(invocation, cancellationToken);
            if (parsed.Action is SynchronousCommandLineAction)
            {
                // Help, the version, or a shell's completion request.
                await shell.DeliverAsync(cancellationToken);
            }

            return code;
        }
        catch (Exception e)
        {
            return Failure.Report(e, shell, cancellationToken);
        }
    }

    /// <summary>Parses <c>linnet serve</c> with other words after it.</summary>
    /// <param name="parsed">Another command line of the same program.</param>
    /// <param name="words">The words after <c>serve</c>.</param>
    internal static ParseResult ParseServe(ParseResult parsed, IReadOnlyList<string> words) =>
        parsed.RootCommandResult.Command.Parse([ServeCommand.Name, .. words], Parsing);

    /// <summary>The command with all its subcommands.</summary>
    internal static RootCommand Create(Shell shell)
    {
        var root = new RootCommand("Live audio over a network: serve it, play it, record it.")
        {
            DemoCommand.Create(shell),
            ServeCommand.Create(shell),
            EdgeCommand.Create(shell),
            ConfigCommand.Create(shell),
            UserCommand.Create(shell),
            LinkCommand.Create(shell),
            PlayCommand.Create(shell),
            RecordCommand.Create(shell),
            ProbeCommand.Create(shell),
            DevicesCommand.Create(shell),
            FormatsCommand.Create(shell),
            CompletionCommand.Create(shell),
        };
        root.Subcommands.Add(HelpCommand.Create(root));
        root.Subcommands.Add(HelpCommand.CreateVersion(root));
        root.HelpName = "linnet";
        ShowHelp.Install(root);
        return root;
    }

    // A command line that is still being typed may be incomplete.
    private static bool AsksForSuggestions(ParseResult parsed) =>
        parsed.Tokens is [{ Type: TokenType.Directive, Value: var directive }, ..]
            && directive.StartsWith("[suggest", StringComparison.Ordinal);

    private static bool AsksForHelp(ParseResult parsed) => parsed.Tokens.Any(static token =>
        token.Type == TokenType.Option && token.Value is "--help" or HelpAllOption.OptionName or "-h" or "-?" or "/?" or "/h");
}
