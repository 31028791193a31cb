using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>
/// Starts programs that read what strangers have made. They get nothing of this process but what they need: no variable of the environment
/// beyond a few, no open file beyond their three pipes and one that is lent, and no way to more rights (a set-user-id program they
/// start gives them none).
/// </summary>
/// <remarks>
/// Linux keeps "no new privileges" (prctl(2), PR_SET_NO_NEW_PRIVS) for each thread, hands it on to what the thread starts, and never takes
/// it back: so a thread of its own is the only one that has it here. A wrapper such as setpriv does the same, where it is installed. On
/// other systems there is only the clean environment.
/// </remarks>
internal static partial class ChildStart
{
    /// <summary>Where programs and their libraries are; on Windows also what its own libraries cannot do without.</summary>
    private static readonly string[] Kept =
        OperatingSystem.IsWindows() ? ["PATH", "SystemRoot", "TEMP", "TMP"] : ["PATH", "LD_LIBRARY_PATH"];

    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int FirstOther = 3;
    private const int SetFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const uint MarkOnly = 4; // CLOSE_RANGE_CLOEXEC
    private const nint CloseRangeCall = 436; // alike on all of Linux' architectures

    // What one child is to get is open for all that start just then.
    private static readonly Lock Starting = new();

    /// <summary>Starts a program with redirected streams.</summary>
    /// <param name="start">What to start. Its environment is replaced.</param>
    /// <param name="lent">A file that it gets as well, under the number that it has here; not on other systems than Linux.</param>
    /// <exception cref="Win32Exception">It does not start.</exception>
    internal static Process Run(ProcessStartInfo start, SafeFileHandle? lent = null)
    {
        Clean(start.Environment);
        if (!OperatingSystem.IsLinux())
        {
            return Start(start);
        }

        Process? child = null;
        Exception? problem = null;
        var thread = new Thread(StartHere) { IsBackground = true, Name = "linnet-child" };
        try
        {
            thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            throw new Win32Exception("there is no thread to start it");
        }

        thread.Join();
        return child ?? throw new Win32Exception(problem is Win32Exception { NativeErrorCode: var code } ? code : 0, problem!.Message);

        void StartHere()
        {
            try
            {
                _ = LibC.PrCtl(NoNewPrivileges, 1, 0, 0, 0);
                lock (Starting)
                {
                    KeepOpenFiles();
                    child = lent is null ? Start(start) : Start(start, lent);
                }
            }
            catch (Exception e)
            {
                problem = e;
            }
        }
    }

    private static Process Start(ProcessStartInfo start, SafeFileHandle lent)
    {
        bool isHeld = false;
        lent.DangerousAddRef(ref isHeld);
        int descriptor = (int)lent.DangerousGetHandle();
        try
        {
            _ = Control(descriptor, SetFlags, 0);
            return Start(start);
        }
        finally
        {
            _ = Control(descriptor, SetFlags, CloseOnExec);
            lent.DangerousRelease();
        }
    }

    private static Process Start(ProcessStartInfo start) => Process.Start(start) ?? throw new Win32Exception("it gives no process");

    private static void Clean(IDictionary<string, string?> environment)
    {
        (string Name, string? Value)[] kept =
            [.. Kept.Select(name => (name, environment.TryGetValue(name, out string? value) ? value : null))];
        environment.Clear();
        foreach ((string name, string? value) in kept)
        {
            if (value is not null)
            {
                environment[name] = value;
            }
        }
    }

    // .NET opens all it opens so that no child gets it; C libraries such as libsndfile do not, nor do all who start this program.
    private static void KeepOpenFiles()
    {
        if (SystemCall(CloseRangeCall, FirstOther, uint.MaxValue, MarkOnly) != 0)
        {
            MarkEach();
        }
    }

    /// <summary>The same, file by file: for a kernel before 5.11, or a sandbox that does not know the call. Linux only.</summary>
    internal static void MarkEach()
    {
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            {
                if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor)
                    && descriptor >= FirstOther)
                {
                    _ = Control(descriptor, SetFlags, CloseOnExec);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nobody knows what is open.
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, uint first, uint last, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);
}
