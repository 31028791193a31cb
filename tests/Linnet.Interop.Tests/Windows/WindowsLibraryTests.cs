namespace Linnet.Interop.Tests.Windows;

/// <summary>Where Linnet for Windows looks for C libraries.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsLibraryTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_library_in_the_working_directory_or_on_PATH_is_not_loaded()
    {
        Assert.SkipUnless(wine.IsHere, "There is no Wine.");
        Directory.CreateDirectory(_folder["music"]);
        Directory.CreateDirectory(_folder["path"]);
        string library = Path.Combine(wine.LinnetFolder, "System.IO.Compression.Native.dll");
        File.Copy(library, _folder["music/opus.dll"]);
        File.Copy(library, _folder["path/libmp3lame.dll"]);

        await using Tool formats =
            wine.StartIn(_folder["music"], _folder["path"], Path.Combine(wine.LinnetFolder, "Linnet.Cli.exe"), "formats");

        Assert.True(await formats.ExitAsync(Limit) == 0, formats.Errors);
        Assert.Contains("Concentus", formats.Output, StringComparison.Ordinal);
        Assert.Contains("libmp3lame-0.dll", formats.Output, StringComparison.Ordinal);
    }
}
