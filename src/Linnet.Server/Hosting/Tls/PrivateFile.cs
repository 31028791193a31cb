using System.Text;
using Linnet.Native;

namespace Linnet.Server.Hosting.Tls;

/// <summary>Writes files that only their owner can read, and judges those that are there.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whether other users can read or change a file with a key. Always <see langword="false"/> on Windows.</summary>
    internal static bool IsOpen(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(Mode | UnixFileMode.UserExecute)) != 0;

    /// <summary>Whether other users can put files into a folder. Always <see langword="false"/> on Windows.</summary>
    internal static bool IsFolderOpen(string path) =>
        !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;

    /// <summary>Writes a file whole, or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its text.</param>
    /// <param name="overwrites">Whether it may be there already.</param>
    /// <exception cref="IOException">It cannot be written, or it is there already.</exception>
    internal static void Write(string path, string text, bool overwrites)
    {
        string part = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = Mode;
            }

            using (var file = new FileStream(part, options))
            {
                file.Write(Encoding.ASCII.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            // On Unix, to move without overwriting is to look and then to rename: of two programs both could. A folder without hard links
            // has no better way.
            if (overwrites || OperatingSystem.IsWindows() || LibC.Link(part, path) != 0)
            {
                File.Move(part, path, overwrites);
            }
            else
            {
                File.Delete(part);
            }
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
