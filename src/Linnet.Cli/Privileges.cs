using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>Whose rights the program has. Who listens to strangers should have few.</summary>
internal static unsafe partial class Privileges
{
    /// <summary>Becomes <paramref name="user"/>, for good; without one, root is told what that means.</summary>
    /// <param name="user">A name, or <see langword="null"/>.</param>
    /// <param name="shell">Is told.</param>
    /// <exception cref="UsageException">There is no such user, or it is not for this program to become one.</exception>
    /// <exception cref="IOException">The system does not allow it.</exception>
    /// <remarks>
    /// Called before anything is opened: no source is read and no port taken with root's rights. The C library's calls change every thread
    /// of the process, which the bare calls of Linux do not.
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

    /// <summary>Tells root what it means to be root; nobody else.</summary>
    internal static void Advise(Shell shell)
    {
        if (shell.IsPrivileged && Advice() is string advice)
        {
            shell.Say($"Linnet runs as root, so anyone who breaks into it would be root: {advice}");
        }
    }

    /// <summary>What to do instead on this system. On Windows administrators are common, and there is nothing short to say.</summary>
    private static string? Advice() =>
        OperatingSystem.IsLinux() ? "add --user NAME, or let systemd start it (docs/running.md)."
        : OperatingSystem.IsWindows() ? null
        : "start it as another user.";

    private static void Become(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UsageException("--user is for Linux: start Linnet as the user that it should be.");
        }

        Entry* entry = Find(name);
        if (entry is null || entry->UserId == 0)
        {
            throw new UsageException(entry is null
                ? $"There is no user '{name}' on this machine: choose one, or make one with: useradd --system {name}."
                : $"'{name}' is root, whom --user is there to avoid: choose another.");
        }

        (uint user, uint group, string? home) = (entry->UserId, entry->GroupId, Marshal.PtrToStringUTF8((nint)entry->Home));
        if (!Environment.IsPrivilegedProcess)
        {
            throw new UsageException("--user is for root, who alone can become another user: leave it out.");
        }

        string[] samples = [.. Sample(AppContext.BaseDirectory), .. Sample(RuntimeEnvironment.GetRuntimeDirectory())];
        if (SetGroups(name, group) != 0 || SetGroup(group) != 0 || SetUser(user) != 0)
        {
            throw new IOException($"Linnet cannot become '{name}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }

        if (SetUser(0) == 0)
        {
            throw new IOException($"Linnet became '{name}', but could become root again: this system keeps rights that it should drop.");
        }

        foreach (string file in samples)
        {
            CheckReadable(file, name);
        }

        MoveTo(home);
    }

    /// <summary>One of the files that the program may have to load yet.</summary>
    private static IEnumerable<string> Sample(string folder) => Directory.EnumerateFiles(folder, "*.dll").Take(1);

    /// <summary>What cannot be read now would be missed at some later time, and end the process then.</summary>
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
                    ? $"'{name}' may not read {folder}: put Linnet where everybody can read it, such as /opt/linnet."
                    : $"'{name}' may not read {folder}: put .NET where everybody can read it, such as /usr/share/dotnet.",
                e);
        }
    }

    /// <summary>
    /// Sets the variables by which libraries find a user's files and sockets: root's are not for others. C libraries read their own copy.
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

    /// <summary><c>struct passwd</c> of glibc and musl.</summary>
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
