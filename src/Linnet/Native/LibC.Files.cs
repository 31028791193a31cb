using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>File access by the bytes of names: .NET decodes a name that is not UTF-8 to a different one, which does not exist.</summary>
internal static unsafe partial class LibC
{
    internal const int TypeOfFolder = 0x4000;
    internal const int TypeOfFile = 0x8000;
    internal const int OpenCloseOnExec = 0x80000;

    /// <summary>Opens a named pipe without waiting for its writer.</summary>
    internal const int OpenNonBlock = 0x800;

    internal const int NoSuchFile = 2;
    internal const int NoAccess = 13;
    internal const int NotPermitted = 1;
    internal const int NotAFolder = 20;
    internal const int MayEnter = 1;
    internal const int MayWrite = 2;
    internal const byte EntryIsLink = 10;

    /// <summary>
    /// Whether <see cref="TryReadEntry"/> is supported: the layout that it reads is the same in all C libraries of 64-bit Linux.
    /// </summary>
    internal static bool CanListFolders => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Gets type, device and inode of a file, following links. If false, the last system error gives the reason.</summary>
    /// <param name="path">The bytes of the path, with a terminating zero.</param>
    /// <param name="status">Type, device and inode.</param>
    internal static bool TryGetStatus(ReadOnlySpan<byte> path, out FileStatus status)
    {
        const int FromWorkingFolder = -100;   // AT_FDCWD
        const uint TypeAndNode = 1 | 0x100;   // STATX_TYPE | STATX_INO
        byte* raw = stackalloc byte[256];
        fixed (byte* bytes = path)
        {
            if (StatXBytes(FromWorkingFolder, bytes, 0, TypeAndNode, raw) != 0)
            {
                status = default;
                return false;
            }
        }

        // stx_mode, stx_ino, stx_dev_major and stx_dev_minor: at the same place on all architectures.
        ulong device = ((ulong)*(uint*)(raw + 136) << 32) | *(uint*)(raw + 140);
        status = new FileStatus(*(ushort*)(raw + 28) & 0xF000, device, *(ulong*)(raw + 32));
        return true;
    }

    /// <summary>Opens a file for reading. If negative, the last system error gives the reason.</summary>
    /// <param name="path">The bytes of the path, with a terminating zero.</param>
    /// <param name="flags">Flags such as <see cref="OpenNonBlock"/>.</param>
    internal static int OpenToRead(ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* bytes = path)
        {
            return Open(bytes, flags);
        }
    }

    /// <summary>
    /// Opens a folder for <see cref="TryReadEntry"/>; close it with <see cref="CloseFolder"/>. If zero, the last system error gives the
    /// reason.
    /// </summary>
    /// <param name="path">The bytes of the path, with a terminating zero.</param>
    internal static nint OpenFolder(ReadOnlySpan<byte> path)
    {
        fixed (byte* bytes = path)
        {
            return OpenDir(bytes);
        }
    }

    /// <summary>
    /// Reads the next entry, including <c>.</c> and <c>..</c>. Returns false at the end, and on an error: then the last system error is not
    /// 0.
    /// </summary>
    /// <param name="folder">A folder from <see cref="OpenFolder"/>.</param>
    /// <param name="name">The bytes of the name. Valid until the next call.</param>
    /// <param name="isLink">Whether it is known to be a link; some file systems do not tell.</param>
    internal static bool TryReadEntry(nint folder, out ReadOnlySpan<byte> name, out bool isLink)
    {
        const int TypeOffset = 18, NameOffset = 19;
        byte* entry = ReadDir(folder);
        name = entry is null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
        isLink = entry is not null && entry[TypeOffset] == EntryIsLink;
        return entry is not null;
    }

    /// <summary>Checks the process's access to a file. If not 0, the last system error gives the reason.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="mode"><see cref="MayWrite"/> or <see cref="MayEnter"/>.</param>
    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Access(string path, int mode);

    /// <summary>Gives a file another name, unless there is one of that name: then it fails with <c>EEXIST</c>. Atomic.</summary>
    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Link(string path, string other);

    [LibraryImport("libc", EntryPoint = "closedir")]
    internal static partial int CloseFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatXBytes(int folder, byte* path, int flags, uint mask, byte* status);

    /// <summary>The variadic third argument is omitted; it is only for files that are created.</summary>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenDir(byte* path);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* ReadDir(nint folder);

    /// <summary>The type and identity of a file.</summary>
    /// <param name="Type">The type, such as <see cref="TypeOfFile"/>.</param>
    /// <param name="Device">Number of the file system.</param>
    /// <param name="Node">Inode number; 0 if the file system has none.</param>
    internal readonly record struct FileStatus(int Type, ulong Device, ulong Node);
}
