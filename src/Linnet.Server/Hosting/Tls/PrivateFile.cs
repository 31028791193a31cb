using System.Text;

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

            File.Move(part, path, overwrites);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
