using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>
/// Identifies a file or folder, whatever its name and the links to it: device and inode, or the path without links where those do not
/// exist.
/// </summary>
/// <param name="Device">Number of the file system, or 0.</param>
/// <param name="Node">Inode number, or 0.</param>
/// <param name="Path">The path without links, or <see langword="null"/>.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Node, string? Path = null)
{
    /// <summary>Maximum number of nested links. More are a loop: Linux follows 40.</summary>
    private const int MaxLinks = 40;

    /// <summary>The identity of the file or folder at a path.</summary>
    internal static FileIdentity Of(string path, LibC.FileStatus? status = null) =>
        (status ?? DiskPath.Status(path)) is { Node: not 0 } known
            ? new FileIdentity(known.Device, known.Node) : new FileIdentity(0, 0, Canonical(path));

    /// <summary>The full path without links; in upper case if the system ignores case.</summary>
    internal static string Canonical(string path)
    {
        int links = 0;
        string canonical = Follow(System.IO.Path.GetFullPath(path), ref links);
        return OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? canonical.ToUpperInvariant() : canonical;
    }

    private static string Follow(string path, ref int links)
    {
        string root = System.IO.Path.GetPathRoot(path) ?? "";
        string done = root;
        foreach (string name in path[root.Length..].Split(
            [System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            string next = System.IO.Path.Combine(done, name);
            string? target = links < MaxLinks ? TargetOf(next) : null;
            if (target is not null)
            {
                links++;
                next = Follow(System.IO.Path.GetFullPath(target, done), ref links);
            }

            done = next;
        }

        return done;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return ByteText.HasBytes(path) ? null : new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
