namespace Linnet.Interop.Tests.Hls;

/// <summary>The npm packages that <c>eng/npm.sh</c> installs.</summary>
internal static class Npm
{
    /// <summary>Where they are.</summary>
    internal static string Folder { get; } = Path.Join(Repository.Root, "eng", "js", "node_modules");

    /// <summary>Skips the test where they are not installed, because there is no npm.</summary>
    internal static void SkipIfMissing() =>
        Assert.SkipUnless(Directory.Exists(Path.Join(Folder, "hls.js")), "The npm packages are missing: run eng/npm.sh.");

    /// <summary>The path of a file in a package.</summary>
    internal static string PathOf(string file) => Path.Join(Folder, file);
}
