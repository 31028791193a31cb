namespace Linnet.Cli.Configuration;

/// <summary>A value of a configuration file and where it stands.</summary>
/// <param name="Table">The names of the tables around it, joined by dots; empty at the top of the file.</param>
/// <param name="Key">Its own name.</param>
/// <param name="Value">A <see cref="string"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or an array of these;
/// <see langword="null"/>: something else, such as a date.</param>
/// <param name="Line">The line of the file, from 1.</param>
internal sealed record TomlValue(string Table, string Key, object? Value, int Line)
{
    /// <summary>The whole name, such as <c>http.port</c>.</summary>
    public string Path => Table.Length == 0 ? Key : $"{Table}.{Key}";

    /// <summary>The name and the line: the value may be a password.</summary>
    public override string ToString() => $"{Path} in line {Line}";
}
