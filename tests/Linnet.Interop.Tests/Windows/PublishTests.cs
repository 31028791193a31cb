namespace Linnet.Interop.Tests.Windows;

/// <summary>The program is published for the systems that Linnet supports, together with .NET, without a warning.</summary>
[Trait("Length", "Long")]
[Collection(nameof(Wine))]
public sealed class PublishTests
{
    [Theory]
    [InlineData(Wine.Target)]
    [InlineData("osx-arm64")]
    [InlineData("osx-x64")]
    [InlineData("linux-arm64")]
    [InlineData("linux-musl-x64")]
    public async Task The_program_is_published_without_a_warning(string system)
    {
        PublishedProject published = await PublishedProject.MakeAsync("src/Linnet.Cli", system);

        string program = system.StartsWith("win", StringComparison.Ordinal) ? "Linnet.Cli.exe" : "Linnet.Cli";
        Assert.True(File.Exists(Path.Combine(published.Folder, program)));
        // .NET itself is there.
        Assert.True(File.Exists(Path.Combine(published.Folder, "System.Private.CoreLib.dll")));
        if (system != Wine.Target)
        {
            published.Delete();
        }
    }

    // Without .NET for that system, and without the settings that need it: not every registry has it.
    [Fact]
    public async Task The_program_is_published_for_Windows_on_ARM_without_a_warning()
    {
        using var folder = new TempFolder();

        await PublishedProject.MakeAsync(
            "src/Linnet.Cli", "win-arm64", "--no-self-contained", "-p:UseAppHost=false", "-p:IsAotCompatible=false",
            $"-p:ArtifactsPath={folder["artifacts"]}", "-o", folder["published"]);

        Assert.True(File.Exists(folder["published/Linnet.Cli.dll"]));
    }
}
