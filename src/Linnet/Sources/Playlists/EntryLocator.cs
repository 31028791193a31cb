using System.Text;
using Linnet.Audio;
using Linnet.Sources.Files;
using Linnet.Wire.Http;
using Linnet.Wire.Playlists;

namespace Linnet.Sources.Playlists;

/// <summary>Finds what an entry of a playlist on disk names, as the many programs that write them spell it.</summary>
/// <remarks>
/// The spelling that is there counts, and the literal one first: so a name may hold <c>%20</c> or <c>#</c>. Nothing on a share
/// (<c>\\HOST\SHARE</c>) is looked for unless the playlist lies on it: whoever wrote the playlist would have this machine log in there.
/// </remarks>
/// <param name="folder">Where the playlist lies.</param>
/// <param name="share">The host of the share that it lies on, or <see langword="null"/>.</param>
/// <param name="encoding">The encoding of what is no UTF-8, or <see langword="null"/>.</param>
/// <param name="budget">How much is looked at in folders.</param>
internal sealed class EntryLocator(string folder, string? share, Encoding? encoding, FolderBudget? budget = null)
{
    private const string FileScheme = "file:";

    private readonly FolderBudget _budget = budget ?? new FolderBudget();

    // Of the folders in which sound was looked for: by its name without the extension, the first name in natural order.
    private readonly Dictionary<string, Dictionary<string, string>> _sounds = [];

    /// <summary>The path of what is there, else of what should be; <see langword="null"/>: it is an address on a network.</summary>
    /// <param name="location">As the playlist has it.</param>
    /// <param name="isThere">Whether it was found.</param>
    internal string? Find(string location, out bool isThere)
    {
        isThere = false;
        string? first = null;
        foreach (string spelled in Spellings(location).Distinct(StringComparer.Ordinal))
        {
            if (spelled.Length == 0 || spelled.Contains('\0', StringComparison.Ordinal) || !IsHere(spelled))
            {
                continue;
            }

            string path = Path.Combine(folder, spelled);
            first ??= path;
            if (DiskPath.IsFile(path) || DiskPath.IsFolder(path))
            {
                isThere = true;
                return path;
            }
        }

        return IsElsewhere(Unquoted(location)) ? null : first;
    }

    /// <summary>The same for a cue sheet, which goes on naming the WAV that has become a FLAC since.</summary>
    internal string? FindSound(string location, out bool isThere)
    {
        string? path = Find(location, out isThere);
        if (isThere || path is null)
        {
            return path;
        }

        string stem = Path.GetFileNameWithoutExtension(path);
        string? beside = Path.GetDirectoryName(path);
        if (beside is null || !DiskPath.IsFolder(beside))
        {
            return path;
        }

        isThere = SoundsIn(beside).TryGetValue(stem, out string? other);
        return isThere ? DiskPath.Join(beside, other!) : path;
    }

    /// <summary>The sound files of a folder, which is read once, however many tracks are looked for in it.</summary>
    private Dictionary<string, string> SoundsIn(string beside)
    {
        if (_sounds.TryGetValue(beside, out Dictionary<string, string>? sounds))
        {
            return sounds;
        }

        _sounds[beside] = sounds = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (string name in FolderEntries.Read(beside).Select(static entry => entry.Name).TakeWhile(_ => _budget.TryTake())
                .Where(FolderListing.IsSound))
            {
                string stem = Path.GetFileNameWithoutExtension(name);
                if (!sounds.TryGetValue(stem, out string? first) || NaturalOrder.Instance.Compare(name, first) < 0)
                {
                    sounds[stem] = name;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was read before that counts.
        }

        return sounds;
    }

    /// <summary>What it may mean, the likeliest first.</summary>
    private IEnumerable<string> Spellings(string location)
    {
        foreach (string spelled in Paths(location).SelectMany(Encodings))
        {
            yield return spelled;

            // Playlists made on Windows have its separators.
            if (!OperatingSystem.IsWindows() && spelled.Contains('\\', StringComparison.Ordinal))
            {
                yield return spelled.Replace('\\', '/');
            }
        }
    }

    /// <summary>As it is, and without one pair of quotes: of a line of very many nobody knows what it means.</summary>
    private IEnumerable<string> Paths(string location) =>
        Unquoted(location) is string unquoted && unquoted != location
            ? PathsAsWritten(location).Concat(PathsAsWritten(unquoted)) : PathsAsWritten(location);

    private IEnumerable<string> PathsAsWritten(string location)
    {
        if (location.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) && PathOf(location[FileScheme.Length..]) is string path)
        {
            // In a URL, # and ? begin what is no part of the path; but some write names as they are.
            yield return Decoded(path);
            yield return path;
            int end = path.AsSpan().IndexOfAny('#', '?');
            if (end > 0)
            {
                yield return Decoded(path[..end]);
            }
        }
        else if (!SourceAddress.IsUrl(location) && IsHere(location))
        {
            yield return location;
            yield return Decoded(location);
        }
    }

    /// <summary>The path of a URL of a file, of which <c>file:</c> is cut off; <see langword="null"/>: it is on another host.</summary>
    private string? PathOf(string rest)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            return WithoutSlashBeforeDrive(rest);
        }

        int end = rest.AsSpan(2).IndexOfAny('/', '\\');
        string host = end < 0 ? rest[2..] : rest[2..(end + 2)];
        string path = end < 0 ? "" : rest[(end + 2)..];
        return host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? WithoutSlashBeforeDrive(path)
            : host.Equals(share, StringComparison.OrdinalIgnoreCase) ? rest
            : null;
    }

    /// <summary><c>/C:/music</c> is <c>C:/music</c>.</summary>
    private static string WithoutSlashBeforeDrive(string path) =>
        OperatingSystem.IsWindows() && path.Length > 2 && path[0] == '/' && char.IsAsciiLetter(path[1]) && path[2] is ':' or '|'
            ? $"{path[1]}:{path[3..]}" : path;

    /// <summary>
    /// The bytes of a name may be those of the playlist, or the same characters in UTF-8, or, of a playlist in UTF-8, in the old encoding.
    /// </summary>
    private IEnumerable<string> Encodings(string path)
    {
        yield return path;
        if (ByteText.HasBytes(path))
        {
            yield return ByteText.ToText(path, encoding);
            yield return ByteText.Shown(path);
        }
        else if (OperatingSystem.IsLinux() && !Ascii.IsValid(path) && Windows1252.TryEncode(path, out byte[] bytes))
        {
            yield return ByteText.Decode(bytes);
        }
    }

    private static string Unquoted(string text) => text.Length > 2 && text[0] is '"' or '\'' && text[^1] == text[0] ? text[1..^1] : text;

    /// <summary>Whether it names something on a network, by an address or on the share of another host.</summary>
    private bool IsElsewhere(string location) =>
        location.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase)
            ? PathOf(location[FileScheme.Length..]) is not string path || !IsHere(path) || !IsHere(Decoded(path))
            : SourceAddress.IsUrl(location) || !IsHere(location);

    private static string Decoded(string path)
    {
        PercentEncoding.TryDecode(path, plusIsSpace: false, out byte[] bytes, isLenient: true);
        return ByteText.Decode(bytes);
    }

    private bool IsHere(string path) =>
        SourceAddress.HostOfShare(path) is not string host || host.Equals(share, StringComparison.OrdinalIgnoreCase);
}
