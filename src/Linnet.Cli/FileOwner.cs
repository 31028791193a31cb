using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>The user and the group that a file belongs to.</summary>
internal static unsafe partial class FileOwner
{
    private const int WorkingFolder = -100; // AT_FDCWD
    private const uint Wanted = 0x18; // STATX_UID | STATX_GID
    private const int Length = 256, UserAt = 20, GroupAt = 24; // struct statx

    /// <summary>Gives one file the owner of another. Only on Linux; elsewhere it keeps that of its creator.</summary>
    /// <exception cref="IOException">This user may not do so.</exception>
    public static void Copy(string from, string to)
    {
        if (!OperatingSystem.IsLinux() || Find(from) is not { } wanted || wanted == Find(to))
        {
            return;
        }

        if (SetOwner(to, wanted.User, wanted.Group) != 0)
        {
            throw new IOException(
                $"'{from}' belongs to another user or group, which a changed file could not keep "
                    + $"({new Win32Exception(Marshal.GetLastPInvokeError()).Message}): run the command as root.");
        }
    }

    private static (uint User, uint Group)? Find(string path)
    {
        byte* status = stackalloc byte[Length];
        return Status(WorkingFolder, path, 0, Wanted, status) == 0 ? (*(uint*)(status + UserAt), *(uint*)(status + GroupAt)) : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetOwner(string path, uint user, uint group);
}
