using System.Runtime.InteropServices;
using Linnet.Interop.Tests.Devices;

namespace Linnet.Interop.Tests.Windows;

/// <summary>
/// Windows as far as Wine provides it: a Windows of the tests' own in a temporary folder, which plays to a PulseAudio server of the
/// tests' own, and Linnet published for Windows.
/// </summary>
public sealed class Wine : IAsyncLifetime
{
    /// <summary>The system that Wine is, as .NET calls it.</summary>
    internal const string Target = "win-x64";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // In CI a missing program fails the tests.
    private static readonly bool CanRun = RuntimeInformation.OSArchitecture == Architecture.X64
        && (Find("wine") is not null || Environment.GetEnvironmentVariable("CI") == "true");

    private readonly TempFolder _folder = new();
    private readonly PulseServer _pulse = new();
    private PublishedProject? _linnet;

    /// <summary>The sound server to which Windows programs play.</summary>
    public PulseServer Pulse
    {
        get
        {
            SkipIfMissing();
            return _pulse;
        }
    }

    /// <summary>Whether there is a Wine; without one the tests skip.</summary>
    internal bool IsHere => _linnet is not null;

    /// <summary>The folder with the program that was published for Windows.</summary>
    internal string LinnetFolder
    {
        get
        {
            SkipIfMissing();
            return _linnet!.Folder;
        }
    }

    private string Prefix => _folder["prefix"];

    // Wine's programs live in a server process that belongs to the prefix.
    private static string Server => Find("wineserver") ?? "/usr/lib/wine/wineserver";

    /// <summary>A path of this system as Windows programs under Wine spell it.</summary>
    public static string PathOf(string path) => $"Z:{Path.GetFullPath(path).Replace('/', '\\')}";

    /// <summary>Starts Linnet for Windows.</summary>
    internal Tool StartLinnet(params string[] arguments) => Start(Path.Combine(LinnetFolder, "Linnet.Cli.exe"), arguments);

    /// <summary>Runs Linnet for Windows to its end, which must be a success.</summary>
    internal Task<string> RunLinnetAsync(params string[] arguments) =>
        Tool.RunAsync(Limit, "env", Command(Path.Combine(LinnetFolder, "Linnet.Cli.exe"), arguments));

    /// <summary>
    /// The same for a program that plays, ahead of other programs: Wine gives the thread of a sound device no priority, and the machine is
    /// busy with other tests.
    /// </summary>
    internal Task<string> PlayWithLinnetAsync(params string[] arguments) =>
        Tool.RunAsync(Limit, "env", [.. Variables, .. Ahead, "wine", Path.Combine(LinnetFolder, "Linnet.Cli.exe"), .. arguments]);

    /// <summary>Starts a Windows program; <c>cmd</c> and others come with Wine.</summary>
    internal Tool Start(string program, params string[] arguments)
    {
        SkipIfMissing();
        return Tool.Start("env", Command(program, arguments));
    }

    /// <summary>Starts a Windows program with more environment variables.</summary>
    /// <param name="variables">The variables, each as NAME=VALUE.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    internal Tool StartWith(string[] variables, string program, params string[] arguments)
    {
        SkipIfMissing();
        return Tool.Start("env", [.. Variables, .. variables, "wine", program, .. arguments]);
    }

    /// <summary>Starts a Windows program in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="searched">A folder in which Windows looks for programs.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    internal Tool StartIn(string folder, string searched, string program, params string[] arguments)
    {
        SkipIfMissing();
        return Tool.Start("env", ["-C", folder, .. Variables, $"WINEPATH={PathOf(searched)}", "wine", program, .. arguments]);
    }

    /// <summary>Starts Linnet for Windows in a pseudo-terminal: Wine gives it a console there, and Ctrl-C is a key.</summary>
    internal Tool StartLinnetInTerminal(params string[] arguments)
    {
        string[] command = ["env", .. Command(Path.Combine(LinnetFolder, "Linnet.Cli.exe"), arguments)];

        // Without exec the key would end some shells, too.
        return Tool.Start("script", "-qefc", $"exec {string.Join(' ', command.Select(Quoted))}", "/dev/null");

        static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    /// <summary>Ends the session, as when a user signs out.</summary>
    internal Task<string> SignOutAsync() => Tool.RunAsync(Limit, "env", Command("wineboot", ["--end-session"]));

    /// <summary>Serves with Linnet for Windows.</summary>
    internal Task<Serving> ServeAsync(params string[] arguments) => Serving.StartAsync(StartLinnet, arguments);

    public async ValueTask InitializeAsync()
    {
        if (!CanRun)
        {
            return;
        }

        Task<PublishedProject> publishing = PublishedProject.MakeAsync("src/Linnet.Cli", Target);
        await Task.WhenAll(publishing, StartAsync());
        _linnet = await publishing;
    }

    public async ValueTask DisposeAsync()
    {
        if (CanRun)
        {
            // There is none if Wine did not start.
            await using Tool kill = Tool.Start("env", [.. Variables, Server, "--kill"]);
            await kill.ExitAsync(Limit);
            await _pulse.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        await _pulse.InitializeAsync();
        Directory.CreateDirectory(Prefix);
        // The server would end with the last program, and the next one would take seconds to start it again.
        await RunSilentAsync([.. Variables, .. Ahead, Server, "--persistent"]);
        // The programs that Wine offers to install (Mono, Gecko) are not needed here, and would be asked for in a window.
        await RunSilentAsync([.. Variables, "WINEDLLOVERRIDES=mscoree,mshtml=", "wineboot", "--init"]);
        // There is no display: windows are not shown, but exist.
        await RunSilentAsync([.. Variables, "wine", "reg", "add", @"HKCU\Software\Wine\Drivers", "/v", "Graphics", "/d", "null", "/f"]);
    }

    // What these start stays, and would keep a pipe to the test open.
    private static Task<string> RunSilentAsync(string[] command) =>
        Tool.RunAsync(Limit, "sh", ["-c", "exec env \"$@\" </dev/null >/dev/null 2>&1", "sh", .. command]);

    private static void SkipIfMissing() => Assert.SkipUnless(
        CanRun, "Wine is not installed (eng/setup.sh test installs it), or this is not an x64 machine.");

    // Only root may; all programs of Wine wait for its server.
    private static string[] Ahead => Environment.IsPrivilegedProcess ? ["nice", "-n", "-10"] : [];

    private string[] Command(string program, string[] arguments) => [.. Variables, "wine", program, .. arguments];

    private string[] Variables =>
    [
        "-u", "DISPLAY",
        "-u", "DOTNET_ROOT",
        $"WINEPREFIX={Prefix}",
        "WINEDEBUG=-all",
        // Wine 8 cannot map memory the way .NET protects its code: the runtime then dies in a finaliser.
        "DOTNET_EnableWriteXorExecute=0",
        $"PULSE_SERVER={_pulse.Address}",
        // Names of files are in UTF-8.
        "LC_ALL=C.UTF-8",
    ];

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
