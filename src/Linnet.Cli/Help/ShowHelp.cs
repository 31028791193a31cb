using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Linnet.Cli.Panels;

namespace Linnet.Cli.Help;

/// <summary>Shows the help of a command.</summary>
/// <param name="all">Whether to show every option.</param>
/// <param name="exitCode">The program's exit code.</param>
internal sealed class ShowHelp(bool all, int exitCode = ExitCode.Ended) : SynchronousCommandLineAction
{
    /// <summary>Sets the help of every command of <paramref name="root"/>.</summary>
    public static void Install(RootCommand root)
    {
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
        {
            option.Description = "Show help.";
            if (!OperatingSystem.IsWindows())
            {
                // On other systems these are paths.
                option.Aliases.Remove("/?");
                option.Aliases.Remove("/h");
            }

            option.Action = new ShowHelp(all: false);
        }

        foreach (VersionOption option in root.Options.OfType<VersionOption>())
        {
            option.Description = "Show the version.";
        }

        root.Options.Add(new HelpAllOption());
        root.Action = new ShowHelp(all: false, ExitCode.BadUsage);
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int width = Console.IsOutputRedirected ? HelpPage.MaxWidth : TerminalSize.Now().Width;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        var page = new HelpPage(output, width);
        Command command = parseResult.CommandResult.Command;
        page.Write(command, all);
        foreach (Command each in all ? command.Subcommands : [])
        {
            output.WriteLine();
            page.Write(each, all);
        }

        return exitCode;
    }
}
