using System.CommandLine;
using System.CommandLine.Parsing;
using Linnet.Cli.Help;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>Describes a faulty command line in one sentence. The parser's own messages assume knowledge of the parser.</summary>
internal static class CommandFault
{
    /// <summary>Gets the sentence; <see langword="null"/> if the command line is correct.</summary>
    public static string? Find(ParseResult parsed)
    {
        string? first = parsed.UnmatchedTokens is [var unmatched, ..] ? ShownAddress.Of(unmatched) : null;
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand root && first is not null)
        {
            string commands = string.Join(", ", root.Subcommands.Select(static c => c.Name));
            return IsOption(first)
                ? $"There is no option '{first}' before a command. See 'linnet --help'."
                : $"There is no command '{first}'.{Closest.Hint(first, root.Subcommands.Select(static c => c.Name))} "
                    + $"The commands are {commands}. 'linnet --help' explains them.";
        }

        string help = $"See 'linnet {command.Name} --help'.";

        // The parser takes a misspelt option for an argument. An argument that begins with "-" is written ./-x or -- -x.
        bool isLiteral = parsed.Tokens.Any(static t => t.Type == TokenType.DoubleDash);
        IEnumerable<string> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static a => a.Tokens)
            .Select(static t => t.Value);
        if (!isLiteral && arguments.Append(first ?? "").FirstOrDefault(IsOption) is { } option)
        {
            IEnumerable<Option> options = command.Options.Concat(HelpPage.HelpOptions(command));
            string hint = Closest.Hint(option.Split('=')[0], options.Select(static o => o.Name));
            return $"There is no option '{ShownAddress.Of(option)}'.{hint} {help}";
        }

        // Only the first error: one mistake may cause several.
        return parsed.Errors is [var error, ..] ? $"{Explain(error, command, first)}. {help}" : null;
    }

    /// <summary>Gets the first mistake in an option's value, without a full stop; <see langword="null"/>: there is none.</summary>
    public static string? FirstError(ParseResult parsed) =>
        parsed.Errors is [var error, ..] ? Explain(error, parsed.CommandResult.Command, unmatched: null) : null;

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static string Explain(ParseError error, Command command, string? unmatched)
    {
        if ((error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is { } given)
        {
            Option option = given.Option;
            return option.ValueType == typeof(bool) ? $"{option.Name} takes no value"
                : given.Tokens.Count < option.Arity.MinimumNumberOfValues ? $"{option.Name} needs a value: {option.Name} {option.HelpName}"
                : given.Tokens.Count > option.Arity.MaximumNumberOfValues
                    || given.IdentifierTokenCount > option.Arity.MaximumNumberOfValues
                        ? $"{option.Name} is given more than once: give it once"
                : OneSentence(error.Message); // a message of this program
        }

        return unmatched is not null ? $"'{unmatched}' is an unexpected argument"
            : command.Arguments.FirstOrDefault(a => IsMissing(a, error)) is { } missing ? $"linnet {command.Name} needs {missing.Name}"
            : OneSentence(error.Message);

        static bool IsMissing(Argument argument, ParseError error) => argument.Arity.MinimumNumberOfValues > 0
            && (error.SymbolResult is ArgumentResult { Tokens.Count: 0 } result ? result.Argument == argument
                : error.SymbolResult is CommandResult whole && whole.GetResult(argument) is not { Tokens.Count: > 0 });
    }

    private static string OneSentence(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
