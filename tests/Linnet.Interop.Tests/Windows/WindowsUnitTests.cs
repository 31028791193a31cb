using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Linnet.Interop.Tests.Windows;

/// <summary>The unit tests, published for Windows. Those that cannot pass under Wine are listed in <c>not-under-wine.txt</c>.</summary>
[Collection(nameof(Wine))]
[Trait("Length", "Long")]
public sealed partial class WindowsUnitTests(Wine wine)
{
    private const int FewestTests = 2000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    // .NET must sometimes stop all threads, for example to collect garbage. Under Wine 8 it stops one that runs a tight loop again and
    // again, and gets nowhere. With these settings it seldom does.
    private static readonly string[] FewPauses =
        ["DOTNET_TieredCompilation=0", "DOTNET_gcConcurrent=0", "DOTNET_GCgen0size=0x10000000"];

    [Fact]
    public async Task Unit_tests_pass_on_Windows_except_for_the_listed_ones()
    {
        PublishedProject tests = await PublishedProject.MakeAsync("tests/Linnet.Tests", Wine.Target);
        CallTestsByEmittedCode(Path.Combine(tests.Folder, "Linnet.Tests.runtimeconfig.json"));

        await using Tool run = wine.StartWith(
            FewPauses, Path.Combine(tests.Folder, "Linnet.Tests.exe"),
            [
                "--progress", "off", "--ansi", "off", "--pre-enumerate-theories", "off", "--filter-not-trait", "Length=Long",
                "--xunit-diagnostics", "on", "--long-running", "120", .. await FiltersAsync(),
            ]);
        try
        {
            await run.ExitAsync(Limit);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"They hang. The last they said: {run.Output[^Math.Min(run.Output.Length, 4000)..]}");
        }

        tests.Delete();

        string[] failed = [.. Failure().Matches(run.Output).Select(static m => m.Value).Where(static f => !NeedsLibrary(f))];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
        Match total = Total().Match(run.Output);
        Assert.True(total.Success, run.Output + run.Errors);
        Assert.InRange(int.Parse(total.ValueSpan["total: ".Length..], CultureInfo.InvariantCulture), FewestTests, int.MaxValue);
    }

    /// <summary>Whether a test failed for want of a C library, of which there is none for Windows here.</summary>
    private static bool NeedsLibrary(string failure) =>
        failure.Contains(nameof(DllNotFoundException), StringComparison.Ordinal)
            && failure.Contains("beside the program", StringComparison.Ordinal);

    // Otherwise the runtime itself calls a test, and under Wine its thread hangs after an exception that passes through that call.
    private static void CallTestsByEmittedCode(string path)
    {
        JsonNode settings = JsonNode.Parse(File.ReadAllText(path))!;
        settings["runtimeOptions"]!["configProperties"]!["Switch.System.Reflection.ForceEmitInvoke"] = true;
        File.WriteAllText(path, settings.ToJsonString());
    }

    private static async Task<string[]> FiltersAsync()
    {
        string[] lines = await File.ReadAllLinesAsync(
            Path.Combine(AppContext.BaseDirectory, "Windows", "not-under-wine.txt"), TestContext.Current.CancellationToken);
        return
        [
            .. from line in lines
               where line.Length > 0 && line[0] != '#'
               let words = line.Split(' ', 3)
               from word in (string[])[$"--filter-not-{words[0]}", words[1]]
               select word,
        ];
    }

    // A failed test, and the indented lines that follow.
    [GeneratedRegex(@"^failed .*(\r?\n {2,}.*)*", RegexOptions.Multiline)]
    private static partial Regex Failure();

    [GeneratedRegex(@"total: \d+")]
    private static partial Regex Total();
}
