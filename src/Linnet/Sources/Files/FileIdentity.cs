using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>
/// Which file or folder it is, whatever it is called and whatever links lead to it: device and inode, or its path without links where there
/// are none.
/// </summary>
/// <param name="Device">The file system, or 0.</param>
/// <param name="Node">Its number there, or 0.</param>
/// <param name="Path">The path without links, or <see langword="null"/>.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Node, string? Path = null)
{
    /// <summary>Links within links. More are a circle: Linux follows 40.</summary>
    private const int MaxLinks = 40;

    /// <summary>The identity of what is there.</summary>
    internal static FileIdentity Of(string path, LibC.FileStatus? status = null) =>
        (status ?? DiskPath.Status(path)) is { Node: not 0 } known
            ? new FileIdentity(known.Device, known.Node) : new FileIdentity(0, 0, Canonical(path));

    /// <summary>The full path, without links, and in capital letters where those do not matter.</summary>
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
