using System.Collections;
using Linnet.Cli.Commands;

namespace Linnet.Cli.Configuration;

/// <summary>Environment variables: each option of <c>linnet serve</c> has one, such as <c>LINNET_HTTP_PORT</c>.</summary>
internal static class ConfigVariables
{
    /// <summary>The configuration file.</summary>
    public const string File = "LINNET_CONFIG";

    private const string Start = "LINNET_";

    // The start script and other parts of the program read these.
    private static readonly string[] Others = [File, "LINNET_CODECS", "LINNET_DEBUG", "LINNET_NO_INSTALL", "LINNET_DOTNET"];

    /// <summary>The variables whose names begin with <c>LINNET_</c>.</summary>
    public static IReadOnlyDictionary<string, string> OfThisProcess => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(static pair => pair.Key is string name && name.StartsWith(Start, StringComparison.Ordinal))
        .ToDictionary(static pair => (string)pair.Key, static pair => pair.Value as string ?? "");

    /// <summary>A sentence for each variable that is probably misspelt. Others may belong to other programs.</summary>
    public static IEnumerable<string> Hints(IReadOnlyDictionary<string, string> environment)
    {
        string[] known = [.. ConfigKeys.All.Select(static key => key.Variable), .. Others];
        return environment.Keys
            .Where(name => !known.Contains(name))
            .Select(name => (Name: name, Hint: Closest.Hint(name, known)))
            .Where(static found => found.Hint.Length > 0)
            .Select(static found => $"The variable {found.Name} has no meaning.{found.Hint}");
    }
}
