using System.Text;
using Linnet.Audio;
using Linnet.Sources.Files;
using Linnet.Wire.Http;
using Linnet.Wire.Playlists;

namespace Linnet.Sources.Playlists;

/// <summary>Finds the file that an entry of a local playlist names, in the various spellings that programs write.</summary>
/// <remarks>
/// The first spelling that exists wins, and the literal one comes first: so a name may contain <c>%20</c> or <c>#</c>. Nothing is looked up
/// on a share (<c>\\HOST\SHARE</c>) unless the playlist is on it: otherwise a playlist could make this machine log in there.
/// </remarks>
/// <param name="folder">Folder of the playlist.</param>
/// <param name="share">Host of the share that the playlist is on, or <see langword="null"/>.</param>
/// <param name="encoding">Encoding of names that are not UTF-8, or <see langword="null"/>.</param>
/// <param name="budget">Limits how many folder entries are read.</param>
internal sealed class EntryLocator(string folder, string? share, Encoding? encoding, FolderBudget? budget = null)
{
    private const string FileScheme = "file:";

    private readonly FolderBudget _budget = budget ?? new FolderBudget();

    // For each folder already searched for sound: file name without extension to the first such name in natural order.
    private readonly Dictionary<string, Dictionary<string, string>> _sounds = [];

    /// <summary>The path of the existing file, or the path it should have; <see langword="null"/> for a network address.</summary>
    /// <param name="location">The entry as the playlist spells it.</param>
    /// <param name="isThere">Whether the file exists.</param>
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

    /// <summary>The same for a cue sheet, which may still name a WAV that has been converted to FLAC.</summary>
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

    /// <summary>The sound files of a folder. A folder is read once, however many tracks are looked up in it.</summary>
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
            // The names read so far are used.
        }

        return sounds;
    }

    /// <summary>The possible meanings, most likely first.</summary>
    private IEnumerable<string> Spellings(string location)
    {
        foreach (string spelled in Paths(location).SelectMany(Encodings))
        {
            yield return spelled;

            // Playlists made on Windows use backslashes.
            if (!OperatingSystem.IsWindows() && spelled.Contains('\\', StringComparison.Ordinal))
            {
                yield return spelled.Replace('\\', '/');
            }
        }
    }

    /// <summary>The path as it is, and without one pair of quotes. More quotes have no clear meaning.</summary>
    private IEnumerable<string> Paths(string location) =>
        Unquoted(location) is string unquoted && unquoted != location
            ? PathsAsWritten(location).Concat(PathsAsWritten(unquoted)) : PathsAsWritten(location);

    private IEnumerable<string> PathsAsWritten(string location)
    {
        if (location.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) && PathOf(location[FileScheme.Length..]) is string path)
        {
            // In a URL, # and ? end the path; but some programs do not escape names.
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

    /// <summary>The path in a <c>file:</c> URL without its scheme; <see langword="null"/> if it is on another host.</summary>
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
    /// The possible byte spellings of a name: the playlist's own bytes; the same characters in UTF-8; for a UTF-8 playlist, the legacy
    /// encoding.
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

    /// <summary>Whether it names something on the network: an address, or the share of another host.</summary>
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
