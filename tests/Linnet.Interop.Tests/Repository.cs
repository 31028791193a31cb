namespace Linnet.Interop.Tests;

/// <summary>The files of the project, among which the tests run.</summary>
internal static class Repository
{
    /// <summary>The folder of <c>Linnet.slnx</c>.</summary>
    internal static string Root { get; } = Find();

    /// <summary>The blocks of one language in a page of <c>docs</c>, to be used as written.</summary>
    internal static string[] Recipes(string page, string language)
    {
        string[] parts = File.ReadAllText(Path.Join(Root, "docs", page)).Split($"```{language}\n");
        return [.. parts[1..].Select(static part => part[..part.IndexOf("```", StringComparison.Ordinal)])];
    }

    private static string Find()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(root, "Linnet.slnx")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return root;
    }
}
