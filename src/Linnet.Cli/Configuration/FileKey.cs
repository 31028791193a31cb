namespace Linnet.Cli.Configuration;

/// <summary>A key of the configuration file that no option of the command line sets.</summary>
/// <param name="Table">Its table; <see cref="AccessKeys.Accounts"/>: the table of each account.</param>
/// <param name="Name">Its name in that table.</param>
/// <param name="Meaning">What it sets.</param>
/// <param name="Default">The default, in words, with its unit.</param>
/// <param name="Example">A value as it is written in the file. That of a secret is refused until it is replaced.</param>
internal sealed record FileKey(string Table, string Name, string Meaning, string Default, string Example)
{
    /// <summary>The end of the name of the key for a file with the value.</summary>
    public const string FileEnd = "-file";

    /// <summary>Whether its value must be hidden. It may also be in a file, which a key with <see cref="FileEnd"/> names.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The names under which it is in its table.</summary>
    public IEnumerable<string> Names => IsSecret ? [Name, Name + FileEnd] : [Name];
}
