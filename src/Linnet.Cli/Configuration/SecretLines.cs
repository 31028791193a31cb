using Linnet.Cli.Commands;

namespace Linnet.Cli.Configuration;

/// <summary>A file with secrets, one in each line.</summary>
/// <param name="Lines">The lines that are not empty.</param>
/// <param name="Mode">The mode of its file; <see langword="null"/>: this system has none.</param>
internal sealed record SecretLines(IReadOnlyList<string> Lines, UnixFileMode? Mode)
{
    // Hundreds of keys; a wrong file may be of any length.
    private const int MaxLength = 64 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It cannot be read, or is empty.</exception>
    public static SecretLines Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            UnixFileMode? mode = PushOptions.ModeOf(file);
            using var reader = new StreamReader(file);
            char[] start = new char[MaxLength];
            string[] lines = new string(start, 0, reader.ReadBlock(start))
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return lines.Length > 0 ? new SecretLines(lines, mode) : throw new UsageException($"The file '{path}' is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException(e is FileNotFoundException or DirectoryNotFoundException
                ? $"There is no file '{path}'." : $"The file '{path}' cannot be read: {e.Message}");
        }
    }
}
