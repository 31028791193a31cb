using Linnet.Interop.Tests.Packages;

namespace Linnet.Interop.Tests.Windows;

/// <summary>A project of this working tree, published for another system together with .NET, as it would be given to its users.</summary>
/// <param name="Name">The project's name.</param>
/// <param name="Target">The system, a runtime identifier of .NET.</param>
internal sealed record PublishedProject(string Name, string Target)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>The folder of the program.</summary>
    internal string Folder => FolderOf("publish");

    /// <summary>Publishes a project beside the ordinary build, of which it uses the libraries. The build must be silent.</summary>
    /// <param name="project">The project's folder, relative to the repository's root.</param>
    /// <param name="system">A runtime identifier of .NET, for example <c>win-x64</c>.</param>
    /// <param name="options">More arguments of <c>dotnet publish</c>; with none, .NET is part of what is published.</param>
    internal static async Task<PublishedProject> MakeAsync(string project, string system, params string[] options)
    {
        string[] all = options.Length > 0 ? options : ["--self-contained"];
        string said = await Tool.RunAsync(
            Limit, "env",
            [
                "-C", MadePackages.Root, MadePackages.Dotnet, "publish", project, "-c", "Release", "-r", system, "-v", "q", "-nologo",
                "-nodeReuse:false", "-p:UseSharedCompilation=false", .. all,
            ]);

        // A quiet build prints warnings only.
        Assert.Equal("", said.Trim());
        return new PublishedProject(Path.GetFileName(project), system);
    }

    /// <summary>Deletes what was built for that system: with .NET in it, 200 MB.</summary>
    internal void Delete()
    {
        foreach (string folder in (string[])[FolderOf("publish"), FolderOf("bin"), FolderOf("obj")])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private string FolderOf(string kind) => Path.Combine(MadePackages.Root, "artifacts", kind, Name, $"release_{Target}");
}
