using System.Globalization;
using System.Text;

namespace Linnet.Cli.Configuration;

/// <summary>Writes values of TOML.</summary>
internal static class Toml
{
    /// <summary>A basic string (TOML 1.0, "String").</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                < ' ' or '\x7f' => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A part of a key, in quotes if it needs them.</summary>
    public static string Key(string name) =>
        name.Length > 0 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : Quote(name);

    /// <summary>A text, a number, a flag or an array of these.</summary>
    public static string Value(object? value) => value switch
    {
        object?[] all => $"[{string.Join(", ", all.Select(Value))}]",
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>An array of strings.</summary>
    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quote))}]";
}
