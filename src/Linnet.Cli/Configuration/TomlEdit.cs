using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Linnet.Cli.Configuration;

/// <summary>Changes tables of a TOML file. Comments and everything else stay as they are, byte for byte.</summary>
/// <param name="name">The file's name, for messages.</param>
/// <param name="text">Its text, without errors of syntax.</param>
internal sealed class TomlEdit(string name, string text)
{
    /// <summary>The changed text.</summary>
    public string Text { get; private set; } = text;

    private string NewLine => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>Whether there is a table of this name.</summary>
    /// <exception cref="UsageException">It is there, but not as a table with a head of its own.</exception>
    public bool Has(params string[] table) => Find(table) is not null;

    /// <summary>A value, as it is written; <see langword="null"/>: it is not set.</summary>
    public string? Find(string[] table, string key) =>
        Find(table)?.Items.FirstOrDefault(item => IsKey(item, key)) is { Value: { } value }
            ? Text[value.Span.Start.Offset..(value.Span.End.Offset + 1)] : null;

    /// <summary>Sets a value. The table and the key are added if they are missing.</summary>
    /// <param name="table">The parts of the table's name.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, as it is to be written.</param>
    public void Set(string[] table, string key, string value)
    {
        if (Find(table) is not { } found)
        {
            string start = Text.Length == 0 ? "" : EndsLine(Text.Length) + NewLine;
            Text += $"{start}[{string.Join('.', table.Select(Toml.Key))}]{NewLine}{key} = {value}{NewLine}";
        }
        else if (found.Items.FirstOrDefault(item => IsKey(item, key)) is { Value.Span: var span })
        {
            Text = string.Concat(Text.AsSpan(0, span.Start.Offset), value, Text.AsSpan(span.End.Offset + 1));
        }
        else
        {
            int end = EndOf(found);
            Text = string.Concat(Text.AsSpan(0, end), EndsLine(end), $"{key} = {value}{NewLine}", Text.AsSpan(end));
        }
    }

    /// <summary>Puts an item before the others of an array.</summary>
    /// <param name="table">The parts of the table's name.</param>
    /// <param name="key">The key; it is added if it is missing.</param>
    /// <param name="item">The item, as it is to be written.</param>
    public void SetFirst(string[] table, string key, string item) => Set(
        table, key, Find(table, key) is { } old && old.StartsWith('[')
            ? $"[{item}{(old.AsSpan(1).Trim() is "]" ? "" : ", ")}{old.AsSpan(1)}" : $"[{item}]");

    /// <summary>Removes a table. Comments before its head stay.</summary>
    /// <returns><see langword="false"/>: there is none.</returns>
    public bool Remove(params string[] table)
    {
        if (Find(table) is not { } found)
        {
            return false;
        }

        int start = Text.LastIndexOf('\n', found.OpenBracket!.Span.Start.Offset) + 1;
        int end = EndOf(found);

        // Of the empty lines before and after it, one is enough.
        string gap = NewLine + NewLine;
        if (Text.AsSpan(0, start).EndsWith(gap)
            && (end == Text.Length || Text.AsSpan(end).StartsWith(NewLine)))
        {
            start -= NewLine.Length;
        }

        Text = string.Concat(Text.AsSpan(0, start), Text.AsSpan(end));
        return true;
    }

    // Where the line after the table's last value begins.
    private int EndOf(TableSyntax table)
    {
        int last = table.Items.LastOrDefault()?.Value?.Span.End.Offset ?? table.CloseBracket!.Span.End.Offset;
        int end = Text.IndexOf('\n', last + 1);
        return end < 0 ? Text.Length : end + 1;
    }

    // What ends the line before a position, if nothing does.
    private string EndsLine(int at) => at > 0 && Text[at - 1] != '\n' ? NewLine : "";

    private TableSyntax? Find(string[] table)
    {
        string path = string.Join('.', table);
        TableSyntax? found = SyntaxParser.Parse(Text, "", validate: false).Tables.OfType<TableSyntax>()
            .FirstOrDefault(syntax => syntax.Name is { } head && TomlFile.PathOf(head) == path);
        return found is not null || !TomlFile.Parse(Text).Tables.TryGetValue(path, out int line) ? found
            : throw new UsageException($"{name}:{line}: {path} is not written as a table [{path}], so change it by hand.");
    }

    private static bool IsKey(KeyValueSyntax item, string key) => item.Key is { } written && TomlFile.PathOf(written) == key;
}
