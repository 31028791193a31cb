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
    /// Called before anything is opened: no source is read and no port taken with root's rights. The C library's calls change every thread of
    /// the process, which the bare calls of Linux do not.
    /// </remarks>
    internal static void Lower(string? user, Shell shell)
    {
        if (user is not null)
        {
            Become(user);
        }
        else if (shell.IsPrivileged)
        {
            shell.Say("Linnet runs as root, and who broke into it would be root: add --user NAME, or let systemd start it (docs/running.md).");
        }
    }

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

        (uint user, uint group) = (entry->UserId, entry->GroupId);
        if (!Environment.IsPrivilegedProcess)
        {
            throw new UsageException("--user is for root, who alone can become another user: leave it out.");
        }

        if (SetGroups(name, group) != 0 || SetGroup(group) != 0 || SetUser(user) != 0)
        {
            throw new IOException($"Linnet cannot become '{name}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }

        if (SetUser(0) == 0)
        {
            throw new IOException($"Linnet became '{name}', but could become root again: this system keeps rights that it should drop.");
        }
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial Entry* Find(string name);

    [LibraryImport("libc", EntryPoint = "initgroups", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetGroups(string name, uint group);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int SetGroup(uint group);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUser(uint user);

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
