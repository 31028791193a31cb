using Linnet.Cli.Commands;

namespace Linnet.Cli.Configuration;

/// <summary>A value of a key, and where it was given.</summary>
/// <param name="Key">What it sets.</param>
/// <param name="Table">The table: that of the key, or that of one station.</param>
/// <param name="Words">The words of a command line with this meaning; none: a flag that is off.</param>
/// <param name="Origin">Where it was set: the file with its line, the variable, or the option.</param>
/// <param name="Line">The line in the file; 0: not in the file.</param>
internal sealed record Setting(ConfigKey Key, string Table, IReadOnlyList<string> Words, string Origin, int Line)
{
    /// <summary>The values as they were written, without the option's name.</summary>
    public IEnumerable<string> Values => Words.Select(static word => word.IndexOf('=') is > 0 and var at ? word[(at + 1)..] : "");

    /// <summary>Whether the value must be hidden.</summary>
    public bool IsSecret => Key.IsSecret && (!Key.IsAddress || Values.Any(RelayArguments.HasSecret));
}
