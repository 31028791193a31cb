using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>The user rights of the program. A program that accepts connections from strangers should have few.</summary>
internal static unsafe partial class Privileges
{
    /// <summary>Switches permanently to <paramref name="user"/>. Without one, warns root of the risk.</summary>
    /// <param name="user">A user name, or <see langword="null"/>.</param>
    /// <param name="shell">Receives the warning.</param>
    /// <exception cref="UsageException">There is no such user, or this program may not switch to it.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    /// <remarks>
    /// Called before anything is opened: no source is read and no port opened with root's rights. The C library's calls change every thread
    /// of the process, unlike Linux's raw system calls.
    /// </remarks>
    internal static void Lower(string? user, Shell shell)
    {
        if (user is not null)
        {
            Become(user);
        }
        else
        {
            Advise(shell);
        }
    }

    /// <summary>Warns root, and no other user, of the risk.</summary>
    internal static void Advise(Shell shell)
    {
        if (shell.IsPrivileged && Advice() is string advice)
        {
            shell.Say($"Linnet runs as root, so an attacker who breaks into it becomes root: {advice}");
        }
    }

    /// <summary>What to do instead on this system. On Windows, running as administrator is common and has no short alternative.</summary>
    private static string? Advice() =>
        OperatingSystem.IsLinux() ? "add --user NAME, or let systemd start it (docs/running.md)."
        : OperatingSystem.IsWindows() ? null
        : "start it as another user.";

    private static void Become(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UsageException("--user works only on Linux: start Linnet as the intended user.");
        }

        Entry* entry = Find(name);
        if (entry is null || entry->UserId == 0)
        {
            throw new UsageException(entry is null
                ? $"There is no user '{name}' on this machine: choose one, or make one with: useradd --system {name}."
                : $"'{name}' is root: choose another user.");
        }

        (uint user, uint group, string? home) = (entry->UserId, entry->GroupId, Marshal.PtrToStringUTF8((nint)entry->Home));
        if (!Environment.IsPrivilegedProcess)
        {
            throw new UsageException("--user works only if Linnet runs as root: leave it out.");
        }

        string[] samples = [.. Sample(AppContext.BaseDirectory), .. Sample(RuntimeEnvironment.GetRuntimeDirectory())];
        if (SetGroups(name, group) != 0 || SetGroup(group) != 0 || SetUser(user) != 0)
        {
            throw new IOException($"Linnet cannot switch to user '{name}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }

        if (SetUser(0) == 0)
        {
            throw new IOException($"Linnet switched to '{name}', but can become root again: the system did not drop all rights.");
        }

        foreach (string file in samples)
        {
            CheckReadable(file, name);
        }

        MoveTo(home);
    }

    /// <summary>A file that the program may have to load later.</summary>
    private static IEnumerable<string> Sample(string folder) => Directory.EnumerateFiles(folder, "*.dll").Take(1);

    /// <summary>Fails now if the file is unreadable: otherwise its absence would end the process later.</summary>
    private static void CheckReadable(string file, string name)
    {
        try
        {
            using FileStream opened = File.OpenRead(file);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            string folder = Path.GetDirectoryName(file)!;
            throw new IOException(
                folder == Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)
                    ? $"'{name}' may not read {folder}: put Linnet where every user can read it, such as /opt/linnet."
                    : $"'{name}' may not read {folder}: put .NET where every user can read it, such as /usr/share/dotnet.",
                e);
        }
    }

    /// <summary>
    /// Sets the variables with which libraries find a user's files and sockets: another user cannot use root's. C libraries read their own
    /// copy.
    /// </summary>
    private static void MoveTo(string? home)
    {
        if (!string.IsNullOrEmpty(home))
        {
            Environment.SetEnvironmentVariable("HOME", home);
            _ = SetVariable("HOME", home, 1);
        }

        Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", null);
        _ = UnsetVariable("XDG_RUNTIME_DIR");
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial Entry* Find(string name);

    [LibraryImport("libc", EntryPoint = "initgroups", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetGroups(string name, uint group);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int SetGroup(uint group);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUser(uint user);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrites);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);

    /// <summary>The <c>struct passwd</c> of glibc and musl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        internal byte* Name;
        internal byte* Password;
        internal uint UserId;
        internal uint GroupId;
        internal byte* Comment;
        internal byte* Home;
        internal byte* LoginShell;
    }
}
