using Linnet.Audio;
using Linnet.Sources.Files;
using Linnet.Wire;
using Linnet.Wire.Playlists;
using Microsoft.Extensions.Logging;

namespace Linnet.Sources.Playlists;

/// <summary>Reads a local playlist, with the playlists and folders that it names, and finds its files.</summary>
/// <param name="logger">Logs what is skipped.</param>
/// <param name="budget">Limits how many folder entries are read.</param>
internal sealed class PlaylistFile(ILogger logger, FolderBudget budget)
{
    /// <summary>Maximum nesting of playlists.</summary>
    internal const int MaxDepth = 8;

    /// <summary>Maximum number of playlists and folders read for one list; one that is named twice counts twice.</summary>
    internal const int MaxLists = 1000;

    /// <summary>Maximum number of files in total.</summary>
    internal const int MaxEntries = 100_000;

    /// <summary>Maximum bytes read in total: a few playlists may name each other many times.</summary>
    private const long MaxBytes = 64 << 20;

    private readonly List<PlaylistEntry> _entries = [];

    // The contents of the folders listed so far; empty if listing failed, which is logged.
    private readonly Dictionary<FileIdentity, IReadOnlyList<PlaylistEntry>> _folders = [];

    // The playlists being read, outermost first.
    private readonly List<FileIdentity> _within = [];
    private string _firstAddress = "";
    private int _addresses;
    private int _lists;
    private long _bytes;
    private bool _isFull;
    private bool _isBudgetSpent;

    /// <summary>The kind of playlist according to the file name, or <see langword="null"/>.</summary>
    internal static PlaylistKind? KindOf(string path) => PlaylistText.KindOf(Path.GetExtension(path));

    /// <summary>The files that a playlist names, whether they exist or not.</summary>
    /// <exception cref="IOException">The file cannot be read, is not a playlist, or names no files; the message is a sentence for the
    /// user.</exception>
    internal static IReadOnlyList<PlaylistEntry> List(string path, PlaylistKind kind, ILogger logger, FolderBudget? budget = null)
    {
        var file = new PlaylistFile(logger, budget ?? new FolderBudget());
        file.Read(path, kind);
        string shown = ByteText.Shown(path);
        if (file._entries.Count == 0)
        {
            throw new IOException(file._addresses == 0
                ? $"{shown} names no files."
                : $"{shown} names only network addresses, such as {file._firstAddress}; Linnet plays playlists of local files.");
        }

        if (file._addresses > 0)
        {
            logger.AddressesSkipped(shown, file._addresses, file._firstAddress);
        }

        if (file._isFull)
        {
            logger.PlaylistTooLarge(shown, MaxLists, MaxEntries);
        }

        return file._entries;
    }

    private void Read(string path, PlaylistKind kind)
    {
        string full = Path.GetFullPath(path);
        string? share = SourceAddress.HostOfShare(full);
        byte[] bytes = ReadBytes(path);
        _isFull |= (_bytes += bytes.Length) > MaxBytes;
        if (!PlaylistText.TryParse(bytes, kind, encoding: null, out PlaylistText playlist, out string problem))
        {
            throw new IOException($"{ByteText.Shown(path)} {problem}.");
        }

        var locator = new EntryLocator(Path.GetDirectoryName(full) ?? "", share, playlist.Encoding, budget);
        _within.Add(FileIdentity.Of(full));
        for (int i = 0, next; i < playlist.Items.Count && !_isFull; i = next)
        {
            for (next = i + 1; next < playlist.Items.Count && playlist.Items[next].IsAlternative; next++)
            {
            }

            Add(playlist.Items.Skip(i).Take(next - i), locator, full);
        }

        _within.RemoveAt(_within.Count - 1);
    }

    /// <summary>Adds an entry: the first of its possible places that exists.</summary>
    private void Add(IEnumerable<PlaylistItem> places, EntryLocator locator, string playlist)
    {
        PlaylistEntry? missing = null;
        string? address = null;
        foreach (PlaylistItem item in places)
        {
            bool isThere;
            string? path = item.Part is null ? locator.Find(item.Location, out isThere) : locator.FindSound(item.Location, out isThere);
            if (isThere && (DiskPath.IsFolder(path!) || KindOf(path!) is not null))
            {
                AddList(path!, playlist);
                return;
            }

            PlaylistEntry? entry = path is null ? null : new PlaylistEntry(path, item.Title) { Part = item.Part };
            if (isThere)
            {
                AddFile(entry!);
                return;
            }

            if (!item.IsDoubtful)
            {
                missing ??= entry;
                address ??= path is null ? item.Location : null;
            }
        }

        if (missing is not null)
        {
            // It may exist when its turn comes; otherwise it is skipped and logged.
            AddFile(missing);
        }
        else if (address is not null)
        {
            _firstAddress = _addresses++ == 0 ? ShownAddress.Of(TagText.Clean(ByteText.ToText(address)) ?? "") : _firstAddress;
        }
    }

    private void AddFile(PlaylistEntry entry)
    {
        _isFull |= _entries.Count >= MaxEntries;
        if (!_isFull)
        {
            _entries.Add(entry);
        }
    }

    /// <summary>Adds the contents of a folder or a playlist. A failure does not affect other entries.</summary>
    private void AddList(string path, string playlist)
    {
        string? problem = null;
        try
        {
            if (_lists++ >= MaxLists)
            {
                _isFull = true;
            }
            else if (DiskPath.IsFolder(path))
            {
                IReadOnlyList<PlaylistEntry> files = ListFolder(path);
                _isFull |= _entries.Count + files.Count > MaxEntries;
                _entries.AddRange(files.Take(MaxEntries - _entries.Count));
            }
            else if (_within.Contains(FileIdentity.Of(path)))
            {
                problem = $"{ByteText.Shown(path)} names itself.";
            }
            else if (_within.Count >= MaxDepth)
            {
                problem = $"{ByteText.Shown(path)} is nested in {MaxDepth} other playlists.";
            }
            else
            {
                int depth = _within.Count;
                try
                {
                    Read(path, KindOf(path)!.Value);
                }
                finally
                {
                    _within.RemoveRange(depth, _within.Count - depth);
                }
            }
        }
        catch (IOException e)
        {
            problem = e.Message;
        }

        if (problem is not null)
        {
            logger.ListLeftOut(ByteText.Shown(playlist), problem);
        }
    }

    /// <summary>The files of a folder, which is read only once, however often it is named.</summary>
    private IReadOnlyList<PlaylistEntry> ListFolder(string path)
    {
        FileIdentity identity = FileIdentity.Of(path);
        if (!_folders.TryGetValue(identity, out IReadOnlyList<PlaylistEntry>? files))
        {
            _folders[identity] = [];
            if (budget.IsSpent)
            {
                string? problem =
                    _isBudgetSpent
                        ? null : $"{ByteText.Shown(path)} and the folders after it were not read: those before it hold "
                            + $"{FolderBudget.MaxEntries} files and folders.";
                _isBudgetSpent = true;
                return problem is null ? [] : throw new IOException(problem);
            }

            _folders[identity] = files = FolderListing.List(path, logger, budget);
        }

        return files;
    }

    /// <summary>Reads one byte more than allowed, so that a file that is too long is detected.</summary>
    private static byte[] ReadBytes(string path)
    {
        if (!ByteText.HasBytes(path))
        {
            SourceFile.ThrowIfUnreadable(path);
        }

        using var file = new FileStream(DiskPath.OpenRead(path), FileAccess.Read, bufferSize: 0);
        var bytes = new byte[Math.Min(file.Length, PlaylistText.MaxLength + 1)];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }
}
