using System.Collections.Frozen;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Sources.Files;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Lists the sound files of a folder and of all folders within, each once, whatever links lead to it.</summary>
/// <remarks>What is no link comes first: so a file is listed where it lies, and only what links alone lead to is listed by those.</remarks>
internal static class FolderListing
{
    /// <summary>How many folders deep it goes.</summary>
    internal const int MaxDepth = 16;

    /// <summary>What a sound file's name ends in: first what libsndfile reads, then what ffmpeg reads.</summary>
    private static readonly FrozenSet<string> Extensions = new[]
    {
        "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "au", "snd", "caf", "flac", "ogg", "oga", "opus", "mp3", "mp2",
        "m4a", "m4b", "m4r", "aac", "wma", "ape", "wv", "tta", "tak", "mpc", "mka", "weba", "ac3", "eac3", "dts", "amr", "dsf", "ra",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The sound files below <paramref name="folder"/> in natural order; hidden ones are left out.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="logger">Told of what is left out.</param>
    /// <param name="budget">How much is looked at, where other folders are of the same list.</param>
    /// <exception cref="IOException">The folder cannot be read, or there is no sound file in it.</exception>
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
            ? throw new IOException($"There is no sound file in {ByteText.Shown(folder)}.")
            : [.. found.Select(path => new PlaylistEntry(path))];
    }

    /// <summary>Whether a sound file may have this name.</summary>
    internal static bool IsSound(string name) =>
        Path.GetExtension(name) is { Length: > 1 } extension && Extensions.Contains(extension[1..]);

    /// <summary>One walk, level by level: a folder to which several ways lead is entered by the shortest.</summary>
    private sealed class FolderWalk(string name, string root, ILogger logger, FolderBudget budget)
    {
        // With the depth at which each was entered.
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
        /// Takes the files of a folder, and gives the folders in it. Links wait until all that are none have been entered.
        /// </summary>
        private IEnumerable<(string Path, bool IsLink)> Enter(string folder, int depth, bool byLink)
        {
            var inner = new List<(string Path, bool IsLink)>();
            FileIdentity identity = FileIdentity.Of(folder);

            // Again by a shorter way, if the longer one was too long for what is below.
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
                // What is not there is told when its turn comes; pipes and devices are no files.
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
