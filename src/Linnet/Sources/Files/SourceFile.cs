using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>Checks that do not need to decode an audio file, with sentences for the user.</summary>
internal static class SourceFile
{
    /// <summary>The title of a file without tags.</summary>
    internal static string TitleOf(string path) => TagText.Clean(ByteText.Shown(Path.GetFileNameWithoutExtension(path))) ?? "untitled";

    /// <summary>The whole name of a file, for display: what follows the dot of a pipe's name is no audio format.</summary>
    internal static string NameOf(string path) => TagText.Clean(ByteText.Shown(Path.GetFileName(path))) ?? "untitled";

    /// <summary>Returns if <paramref name="path"/> is a readable regular file that is not empty.</summary>
    /// <exception cref="IOException">It is not; the message says why.</exception>
    internal static void ThrowIfUnreadable(string path)
    {
        if (path.Contains('\0'))
        {
            throw new IOException("A file name cannot contain a zero character.");
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder.");
        }

        try
        {
            // Opening a pipe or a device could block or have side effects, so they are detected first, behind links too.
            if (IsOther(path))
            {
                throw new IOException($"{path} is empty, or not a regular file.");
            }

            using (File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete))
            {
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"{path} does not exist.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path} cannot be read: permission denied.", e);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or PathTooLongException)
        {
            throw new IOException($"{path} is not a valid file name: {e.Message}", e);
        }
    }

    /// <summary>
    /// Whether the path exists and is empty or not a regular file. Where the system does not tell: anything but a regular file has no
    /// length.
    /// </summary>
    private static bool IsOther(string path)
    {
        LibC.FileStatus? status = DiskPath.Status(path);
        FileSystemInfo file = new FileInfo(path);
        file = status is null ? file.ResolveLinkTarget(returnFinalTarget: true) ?? file : file;
        return status is { Type: not LibC.TypeOfFile } || file is FileInfo { Exists: true, Length: 0 };
    }

    /// <summary>Returns if Linnet carries this format.</summary>
    /// <exception cref="IOException">It does not; the message gives the limits.</exception>
    internal static void ThrowIfNotCarried(string path, int sampleRate, int channels)
    {
        if (channels is < 1 or > AudioFormat.MaxChannels)
        {
            throw new IOException($"{path} has {channels} channels; Linnet carries 1 to {AudioFormat.MaxChannels}.");
        }

        if (!new AudioFormat(sampleRate, channels).IsValid)
        {
            throw new IOException(
                $"{path} has a sample rate of {sampleRate} Hz; Linnet carries "
                    + $"{AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate} Hz.");
        }
    }
}
