using System.CommandLine;
using System.CommandLine.Parsing;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>Says in one sentence what is wrong with a command line. The parser's own sentences are for those who know the parser.</summary>
internal static class CommandFault
{
    /// <summary>The sentence; <see langword="null"/> if nothing is wrong.</summary>
    public static string? Find(ParseResult parsed)
    {
        string? first = parsed.UnmatchedTokens is [var unmatched, ..] ? ShownAddress.Of(unmatched) : null;
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand root && first is not null)
        {
            string commands = string.Join(", ", root.Subcommands.Select(static c => c.Name));
            return IsOption(first)
                ? $"There is no option '{first}' before a command. 'linnet --help' shows how it is used."
                : $"There is no command '{first}': the commands are {commands}. 'linnet --help' explains them.";
        }

        string help = $"'linnet {command.Name} --help' shows how it is used.";

        // The parser takes a misspelt option for an argument. Whoever means one that begins so writes ./-x or -- -x.
        bool isLiteral = parsed.Tokens.Any(static t => t.Type == TokenType.DoubleDash);
        IEnumerable<string> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static a => a.Tokens)
            .Select(static t => t.Value);
        if (!isLiteral && arguments.Append(first ?? "").FirstOrDefault(IsOption) is { } option)
        {
            return $"There is no option '{ShownAddress.Of(option)}'. {help}";
        }

        // Only the first: one mistake may look like several.
        return parsed.Errors is [var error, ..] ? $"{Explain(error, command, first)}. {help}" : null;
    }

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
                        ? $"{option.Name} is there more than once: give it once"
                : OneSentence(error.Message); // ours
        }

        return unmatched is not null ? $"'{unmatched}' is one word too many"
            : command.Arguments.FirstOrDefault(a => IsMissing(a, error)) is { } missing ? $"linnet {command.Name} needs {missing.Name}"
            : OneSentence(error.Message);

        static bool IsMissing(Argument argument, ParseError error) => argument.Arity.MinimumNumberOfValues > 0
            && (error.SymbolResult is ArgumentResult { Tokens.Count: 0 } result ? result.Argument == argument
                : error.SymbolResult is CommandResult whole && whole.GetResult(argument) is not { Tokens.Count: > 0 });
    }

    private static string OneSentence(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
