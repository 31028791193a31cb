using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Linnet.Interop.Tests.Packages;

namespace Linnet.Interop.Tests.Windows;

/// <summary>
/// The unit tests, published for Windows: one program for each folder of tests, so that one that hangs does not hide the others. Those that
/// cannot pass under Wine are listed in <c>not-under-wine.txt</c>.
/// </summary>
[Collection(nameof(Wine))]
[Trait("Length", "Long")]
public sealed partial class WindowsUnitTests(Wine wine, WindowsUnitTests.Published tests) : IClassFixture<WindowsUnitTests.Published>
{
    private const string Project = "tests/Linnet.Tests";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    // .NET must sometimes stop all threads, for example to collect garbage. Under Wine 8 it stops one that runs a tight loop again and
    // again, and gets nowhere. With these settings it seldom does.
    private static readonly string[] FewPauses =
        ["DOTNET_TieredCompilation=0", "DOTNET_gcConcurrent=0", "DOTNET_GCgen0size=0x10000000"];

    /// <summary>Namespaces of tests, below that of all, and the least number of tests that must run there.</summary>
    public static TheoryData<string, int> Parts => new()
    {
        { "Access*", 150 },
        { "Audio*", 400 },
        { "Broadcast*", 150 },
        { "Clock*", 20 },
        { "Native*", 25 },
        { "Playback*", 280 },
        { "Receive*", 170 },
        { "Serving*", 400 },
        { "Sources*", 500 },
        { "Stations*", 120 },
        { "Wire*", 1200 },
        { "Transports", 200 },
        { "Transports.Http*", 270 },
        { "Transports.Impairments*", 70 },
        { "Transports.PyAudio*", 20 },
        { "Transports.Rtp*", 90 },
        { "Transports.Rtsp*", 300 },
        { "Transports.WebSocket*", 7 },
        { "", 70 },
    };

    [Fact]
    public void Every_folder_of_unit_tests_is_a_part()
    {
        string[] folders = FoldersIn("");
        string[] known = [.. Parts.Select(static row => row.Data.Item1.TrimEnd('*'))];

        // The tests of codecs and certificates are listed as a whole.
        Assert.Equal(
            folders.Except(["Fakes", "Codecs"]).Append("")
                .Concat(FoldersIn("Transports").Select(static f => $"Transports.{f}")).Except(["Transports.Tls"]).Order(),
            known.Order());

        static string[] FoldersIn(string folder) =>
            [.. Directory.GetDirectories(Path.Combine(MadePackages.Root, Project, folder))
                .Where(static f => Directory.GetFiles(f, "*.cs", SearchOption.AllDirectories).Length > 0)
                .Select(static f => Path.GetFileName(f)!)];
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Unit_tests_pass_on_Windows_except_for_the_listed_ones(string part, int fewest)
    {
        await using Tool run = wine.StartWith(
            FewPauses, Path.Combine((await tests.Project).Folder, "Linnet.Tests.exe"),
            [
                "--progress", "off", "--ansi", "off", "--pre-enumerate-theories", "off", "--filter-not-trait", "Length=Long",
                "--xunit-diagnostics", "on", "--long-running", "60", "--filter-namespace", $"Linnet.Tests.{part}".TrimEnd('.'),
                .. await FiltersAsync(),
            ]);
        try
        {
            await run.ExitAsync(Limit);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"They hang. The last they said: {run.Output[^Math.Min(run.Output.Length, 4000)..]}");
        }

        string[] failed = [.. Failure().Matches(run.Output).Select(static m => m.Value).Where(static f => !NeedsLibrary(f))];
        Assert.True(failed.Length == 0, string.Join('\n', failed));
        Match total = Total().Match(run.Output);
        Assert.True(total.Success, run.Output + run.Errors);
        Assert.InRange(int.Parse(total.ValueSpan["total: ".Length..], CultureInfo.InvariantCulture), fewest, int.MaxValue);
    }

    /// <summary>Whether a test failed for want of a C library, of which there is none for Windows here.</summary>
    private static bool NeedsLibrary(string failure) =>
        failure.Contains(" is not installed. To add it, put ", StringComparison.Ordinal);

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

    /// <summary>The unit tests as a program for Windows.</summary>
    public sealed class Published : IDisposable
    {
        private readonly Lazy<Task<PublishedProject>> _project = new(MakeAsync);

        internal Task<PublishedProject> Project => _project.Value;

        public void Dispose()
        {
            if (_project is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: var made } })
            {
                made.Delete();
            }
        }

        private static async Task<PublishedProject> MakeAsync()
        {
            PublishedProject made = await PublishedProject.MakeAsync(WindowsUnitTests.Project, Wine.Target);
            CallTestsByEmittedCode(Path.Combine(made.Folder, "Linnet.Tests.runtimeconfig.json"));
            return made;
        }

        // Otherwise the runtime itself calls a test, and under Wine its thread hangs after an exception that passes through that call.
        private static void CallTestsByEmittedCode(string path)
        {
            JsonNode settings = JsonNode.Parse(File.ReadAllText(path))!;
            settings["runtimeOptions"]!["configProperties"]!["Switch.System.Reflection.ForceEmitInvoke"] = true;
            File.WriteAllText(path, settings.ToJsonString());
        }
    }
}
