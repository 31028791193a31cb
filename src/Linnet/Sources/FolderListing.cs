using System.Collections.Frozen;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>Lists the sound files of a folder and of all folders within.</summary>
internal static class FolderListing
{
    /// <summary>How many folders deep it goes.</summary>
    internal const int MaxDepth = 16;

    /// <summary>The most files and folders it looks at.</summary>
    internal const int MaxEntries = 100_000;

    /// <summary>What a sound file's name ends in: first what libsndfile reads, then what ffmpeg reads.</summary>
    private static readonly FrozenSet<string> Extensions = new[]
    {
        "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "au", "snd", "caf", "flac", "ogg", "oga", "opus", "mp3", "mp2",
        "m4a", "m4b", "m4r", "aac", "wma", "ape", "wv", "tta", "tak", "mpc", "mka", "weba", "ac3", "eac3", "dts", "amr", "dsf", "ra",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>The sound files below <paramref name="folder"/> in natural order; hidden ones and those linked to twice are left out.</summary>
    /// <exception cref="IOException">The folder cannot be read, or there is no sound file in it.</exception>
    internal static IReadOnlyList<PlaylistEntry> List(string folder, ILogger logger)
    {
        string root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
        {
            throw new IOException($"{folder} is not a folder.");
        }

        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int budget = MaxEntries;
        Walk(new DirectoryInfo(root), depth: 0);
        if (budget < 0)
        {
            logger.FolderTooLarge(folder, MaxEntries);
        }

        if (found.Count == 0)
        {
            throw new IOException($"There is no sound file in {folder}.");
        }

        found.Sort(NaturalOrder.Instance);
        return [.. found.Select(path => new PlaylistEntry(path))];

        void Walk(DirectoryInfo directory, int depth)
        {
            try
            {
                // A link to a folder that was seen already, or that holds this one, would go round in circles.
                if (!seen.Add(directory.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory.FullName))
                {
                    return;
                }

                foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos("*", Everything))
                {
                    if (--budget < 0)
                    {
                        return;
                    }

                    if (entry.Name.StartsWith('.'))
                    {
                        continue;
                    }

                    if (entry is DirectoryInfo inner && depth < MaxDepth)
                    {
                        Walk(inner, depth + 1);
                    }
                    else if (entry is FileInfo && IsSound(entry.Name))
                    {
                        found.Add(entry.FullName);
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && depth > 0)
            {
                logger.FolderLeftOut(directory.FullName, e.Message);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new IOException($"{folder} cannot be read: permission denied.", e);
            }
        }
    }

    private static bool IsSound(string name) =>
        Path.GetExtension(name) is { Length: > 1 } extension && Extensions.Contains(extension[1..]);
}
