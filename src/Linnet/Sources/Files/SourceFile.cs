using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>What can be said about a sound file without understanding it, in sentences for the user.</summary>
internal static class SourceFile
{
    /// <summary>What to call the sound of a file without tags.</summary>
    internal static string TitleOf(string path) => TagText.Clean(ByteText.Shown(Path.GetFileNameWithoutExtension(path))) ?? "untitled";

    /// <summary>Returns if <paramref name="path"/> is a regular file that may be read and is not empty.</summary>
    /// <exception cref="IOException">It is not; the message says what it is.</exception>
    internal static void ThrowIfUnreadable(string path)
    {
        if (path.Contains('\0'))
        {
            throw new IOException("The name of a sound file cannot hold a zero character.");
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder.");
        }

        try
        {
            // Pipes and devices could block when they are opened, or do something: they are told apart before, behind links too.
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
            throw new IOException($"{path} is not a file name: {e.Message}", e);
        }
    }

    /// <summary>
    /// Whether it is there, and is empty or no regular file. Where the system does not say which: what is none has no length.
    /// </summary>
    private static bool IsOther(string path)
    {
        LibC.FileStatus? status = DiskPath.Status(path);
        FileSystemInfo file = new FileInfo(path);
        file = status is null ? file.ResolveLinkTarget(returnFinalTarget: true) ?? file : file;
        return status is { Type: not LibC.TypeOfFile } || file is FileInfo { Exists: true, Length: 0 };
    }

    /// <summary>Returns if Linnet carries sound of this shape.</summary>
    /// <exception cref="IOException">It does not; the message says what the limits are.</exception>
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
