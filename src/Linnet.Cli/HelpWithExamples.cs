using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Linnet.Cli;

/// <summary>A command that shows how it is used.</summary>
internal sealed class ExampleCommand(string name, string description, params (string Line, string Meaning)[] examples)
    : Command(name, description)
{
    /// <summary>Command lines as one would write them, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples => examples;
}

/// <summary>Help as the parser writes it, and then examples.</summary>
internal sealed class HelpWithExamples(HelpAction plain) : SynchronousCommandLineAction
{
    public static void Install(RootCommand root)
    {
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
        {
            option.Description = "Shows this.";
            if (!OperatingSystem.IsWindows())
            {
                // Elsewhere these are paths.
                option.Aliases.Remove("/?");
                option.Aliases.Remove("/h");
            }

            option.Action = new HelpWithExamples((HelpAction)option.Action!);
        }

        foreach (VersionOption option in root.Options.OfType<VersionOption>())
        {
            option.Description = "Shows which version this is.";
        }

        root.SetAction(result => { new HelpAction().Invoke(result); WriteExamples(result); return ExitCode.BadUsage; });
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = plain.Invoke(parseResult);
        WriteExamples(parseResult);
        return code;
    }

    private static void WriteExamples(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        (string Line, string Meaning)[] examples = command is ExampleCommand taught
            ? [.. taught.Examples]
            : [.. command.Subcommands.OfType<ExampleCommand>().Select(static c => c.Examples[0])];
        if (examples.Length == 0)
        {
            return;
        }

        TextWriter output = result.InvocationConfiguration.Output;
        int width = examples.Max(static e => e.Line.Length);
        output.WriteLine("Examples:");
        foreach ((string line, string meaning) in examples)
        {
            output.WriteLine($"  {line.PadRight(width)}  {meaning}");
        }

        output.WriteLine();
    }
}
