using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Sources.Files;

namespace Linnet.Sources.Playlists;

/// <summary>One entry of a folder.</summary>
/// <param name="Name">The name, which may not be UTF-8 (<see cref="ByteText"/>).</param>
/// <param name="IsLink">Whether the entry is a link.</param>
internal readonly record struct FolderEntry(string Name, bool IsLink);

/// <summary>Reads the names in a folder; on Linux as bytes, so that no name is lost.</summary>
internal static class FolderEntries
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>The entries, in any order.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the folder is denied.</exception>
    internal static IEnumerable<FolderEntry> Read(string folder) => LibC.CanListFolders ? ReadBytes(folder) : ReadNames(folder);

    /// <summary>The entries as .NET reads them.</summary>
    internal static IEnumerable<FolderEntry> ReadNames(string folder) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything)
            .Select(static entry => new FolderEntry(entry.Name, (entry.Attributes & FileAttributes.ReparsePoint) != 0));

    private static IEnumerable<FolderEntry> ReadBytes(string folder)
    {
        nint opened = LibC.OpenFolder(DiskPath.BytesOf(folder));
        ThrowIf(opened == 0, folder);
        try
        {
            while (TryRead(opened, folder, out FolderEntry entry))
            {
                if (entry.Name is not ("." or ".."))
                {
                    yield return entry;
                }
            }
        }
        finally
        {
            _ = LibC.CloseFolder(opened);
        }
    }

    private static bool TryRead(nint opened, string folder, out FolderEntry entry)
    {
        bool isRead = LibC.TryReadEntry(opened, out ReadOnlySpan<byte> name, out bool isLink);
        ThrowIf(!isRead && Marshal.GetLastPInvokeError() != 0, folder);
        entry = isRead ? new FolderEntry(ByteText.Decode(name), isLink) : default;
        return isRead;
    }

    private static void ThrowIf(bool hasFailed, string folder)
    {
        if (!hasFailed)
        {
            return;
        }

        int error = Marshal.GetLastPInvokeError();
        string message = $"{ByteText.Shown(folder)} {DiskPath.Reason(error)}.";
        throw error is LibC.NoAccess or LibC.NotPermitted ? new UnauthorizedAccessException(message) : new IOException(message);
    }
}
