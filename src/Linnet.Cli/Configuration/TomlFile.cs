using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Linnet.Cli.Configuration;

/// <summary>The values of a TOML file, with their lines, and all errors of its syntax.</summary>
internal sealed class TomlFile
{
    private readonly List<TomlValue> _values = [];
    private readonly Dictionary<string, int> _tables = new(StringComparer.Ordinal);
    private readonly List<(int Line, string Text)> _errors = [];
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    private TomlFile()
    {
    }

    public IReadOnlyList<TomlValue> Values => _values;

    /// <summary>The tables and their lines. A table without values is here, too.</summary>
    public IReadOnlyDictionary<string, int> Tables => _tables;

    public IReadOnlyList<(int Line, string Text)> Errors => _errors;

    /// <summary>Reads as much as can be understood.</summary>
    public static TomlFile Parse(string text)
    {
        var file = new TomlFile();
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, "", validate: false);
        }
        catch (TomlException)
        {
            // Brackets in brackets, many times.
            file._errors.Add((1, "This is not TOML that Linnet reads: its values are nested too deeply."));
            return file;
        }

        file.AddErrors(document.Diagnostics, text.Split('\n'));
        file.Add("", document.KeyValues);
        foreach (TableSyntaxBase table in document.Tables)
        {
            if (table.Name is not { } name)
            {
                continue;
            }

            string path = PathOf(name);
            int line = LineOf(table.Span);
            if (table is TableArraySyntax)
            {
                file._errors.Add((line, $"Write [{path}] with single brackets: a table is given once here."));
            }
            else if (!file._tables.TryAdd(path, line))
            {
                file._errors.Add(
                    (line, $"The table [{path}] is given twice; the first is in line {file._tables[path]}. Put them together."));
            }

            file.Add(path, table.Items);
        }

        return file;
    }

    private void Add(string table, SyntaxList<KeyValueSyntax> items)
    {
        foreach (KeyValueSyntax item in items)
        {
            Add(table, item);
        }
    }

    private void Add(string table, KeyValueSyntax item)
    {
        if (item is not { Key: { } key, Value: { } value })
        {
            return; // The errors say so.
        }

        string path = table.Length == 0 ? PathOf(key) : $"{table}.{PathOf(key)}";
        int line = LineOf(key.Span);
        if (value is InlineTableSyntax inline)
        {
            _tables.TryAdd(path, line);
            foreach (InlineTableItemSyntax inner in inline.Items)
            {
                if (inner.KeyValue is { } pair)
                {
                    Add(path, pair);
                }
            }

            return;
        }

        if (!_seen.TryAdd(path, line))
        {
            _errors.Add((line, $"{path} is given twice; the first is in line {_seen[path]}. Keep one."));
            return;
        }

        int dot = path.LastIndexOf('.');
        string outer = dot < 0 ? "" : path[..dot];
        if (outer.Length > 0)
        {
            _tables.TryAdd(outer, line);
        }

        _values.Add(new TomlValue(outer, path[(dot + 1)..], ValueOf(value), line));
    }

    // One mistake often causes many messages: only the first of a line, and none that follows an unfinished text.
    private void AddErrors(DiagnosticsBag diagnostics, string[] lines)
    {
        foreach (DiagnosticMessage message in diagnostics.OrderBy(static d => d.Span.Start.Offset))
        {
            int line = LineOf(message.Span);
            if (_errors.Count == 0 || _errors[^1].Line < line)
            {
                // The parser's own message has a part of the line in it, which may be a password.
                string remedy = RemedyFor(lines.ElementAtOrDefault(line - 1) ?? "");
                _errors.Add((line, $"This is not TOML (at column {message.Span.Start.Column + 1}). {remedy}"));
            }

            if (message.Message.Contains("in a string", StringComparison.Ordinal))
            {
                return; // The rest of the file was taken for text.
            }
        }
    }

    private static string RemedyFor(string line) =>
        line.TrimStart().StartsWith('[') ? "Write a table as [stations.jazz]."
        : line.Contains('\\', StringComparison.Ordinal) ? "In double quotes write each \\ twice, or use single quotes, as in 'C:\\Music'."
        : "Write key = value, and put each text in quotes.";

    private static int LineOf(SourceSpan span) => span.Start.Line + 1;

    /// <summary>The names of a key, joined by dots.</summary>
    internal static string PathOf(KeySyntax key) =>
        string.Join('.', [NameOf(key.Key), .. key.DotKeys.Select(static dotted => NameOf(dotted.Key))]);

    private static string NameOf(BareKeyOrStringValueSyntax? name) => name switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };

    private static object? ValueOf(ValueSyntax? value) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax whole => whole.Value,
        FloatValueSyntax number => number.Value,
        BooleanValueSyntax flag => flag.Value,
        ArraySyntax array => array.Items.Select(static item => ValueOf(item.Value)).ToArray(),
        _ => null,
    };
}
