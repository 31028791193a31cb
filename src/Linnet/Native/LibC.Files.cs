using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>Files by the bytes of their names: .NET reads a name that is no UTF-8 as another, which names nothing.</summary>
internal static unsafe partial class LibC
{
    internal const int TypeOfFolder = 0x4000;
    internal const int TypeOfFile = 0x8000;
    internal const int OpenCloseOnExec = 0x80000;

    /// <summary>Opening a named pipe does not wait for its writer.</summary>
    internal const int OpenNonBlock = 0x800;

    internal const int NoSuchFile = 2;
    internal const int NoAccess = 13;
    internal const int NotPermitted = 1;
    internal const int NotAFolder = 20;
    internal const int MayEnter = 1;
    internal const int MayWrite = 2;
    internal const byte EntryIsLink = 10;

    /// <summary>
    /// Whether <see cref="TryReadEntry"/> can be used: the layout of what it reads is the same in all C libraries of 64-bit Linux.
    /// </summary>
    internal static bool CanListFolders => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Type, device and inode of a file, links followed. False: the reason is the last system error.</summary>
    /// <param name="path">Its bytes, and a zero.</param>
    /// <param name="status">What it is.</param>
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

    /// <summary>Opens for reading. Negative: the reason is the last system error.</summary>
    /// <param name="path">Its bytes, and a zero.</param>
    /// <param name="flags">Such as <see cref="OpenNonBlock"/>.</param>
    internal static int OpenToRead(ReadOnlySpan<byte> path, int flags)
    {
        fixed (byte* bytes = path)
        {
            return Open(bytes, flags);
        }
    }

    /// <summary>
    /// Opens a folder for <see cref="TryReadEntry"/>; zero: the reason is the last system error. Its owner calls <see cref="CloseFolder"/>.
    /// </summary>
    /// <param name="path">Its bytes, and a zero.</param>
    internal static nint OpenFolder(ReadOnlySpan<byte> path)
    {
        fixed (byte* bytes = path)
        {
            return OpenDir(bytes);
        }
    }

    /// <summary>
    /// The next entry, <c>.</c> and <c>..</c> among them. False at the end, and after an error: then the last system error is not 0.
    /// </summary>
    /// <param name="folder">Of <see cref="OpenFolder"/>.</param>
    /// <param name="name">The bytes of its name. Lent until the next call.</param>
    /// <param name="isLink">Whether it is a link for certain; some file systems do not say.</param>
    internal static bool TryReadEntry(nint folder, out ReadOnlySpan<byte> name, out bool isLink)
    {
        const int TypeOffset = 18, NameOffset = 19;
        byte* entry = ReadDir(folder);
        name = entry is null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
        isLink = entry is not null && entry[TypeOffset] == EntryIsLink;
        return entry is not null;
    }

    /// <summary>Whether this process may do something with a file. Not 0: the reason is the last system error.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="mode"><see cref="MayWrite"/>, <see cref="MayEnter"/>.</param>
    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "closedir")]
    internal static partial int CloseFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatXBytes(int folder, byte* path, int flags, uint mask, byte* status);

    /// <summary>Without the third argument of the variadic call, which is for files that are made.</summary>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenDir(byte* path);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial byte* ReadDir(nint folder);

    /// <summary>What a file is, and which.</summary>
    /// <param name="Type">Such as <see cref="TypeOfFile"/>.</param>
    /// <param name="Device">The file system.</param>
    /// <param name="Node">Its number there; 0 where the file system has none.</param>
    internal readonly record struct FileStatus(int Type, ulong Device, ulong Node);
}
