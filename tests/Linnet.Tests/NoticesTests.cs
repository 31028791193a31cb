using System.Text.Json;
using System.Text.RegularExpressions;

namespace Linnet.Tests;

/// <summary>THIRD-PARTY-NOTICES.md lists what Linnet depends on.</summary>
public partial class NoticesTests
{
    // Each project with a lock file, and the package that it becomes.
    private static readonly (string Project, string Package)[] Packages =
        [("Linnet", "Linnet"), ("Linnet.Server", "Linnet.Server"), ("Linnet.Cli", "Linnet.Tool")];

    private static readonly string Notices = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "THIRD-PARTY-NOTICES.md"));

    [Fact]
    public void The_notices_list_the_packages_of_the_lock_files()
    {
        // A package that is used to build is in no package of Linnet: its column says "-".
        string[] build = [.. Rows().Where(static row => row.In == "-").Select(static row => row.Name)];
        var locked =
            from package in Packages
            from dependency in Locked(package.Project)
            group package.Package by dependency into users
            orderby users.Key.Name
            select $"{users.Key.Name} {users.Key.Version} in {(build.Contains(users.Key.Name) ? "-" : string.Join(", ", users))}";

        Assert.Equal(locked, Rows().OrderBy(static row => row.Name).Select(static row => $"{row.Name} {row.Version} in {row.In}"));
    }

    [Fact]
    public void The_notices_list_the_libraries_that_are_loaded()
    {
        string loader = File.ReadAllText(Path.Combine(ArchitectureTests.Root, "src", "Linnet", "Native", "NativeLibraries.cs"));

        Assert.Equal(
            LibraryFile().Matches(loader).Select(static match => match.Value).Order(),
            LibraryFile().Matches(Notices).Select(static match => match.Value).Order());
    }

    private static IEnumerable<(string Name, string Version, string In)> Rows() =>
        PackageRow().Matches(Notices).Select(static row =>
            (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value.Replace("`", "", StringComparison.Ordinal)));

    private static IEnumerable<(string Name, string Version)> Locked(string project)
    {
        string path = Path.Combine(ArchitectureTests.Root, "src", project, "packages.lock.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return
        [
            .. from framework in document.RootElement.GetProperty("dependencies").EnumerateObject()
               from dependency in framework.Value.EnumerateObject()
               where dependency.Value.GetProperty("type").GetString() != "Project"
               select (dependency.Name, dependency.Value.GetProperty("resolved").GetString()!),
        ];
    }

    // | name | version | licence | in | https://… |
    [GeneratedRegex(@"^\| ([\w.]+) \| ([\w.-]+) \| [\w.-]+ \| ([^|]+) \| https://\S+ \|$", RegexOptions.Multiline)]
    private static partial Regex PackageRow();

    [GeneratedRegex(@"lib\w+\.so\.\d+")]
    private static partial Regex LibraryFile();
}
