using System.ComponentModel;
using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Sources.Playlists;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Sources.Files;

/// <summary>
/// Opens and inspects paths whose names may not be UTF-8 (<see cref="ByteText"/>), which .NET does not support. Linux only; other systems
/// have no such names.
/// </summary>
internal static class DiskPath
{
    private const char Unreadable = '\uFFFD';

    /// <summary>Whether the path is a folder. Follows links.</summary>
    internal static bool IsFolder(string path) =>
        ByteText.HasBytes(path) ? Status(path) is { Type: LibC.TypeOfFolder } : Directory.Exists(path);

    /// <summary>Whether the path exists and is not a folder. Follows links.</summary>
    internal static bool IsFile(string path) =>
        ByteText.HasBytes(path) ? Status(path) is { Type: not LibC.TypeOfFolder } : File.Exists(path);

    /// <summary>
    /// Type, device and inode, following links; <see langword="null"/> if nothing is there, or the system does not support the call.
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
            // This C library has no statx.
            return null;
        }
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="IOException">The file cannot be opened; the message is a sentence for the user.</exception>
    internal static SafeFileHandle OpenRead(string path)
    {
        if (!ByteText.HasBytes(path))
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new IOException($"{ByteText.Shown(path)} {Reason(LibC.NoSuchFile)}.");
        }

        // Pipes and devices are not opened: that could block or have side effects.
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
    /// Replaces names that .NET decoded wrongly, such as those on the command line, by the real names on disk. Returns the path unchanged
    /// if no name matches, or several do.
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

    /// <summary>Joins a folder and a name.</summary>
    internal static string Join(string folder, string name) => folder.EndsWith('/') ? folder + name : Path.Join(folder, name);

    /// <summary>Why a call failed; the end of a sentence.</summary>
    internal static string Reason(int error) => error switch
    {
        LibC.NoSuchFile => "does not exist",
        LibC.NoAccess or LibC.NotPermitted => "cannot be read: permission denied",
        _ => $"cannot be read: {new Win32Exception(error).Message}",
    };

    /// <summary>The bytes of a path, with a terminating zero.</summary>
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
