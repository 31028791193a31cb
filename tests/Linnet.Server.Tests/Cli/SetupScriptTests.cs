using System.Diagnostics;

namespace Linnet.Server.Tests.Cli;

/// <summary>The script that installs libraries before the program starts, on a machine that has none of them.</summary>
public sealed class SetupScriptTests
{
    [Fact]
    public async Task With_LINNET_NO_INSTALL_nothing_is_installed_and_nothing_is_said()
    {
        (int code, string said, bool installed) = await RunAsync(installs: true, ("LINNET_NO_INSTALL", "1"));

        Assert.Equal((0, "", false), (code, said, installed));
    }

    [Fact]
    public async Task Otherwise_missing_libraries_are_installed()
    {
        (int code, string said, bool installed) = await RunAsync(installs: true);

        Assert.Equal((0, true), (code, installed));
        Assert.StartsWith("linnet: installing ", said, StringComparison.Ordinal);
        Assert.Contains("libopus0", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_says_how_to_install_them()
    {
        (int code, string said, bool installed) = await RunAsync(installs: false);

        Assert.Equal((1, true), (code, installed));
        Assert.Contains("linnet: could not install ", said, StringComparison.Ordinal);
        Assert.Contains("apt-get install --no-install-recommends ", said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said, bool Installed)> RunAsync(
        bool installs, params (string Name, string Value)[] environment)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "needs bash");
        using var folder = new TempFolder();
        string ran = folder["ran"];
        Fake("ldconfig", "exit 0");
        Fake("apt-cache", "exit 1");
        Fake("apt-get", $"touch '{ran}'; exit {(installs ? 0 : 100)}");
        Fake("sudo", "while [ \"${1#-}\" != \"$1\" ]; do shift; done; [ $# -eq 0 ] || exec \"$@\"");
        var start = new ProcessStartInfo("/bin/bash", [Path.Join(ReadmeTests.RepositoryRoot, "eng", "setup.sh"), "runtime"])
        {
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = folder[""] + Path.PathSeparator + start.Environment["PATH"];
        start.Environment.Remove("LINNET_NO_INSTALL");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process script = Process.Start(start)!;
        string said = await script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (script.ExitCode, said, File.Exists(ran));

        void Fake(string name, string text)
        {
            File.WriteAllText(folder[name], $"#!/bin/sh\n{text}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder[name], UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }
    }
}
