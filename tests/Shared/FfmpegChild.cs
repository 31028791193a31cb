using System.Diagnostics;
using System.Globalization;

namespace Linnet.Tests.Shared;

/// <summary>An ffmpeg that this process runs as an encoder. Linux only.</summary>
/// <param name="id">Its process id.</param>
internal sealed class FfmpegChild(int id)
{
    /// <summary>Whether it exists, at least as a zombie.</summary>
    internal bool Exists => Directory.Exists(Folder(id));

    /// <summary>Finds the encoder with a bit rate that no other test uses; <see langword="null"/>: there is none.</summary>
    internal static FfmpegChild? Find(int bitRate) => Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out int id) ? id : 0)
        .Where(id => id > 0 && IsOurs(id) && Text(id, "cmdline").Contains($"\0-b:a\0{bitRate}\0", StringComparison.Ordinal))
        .Select(static id => new FfmpegChild(id))
        .SingleOrDefault();

    /// <summary>Ends it without a chance to react.</summary>
    internal void Kill()
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    private static bool IsOurs(int id) => Text(id, "stat").Split(") ")[^1].Split(' ') is [_, var parent, ..]
        && parent == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private static string Text(int id, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder(id), file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It has exited, or belongs to another user.
        }
    }

    private static string Folder(int id) => string.Create(CultureInfo.InvariantCulture, $"/proc/{id}");
}
