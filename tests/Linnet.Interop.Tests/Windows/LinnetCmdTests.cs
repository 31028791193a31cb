using Linnet.Interop.Tests.Packages;

namespace Linnet.Interop.Tests.Windows;

/// <summary>
/// <c>linnet.cmd</c> in a folder with spaces and other characters, as far as Wine's <c>cmd</c> goes. There is no SDK for Windows here: what
/// stands in for <c>dotnet build</c> puts the published program in place.
/// </summary>
[Collection(nameof(Wine))]
public sealed class LinnetCmdTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private const string Name = "My Programs/Linnet (new) & su^re! Ü";

    // What dotnet returns on Windows if there is a runtime and no SDK.
    private const string NoSdk = "-2147450725";

    private readonly TempFolder _folder = new();

    private string Clone => _folder[Name];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_builds_once_and_passes_arguments_and_the_exit_code_on()
    {
        CopyClone();
        CopySdk();

        (int code, string said, string errors) = await RunAsync("--version");
        Assert.True(code == 0, errors + said);
        Assert.Contains("0.1.0-dev", said, StringComparison.Ordinal);
        Assert.Contains("linnet: building, once", errors, StringComparison.Ordinal);

        (code, _, errors) = await RunAsync("serve", @"Z:\no such folder\one & two (1).wav");
        Assert.Equal(1, code);
        Assert.Contains(@"Z:\no such folder\one & two (1).wav does not exist", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("building", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_SDK_it_says_how_to_install_it()
    {
        CopyClone();

        (int code, _, string errors) = await RunAsync("--version");

        Assert.NotEqual(0, code);
        Assert.Contains("winget install Microsoft.DotNet.SDK.10", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dotnet_without_an_SDK_is_not_used()
    {
        CopyClone();
        WriteSdk($"exit /b {NoSdk}\r\n");

        (int code, string said, string errors) = await RunAsync("--version");

        Assert.True(code == 1, errors + said);
        Assert.Contains("only a runtime; install it with: winget install Microsoft.DotNet.SDK.10", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("building", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_is_said_to_have_failed_and_leaves_nothing_to_run()
    {
        CopyClone();
        WriteSdk(
            "if \"%~1\"==\"build\" echo error MSB3027: Could not copy Linnet.dll\r\n"
                + $"if \"%~1\"==\"build\" exit /b {NoSdk}\r\n");

        (int code, string said, string errors) = await RunAsync("--version");

        Assert.True(code == 1, errors + said);
        Assert.Contains("the build failed", errors, StringComparison.Ordinal);
        Assert.Contains("end the other linnet", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Clone, "artifacts", "linnet.list")));
    }

    [Fact]
    public async Task Two_first_uses_at_once_build_once()
    {
        CopyClone();
        CopySdk("if \"%~1\"==\"build\" \"%SystemRoot%\\System32\\ping.exe\" -n 4 127.0.0.1 >nul\r\n");

        (int Code, string Output, string Errors)[] both = await Task.WhenAll(RunAsync("--version"), RunAsync("--version"));

        Assert.All(both, one => Assert.True(one.Code == 0, one.Errors + one.Output));
        Assert.All(both, one => Assert.Contains("0.1.0-dev", one.Output, StringComparison.Ordinal));
        Assert.Single(await File.ReadAllLinesAsync(_folder["sdk/builds.txt"], TestContext.Current.CancellationToken));
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using Tool tool = wine.StartIn(Clone, _folder["sdk"], "cmd", ["/c", "linnet.cmd", .. arguments]);
        int code = await tool.ExitAsync(Limit);
        return (code, tool.Output, tool.Errors);
    }

    // What linnet.cmd looks at, and the published program as a build would make it.
    private void CopyClone()
    {
        Directory.CreateDirectory(Clone);
        File.Copy(Path.Combine(MadePackages.Root, "linnet.cmd"), Path.Combine(Clone, "linnet.cmd"));
        File.Copy(Path.Combine(MadePackages.Root, "global.json"), Path.Combine(Clone, "global.json"));
        _folder.Write($"{Name}/src/Linnet.Cli/Program.cs", "// Its sources.");
        string made = Path.Combine(Clone, "artifacts", "bin", "Linnet.Cli", "made");
        Directory.CreateDirectory(made);
        if (!wine.IsHere)
        {
            return;
        }

        foreach (string file in Directory.GetFiles(wine.LinnetFolder))
        {
            File.CreateSymbolicLink(Path.Combine(made, Path.GetFileName(file)), file);
        }
    }

    private void CopySdk(string before = "") => WriteSdk(
        "if \"%~1\"==\"build\" echo built>>\"%~dp0builds.txt\"\r\n"
            + before
            + "if \"%~1\"==\"build\" move artifacts\\bin\\Linnet.Cli\\made artifacts\\bin\\Linnet.Cli\\release\r\n");

    private void WriteSdk(string commands) => _folder.Write(
        "sdk/dotnet.cmd", $"@echo off\r\nif \"%~1\"==\"--version\" echo 10.0.100\r\n{commands}exit /b 0\r\n");
}
