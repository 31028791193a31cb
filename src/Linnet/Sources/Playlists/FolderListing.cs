using System.Collections.Frozen;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Sources.Files;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Lists the sound files of a folder and its subfolders, each once, even if several links lead to it.</summary>
/// <remarks>Real entries come before links: a file is listed at its own place, and by a link only if it is reached by links
/// alone.</remarks>
internal static class FolderListing
{
    /// <summary>Maximum depth of folders.</summary>
    internal const int MaxDepth = 16;

    /// <summary>Extensions of sound files: first those that libsndfile reads, then those that ffmpeg reads.</summary>
    private static readonly FrozenSet<string> Extensions = new[]
    {
        "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "au", "snd", "caf", "flac", "ogg", "oga", "opus", "mp3", "mp2",
        "m4a", "m4b", "m4r", "aac", "wma", "ape", "wv", "tta", "tak", "mpc", "mka", "weba", "ac3", "eac3", "dts", "amr", "dsf", "ra",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lists the sound files below <paramref name="folder"/> in natural order; hidden ones are skipped.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="logger">Logs what is skipped.</param>
    /// <param name="budget">Limits how many entries are read, if the list has other folders, too.</param>
    /// <exception cref="IOException">The folder cannot be read, or has no sound file.</exception>
    internal static IReadOnlyList<PlaylistEntry> List(string folder, ILogger logger, FolderBudget? budget = null)
    {
        string root = Path.GetFullPath(folder);
        if (!DiskPath.IsFolder(root))
        {
            throw new IOException($"{ByteText.Shown(folder)} is not a folder.");
        }

        var walk = new FolderWalk(folder, root, logger, budget ?? new FolderBudget());
        walk.Run();
        List<string> found = walk.Found();
        return found.Count == 0
            ? throw new IOException($"There is no audio file in {ByteText.Shown(folder)}.")
            : [.. found.Select(path => new PlaylistEntry(path))];
    }

    /// <summary>Whether the name has the extension of a sound file.</summary>
    internal static bool IsSound(string name) =>
        Path.GetExtension(name) is { Length: > 1 } extension && Extensions.Contains(extension[1..]);

    /// <summary>A breadth-first walk: a folder that can be reached in several ways is entered by the shortest.</summary>
    private sealed class FolderWalk(string name, string root, ILogger logger, FolderBudget budget)
    {
        // The depth at which each folder was entered.
        private readonly Dictionary<FileIdentity, int> _entered = [];
        private readonly List<(string Path, FileIdentity Identity, bool ByLink)> _files = [];
        private readonly List<(string Path, int Depth)> _links = [];
        private readonly List<string> _tooDeep = [];

        internal void Run()
        {
            Walk([(root, 0)], byLink: false);
            Walk(_links.OrderBy(static link => link.Path, NaturalOrder.Instance), byLink: true);
            if (budget.IsSpent)
            {
                logger.FolderTooLarge(ByteText.Shown(name), FolderBudget.MaxEntries);
            }

            string[] left = [.. _tooDeep.Where(path => !_entered.ContainsKey(FileIdentity.Of(path)))];
            if (left.Length > 0)
            {
                logger.FoldersTooDeep(ByteText.Shown(name), left.Length, MaxDepth, ByteText.Shown(left[0]));
            }
        }

        /// <summary>Each file once, in natural order.</summary>
        internal List<string> Found()
        {
            var seen = new HashSet<FileIdentity>();
            var found = new List<string>();
            foreach ((string path, FileIdentity identity, _) in _files.OrderBy(static file => file.ByLink)
                .ThenBy(static file => file.Path, NaturalOrder.Instance))
            {
                if (seen.Add(identity))
                {
                    found.Add(path);
                }
            }

            found.Sort(NaturalOrder.Instance);
            return found;
        }

        private void Walk(IEnumerable<(string Path, int Depth)> start, bool byLink)
        {
            var queue = new PriorityQueue<string, (int Depth, bool IsLink, int Order)>();
            int order = 0;
            foreach ((string path, int depth) in start)
            {
                queue.Enqueue(path, (depth, byLink, order++));
            }

            while (queue.TryDequeue(out string? folder, out (int Depth, bool IsLink, int Order) at))
            {
                foreach ((string inner, bool isLink) in Enter(folder, at.Depth, byLink))
                {
                    queue.Enqueue(inner, (at.Depth + 1, isLink, order++));
                }
            }
        }

        /// <summary>
        /// Takes the files of a folder, and returns its subfolders. Links wait until all real folders have been entered.
        /// </summary>
        private IEnumerable<(string Path, bool IsLink)> Enter(string folder, int depth, bool byLink)
        {
            var inner = new List<(string Path, bool IsLink)>();
            FileIdentity identity = FileIdentity.Of(folder);

            // Enter a folder again by a shorter path if the longer one was too deep for its subfolders.
            if (budget.IsSpent || (_entered.TryGetValue(identity, out int before) && (depth >= before || _tooDeep.Count == 0)))
            {
                return inner;
            }

            _entered[identity] = depth;

            try
            {
                foreach (FolderEntry entry in FolderEntries.Read(folder))
                {
                    if (!budget.TryTake())
                    {
                        break;
                    }

                    if (!entry.Name.StartsWith('.'))
                    {
                        Take(DiskPath.Join(folder, entry.Name), entry, depth, byLink, inner);
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && depth > 0)
            {
                logger.FolderLeftOut(ByteText.Shown(folder), e.Message);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new IOException($"{ByteText.Shown(name)} cannot be read: permission denied.", e);
            }

            return inner.OrderBy(static folder => folder.Path, NaturalOrder.Instance);
        }

        private void Take(string path, FolderEntry entry, int depth, bool byLink, List<(string Path, bool IsLink)> inner)
        {
            LibC.FileStatus? status = DiskPath.Status(path);
            if (!(status is { } known ? known.Type == LibC.TypeOfFolder : Directory.Exists(path)))
            {
                // A missing file is reported when its turn comes; pipes and devices are skipped.
                if (IsSound(entry.Name) && status is null or { Type: LibC.TypeOfFile })
                {
                    _files.Add((path, FileIdentity.Of(path, status), byLink || entry.IsLink));
                }
            }
            else if (depth == MaxDepth)
            {
                _tooDeep.Add(path);
            }
            else if (entry.IsLink && !byLink)
            {
                _links.Add((path, depth + 1));
            }
            else
            {
                inner.Add((path, entry.IsLink));
            }
        }
    }
}
