namespace Linnet.Interop.Tests.Packages;

/// <summary>The packages of this working tree, made once by <c>eng/package.sh</c> as for a release.</summary>
public sealed class MadePackages : IAsyncLifetime
{
    /// <summary>The version that all packages have: stable, for which NuGet's rules are stricter.</summary>
    internal const string Version = "9.9.9";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private readonly TempFolder _folder = new();

    /// <summary>The repository's root.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>The folder of the packages.</summary>
    internal string Folder => _folder["packages"];

    /// <summary>A package's file.</summary>
    internal string FileOf(string package) => Path.Combine(Folder, $"{package}.{Version}.nupkg");

    /// <summary>Runs <c>dotnet</c> in a folder, with a package cache of its own: the usual one may hold an older build.</summary>
    internal Task<string> DotnetAsync(string folder, params string[] arguments) => Tool.RunAsync(
        Limit, "env", ["-C", folder, $"NUGET_PACKAGES={_folder["cache"]}", Dotnet, .. arguments]);

    /// <summary>The program that builds: the one that runs the tests, if it is not in the path.</summary>
    internal static string Dotnet { get; } =
        Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "dotnet") : "dotnet";

    public async ValueTask InitializeAsync() => await Tool.RunAsync(Limit, Path.Combine(Root, "eng", "package.sh"), Version, Folder);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Linnet.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run in a built repository.");
        }

        return folder;
    }
}
