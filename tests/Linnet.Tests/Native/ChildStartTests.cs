using System.Diagnostics;
using System.Runtime.InteropServices;
using Linnet.Native;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Tests.Native;

/// <summary>
/// What a child process inherits. The test opens the file like a C library does, so that children would inherit it.
/// </summary>
public sealed partial class ChildStartTests : IDisposable
{
    private const int GetFlags = 1; // F_GETFD
    private const int SetFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"linnet-{Guid.NewGuid():N}");
    private readonly SafeFileHandle _file;

    public ChildStartTests()
    {
        _file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, Control(Number, SetFlags, 0));
        }
    }

    private int Number => (int)_file.DangerousGetHandle();

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task A_child_inherits_no_open_files_but_its_three_streams()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows which files a process has open.");

        // Otherwise the test would prove nothing: another test that starts a child at this moment may have marked the file.
        string open = "";
        for (int i = 0; i < 10 && !open.Contains(_path, StringComparison.Ordinal); i++)
        {
            Assert.Equal(0, Control(Number, SetFlags, 0));
            open = await OpenFilesOfAsync(static start => Process.Start(start)!);
        }

        Assert.Contains(_path, open, StringComparison.Ordinal);
        Assert.Equal(0, Control(Number, SetFlags, 0));

        open = await OpenFilesOfAsync(static start => ChildStart.Run(start));

        Assert.Equal(3, open.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(_path, open, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_inherits_the_lent_file_and_the_next_one_does_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows which files a process has open.");

        string open = await OpenFilesOfAsync(start => ChildStart.Run(start, _file));

        Assert.Equal(4, open.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(_path, open, StringComparison.Ordinal);
        Assert.Equal(CloseOnExec, Control(Number, GetFlags, 0));
        Assert.DoesNotContain(_path, await OpenFilesOfAsync(static start => ChildStart.Run(start)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_close_range_each_file_is_marked()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows which files a process has open.");

        ChildStart.MarkEach();

        Assert.Equal(CloseOnExec, Control(Number, GetFlags, 0));
    }

    private static async Task<string> OpenFilesOfAsync(Func<ProcessStartInfo, Process> begin)
    {
        // The shell itself has no other open files while it expands the names.
        using Process child = begin(new ProcessStartInfo("/bin/sh", ["-c", "readlink /proc/$$/fd/*"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        string said = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);
}
