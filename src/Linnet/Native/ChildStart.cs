using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>
/// Starts programs that read untrusted data. They inherit only what they need: a few environment variables, their three pipes and one lent
/// file. They cannot gain privileges (a set-user-id program that they start gets none).
/// </summary>
/// <remarks>
/// On Linux, "no new privileges" (prctl(2), PR_SET_NO_NEW_PRIVS) belongs to a thread, is inherited by what the thread starts, and cannot be
/// undone: so a separate thread sets it and starts the program. A wrapper such as setpriv does the same, where it is installed. On other
/// systems only the environment is cleaned.
/// </remarks>
internal static partial class ChildStart
{
    /// <summary>Variables that locate programs and libraries; on Windows also those that its own libraries need.</summary>
    private static readonly string[] Kept =
        OperatingSystem.IsWindows() ? ["PATH", "SystemRoot", "TEMP", "TMP"] : ["PATH", "LD_LIBRARY_PATH"];

    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int FirstOther = 3;
    private const int SetFlags = 2; // F_SETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const uint MarkOnly = 4; // CLOSE_RANGE_CLOEXEC
    private const nint CloseRangeCall = 436; // the same on all Linux architectures

    // A file lent to one child is inherited by every child that starts at the same moment.
    private static readonly Lock Starting = new();

    /// <summary>Starts a program with redirected streams.</summary>
    /// <param name="start">The program to start. Its environment is replaced.</param>
    /// <param name="lent">A file for the program to inherit under the same number; Linux only.</param>
    /// <exception cref="Win32Exception">The program does not start.</exception>
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
            throw new Win32Exception("no thread could be created to start it");
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

    private static Process Start(ProcessStartInfo start) => Process.Start(start) ?? throw new Win32Exception("no process was created");

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

    // .NET opens its files so that no child inherits them; C libraries such as libsndfile may not, nor may the program that started this
    // one.
    private static void KeepOpenFiles()
    {
        if (SystemCall(CloseRangeCall, FirstOther, uint.MaxValue, MarkOnly) != 0)
        {
            MarkEach();
        }
    }

    /// <summary>Marks each file separately, on a kernel before 5.11 or in a sandbox without the system call. Linux only.</summary>
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
            // Without /proc the open files are unknown.
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, uint first, uint last, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);
}
