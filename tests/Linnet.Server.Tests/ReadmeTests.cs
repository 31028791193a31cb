using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Linnet.Server.Tests;

/// <summary>The programs in the README equal those in <c>samples</c>, which the solution compiles.</summary>
public partial class ReadmeTests
{
    /// <summary>The repository's root.</summary>
    internal static string RepositoryRoot { get; } = Root();

    [Theory]
    [InlineData(0, "Send")]
    [InlineData(1, "Synthesise")]
    [InlineData(2, "Play")]
    [InlineData(3, "Receive")]
    public void A_program_in_the_readme_equals_the_compiled_sample(int block, string sample)
    {
        string root = Root();
        string readme = File.ReadAllText(Path.Join(root, "README.md")).ReplaceLineEndings("\n");

        MatchCollection programs = CSharpBlock().Matches(readme);

        Assert.Equal(4, programs.Count);
        Assert.Equal(
            File.ReadAllText(Path.Join(root, "samples", sample, "Program.cs")).ReplaceLineEndings("\n"), programs[block].Groups[1].Value);
    }

    [Theory]
    [InlineData("Linnet", 0, "Send")]
    [InlineData("Linnet", 1, "Play")]
    [InlineData("Linnet.Server", 0, "Host")]
    public void A_program_in_the_readme_of_a_package_equals_the_compiled_sample(string package, int block, string sample)
    {
        string readme = File.ReadAllText(Path.Join(Root(), "src", package, "README.md")).ReplaceLineEndings("\n");

        Assert.Equal(
            File.ReadAllText(Path.Join(Root(), "samples", sample, "Program.cs")).ReplaceLineEndings("\n"),
            CSharpBlock().Matches(readme)[block].Groups[1].Value);
    }

    [Fact]
    public void The_samples_have_at_most_fifteen_lines() =>
        Assert.All(
            (string[])["Send", "Synthesise", "Play", "Receive", "OwnSource", "OwnDevice"],
            static sample => Assert.InRange(File.ReadAllLines(Path.Join(Root(), "samples", sample, "Program.cs")).Length, 1, 15));

    [Fact]
    public void The_code_of_the_librarys_guide_is_part_of_the_compiled_samples()
    {
        string root = Root();
        string guide = File.ReadAllText(Path.Join(root, "docs", "library.md")).ReplaceLineEndings("\n");
        string[] samples =
        [
            .. Directory.EnumerateFiles(Path.Join(root, "samples"), "*.cs", SearchOption.AllDirectories)
                .Select(static file => File.ReadAllText(file).ReplaceLineEndings("\n")),
        ];

        MatchCollection parts = CSharpBlock().Matches(guide);

        Assert.True(parts.Count >= 6);
        Assert.All(parts, part => Assert.Contains(samples, sample => sample.Contains(part.Groups[1].Value, StringComparison.Ordinal)));
    }

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    internal static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Join(Path.GetDirectoryName(thisFile), "..", ".."));
}
