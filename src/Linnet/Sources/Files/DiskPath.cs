using System.ComponentModel;
using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Sources.Playlists;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Sources.Files;

/// <summary>
/// What is at a path whose names may be no UTF-8 (<see cref="ByteText"/>), which .NET cannot ask for. Linux only; elsewhere there are no
/// such names.
/// </summary>
internal static class DiskPath
{
    private const char Unreadable = '\uFFFD';

    /// <summary>Whether there is a folder, perhaps behind links.</summary>
    internal static bool IsFolder(string path) =>
        ByteText.HasBytes(path) ? Status(path) is { Type: LibC.TypeOfFolder } : Directory.Exists(path);

    /// <summary>Whether there is anything that is no folder, perhaps behind links.</summary>
    internal static bool IsFile(string path) =>
        ByteText.HasBytes(path) ? Status(path) is { Type: not LibC.TypeOfFolder } : File.Exists(path);

    /// <summary>
    /// Type, device and inode, links followed; <see langword="null"/> where there is nothing, or the system is not asked for it.
    /// </summary>
    internal static LibC.FileStatus? Status(string path)
    {
        try
        {
            return OperatingSystem.IsLinux() && !path.Contains('\0', StringComparison.Ordinal)
                && LibC.TryGetStatus(BytesOf(path), out LibC.FileStatus status)
                ? status
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without statx.
            return null;
        }
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="IOException">It cannot be; the message is a sentence for the user.</exception>
    internal static SafeFileHandle OpenRead(string path)
    {
        if (!ByteText.HasBytes(path))
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }

        // A pipe or a device is not opened: that could wait, or do something.
        if (Status(path) is { Type: not LibC.TypeOfFile })
        {
            throw new IOException($"{ByteText.Shown(path)} is not a regular file.");
        }

        int descriptor = LibC.OpenToRead(BytesOf(path), LibC.OpenCloseOnExec | LibC.OpenNonBlock);
        return descriptor < 0
            ? throw new IOException($"{ByteText.Shown(path)} {Reason(Marshal.GetLastPInvokeError())}.")
            : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// A path in which names that .NET could not read, such as those of the command line, are what is there; as it is where nothing fits,
    /// or more than one thing.
    /// </summary>
    internal static string Resolve(string path)
    {
        if (!LibC.CanListFolders || !path.Contains(Unreadable, StringComparison.Ordinal) || Path.Exists(path))
        {
            return path;
        }

        string full = Path.GetFullPath(path);
        string found = "/";
        foreach (string name in full.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string? real = name.Contains(Unreadable, StringComparison.Ordinal) ? Match(found, name) : name;
            if (real is null)
            {
                return path;
            }

            found = Join(found, real);
        }

        return found;
    }

    /// <summary>A path within a folder.</summary>
    internal static string Join(string folder, string name) => folder.EndsWith('/') ? folder + name : Path.Join(folder, name);

    /// <summary>Why a call failed, for the end of a sentence.</summary>
    internal static string Reason(int error) => error switch
    {
        LibC.NoSuchFile => "does not exist",
        LibC.NoAccess or LibC.NotPermitted => "cannot be read: permission denied",
        _ => $"cannot be read: {new Win32Exception(error).Message}",
    };

    /// <summary>The bytes of a path, and a zero.</summary>
    internal static byte[] BytesOf(string path) => [.. ByteText.Encode(path), 0];

    private static string? Match(string folder, string name)
    {
        try
        {
            string[] matches =
            [
                .. FolderEntries.Read(folder).Select(static entry => entry.Name).Where(ByteTextHasBytes)
                    .Where(real => AsDotNetReads(real) == name).Take(2),
            ];
            return matches.Length == 1 ? matches[0] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static bool ByteTextHasBytes(string real) => ByteText.HasBytes(real);
        static string AsDotNetReads(string real) => System.Text.Encoding.UTF8.GetString(ByteText.Encode(real));
    }
}
