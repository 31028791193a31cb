using System.CommandLine;
using System.Globalization;

namespace Linnet.Cli.Configuration;

/// <summary>A key of the configuration file: an option of <c>linnet serve</c> by another name, with the same values.</summary>
/// <param name="Table">Its table. <see cref="ConfigKeys.Defaults"/>: also a key of each station.</param>
/// <param name="Name">Its name in that table.</param>
/// <param name="Option">The option that it sets.</param>
/// <param name="Example">A value as it is written in the file: the default where that is one.</param>
internal sealed record ConfigKey(string Table, string Name, Option Option, string Example)
{
    /// <summary>A key that sets the same thing in another way, so that only the one of higher precedence counts.</summary>
    public Option? Alternative { get; init; }

    /// <summary>Whether its value must be hidden.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether only a value that has a password in it must be hidden: it is an address.</summary>
    public bool IsAddress { get; init; }

    /// <summary>Whether the option takes a list separated by commas, which is an array in the file.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether the value is a path.</summary>
    public bool IsPath { get; init; }

    /// <summary>A value of such a key that is no path; <see langword="null"/>, the default: none.</summary>
    public string? NoPath { get; init; }

    /// <summary>Whether a change takes effect while the server runs, when the file is read again.</summary>
    public bool IsLive { get; init; }

    /// <summary>Whether it is a key of stations.</summary>
    public bool IsOfStation => Table == ConfigKeys.Defaults;

    /// <summary>The whole name, such as <c>http.port</c>.</summary>
    public string Path => $"{Table}.{Name}";

    /// <summary>The environment variable with the same meaning, such as <c>LINNET_HTTP_PORT</c>.</summary>
    public string Variable => "LINNET_" + Option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>The words of a command line that mean <paramref name="value"/>.</summary>
    /// <param name="value">A value of a <see cref="TomlValue"/>.</param>
    /// <param name="problem">Otherwise what the value must be, as the rest of a sentence after the key's name.</param>
    public string[]? ToWords(object? value, out string problem)
    {
        (string[]? words, problem) = (value, Option) switch
        {
            ("", _) => ((string[]?)null, "must not be empty: leave the line out for the default"),
            (object?[] { Length: 0 }, _) when IsList => (null, "must not be empty: leave the line out for the default"),
            (object?[] all, _) when all.Any(static one => one is "") => (null, "must not have an empty text in it"),
            (bool isOn, Option<bool>) => (isOn ? [Option.Name] : [], ""),
            (_, Option<bool>) => (null, "must be true or false"),
            (object?[] all, Option<string[]>) when all.All(static one => one is string) =>
                ([.. all.Select(one => Word(one!))], ""),
            (object?[] all, _) when IsList && all.All(static one => one is string) => ([Word(string.Join(',', all))], ""),
            (string text, _) => ([Word(text)], ""),
            (_, Option<string[]>) => (null, "must be a list of texts, such as [\"one\", \"two\"]"),
            (long or double, Option<int?> or Option<double?>) => ([Word(value!)], ""),
            (_, Option<int?> or Option<double?>) => (null, "must be a number"),
            _ => ((string[]?)null, IsList ? "must be a list of texts, such as [\"one\", \"two\"]" : "must be a text in quotes"),
        };
        return words;
    }

    /// <summary>The words of a command line that mean the value of the environment variable.</summary>
    /// <param name="text">The value.</param>
    /// <param name="problem">Otherwise what the value must be, as the rest of a sentence after the variable's name.</param>
    public string[]? ToWords(string text, out string problem)
    {
        problem = "";
        if (Option is Option<bool>)
        {
            switch (text.ToLowerInvariant())
            {
                case "1" or "true" or "yes" or "on":
                    return [Option.Name];
                case "0" or "false" or "no" or "off":
                    return [];
                default:
                    problem = "must be true or false";
                    return null;
            }
        }

        return Option is Option<string[]>
            ? [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Word)]
            : [Word(text)];
    }

    // One word, so that a value may begin with a dash.
    private string Word(object value) => string.Create(CultureInfo.InvariantCulture, $"{Option.Name}={value}");
}
