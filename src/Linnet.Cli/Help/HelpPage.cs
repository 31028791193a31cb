using System.CommandLine;
using System.CommandLine.Help;

namespace Linnet.Cli.Help;

/// <summary>Writes the help of one command.</summary>
internal sealed class HelpPage(TextWriter output, int width)
{
    /// <summary>Width of a page, in columns, if the terminal is wider or its width is unknown.</summary>
    public const int MaxWidth = 100;

    // A narrower page would break every line; the terminal wraps it instead.
    private const int MinWidth = 50;

    // A longer option has its description on the next line.
    private const int MaxTermWidth = 29;

    // These two words stay on one line.
    private const string DefaultMark = "Default: ";
    private const string Joined = "Default:\u00A0";

    private readonly int _width = Math.Clamp(width, MinWidth, MaxWidth);

    /// <summary>Writes the page.</summary>
    /// <param name="command">The command to explain.</param>
    /// <param name="all">Whether to show every option, in groups, rather than the common ones.</param>
    public void Write(Command command, bool all)
    {
        WriteWrapped(command.Description ?? "", 0);
        output.WriteLine();
        WriteWrapped($"Usage: {Usage(command)}", 0);
        WriteTable("Arguments", [.. command.Arguments.Select(static a => (a.Name, a.Description ?? ""))]);
        if (command is ExampleCommand { Groups.Count: > 0 } grouped)
        {
            WriteOptions(grouped, all);
        }
        else
        {
            WriteTable("Options", [.. command.Options.Select(Describe)]);
        }

        WriteTable("Commands", [.. command.Subcommands.Select(static c => (c.Name, c.Description ?? ""))]);
        WriteExamples(command is ExampleCommand { Examples: { } own } ? own
            : [.. command.Subcommands.OfType<ExampleCommand>().Select(static c => c.Examples[0])]);
    }

    private static string Usage(Command command)
    {
        string name = command is RootCommand { HelpName: { } root } ? root : $"linnet {command.Name}";
        IEnumerable<string> arguments = command.Arguments.Select(static a =>
            a.Arity.MaximumNumberOfValues > 1 ? $"{a.Name}..." : a.Arity.MinimumNumberOfValues == 0 ? $"[{a.Name}]" : a.Name);
        string[] options = command.Options.Count > 0 ? ["[OPTIONS]"] : [];
        return string.Join(' ', [name, .. command.Subcommands.Count > 0 ? ["COMMAND"] : arguments, .. options]);
    }

    private static (string Term, string Text) Describe(Option option)
    {
        IEnumerable<string> names = option.Aliases.OrderBy(static a => a.Length).Append(option.Name);
        string value = option.HelpName is { } help && option.ValueType != typeof(bool) ? $" {help}" : "";
        return (string.Join(", ", names) + value, option.Description ?? "");
    }

    private void WriteOptions(ExampleCommand command, bool all)
    {
        if (!all && command.HasMore)
        {
            WriteTable("Common options", [.. command.Groups.SelectMany(static g => g.Common).Select(Describe)]);
            output.WriteLine();
            output.WriteLine($"More options: linnet {command.Name} {HelpAllOption.OptionName}");
            return;
        }

        foreach (OptionGroup group in command.Groups)
        {
            WriteTable(group.Heading, [.. group.All.Select(Describe)]);
        }

        if (all)
        {
            WriteTable("Help", [.. HelpOptions(command).Select(Describe)]);
        }
    }

    /// <summary>The options of every command that show help.</summary>
    internal static IEnumerable<Option> HelpOptions(Command command) =>
        command.Parents.OfType<RootCommand>().SelectMany(static r => r.Options).Where(static o => o is HelpOption or HelpAllOption);

    private void WriteTable(string heading, (string Term, string Text)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{heading}:");
        int column = 4 + rows.Select(static r => r.Term.Length).Where(static l => l <= MaxTermWidth).DefaultIfEmpty().Max();
        foreach ((string term, string text) in rows)
        {
            bool fits = term.Length <= MaxTermWidth;
            output.Write(fits ? $"  {term}".PadRight(column) : $"  {term}\n{new string(' ', column)}");
            WriteWrapped(text, column);
        }
    }

    private void WriteExamples(IReadOnlyList<(string Line, string Meaning)> examples)
    {
        if (examples.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Examples:");
        int column = examples.Select(static e => e.Line.Length).Where(l => examples.All(e => e.Line.Length > l || Fits(l, e.Meaning)))
            .DefaultIfEmpty().Max();
        foreach ((string line, string meaning) in examples)
        {
            output.WriteLine(line.Length <= column ? $"  {line.PadRight(column)}  {meaning}" : $"  {line}\n      {meaning}");
        }

        bool Fits(int length, string meaning) => 2 + length + 2 + meaning.Length <= _width;
    }

    // The cursor stands at the indent.
    private void WriteWrapped(string text, int indent)
    {
        int at = indent;
        foreach (string word in text.Replace(DefaultMark, Joined, StringComparison.Ordinal).Split(' '))
        {
            if (at > indent && at + 1 + word.Length > _width)
            {
                output.WriteLine();
                output.Write(new string(' ', indent));
                at = indent;
            }

            string shown = word.Replace(Joined, DefaultMark, StringComparison.Ordinal);
            output.Write(at > indent ? $" {shown}" : shown);
            at += (at > indent ? 1 : 0) + word.Length;
        }

        output.WriteLine();
    }
}
