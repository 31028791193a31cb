using System.Globalization;
using Linnet.Audio;
using Linnet.Wire;

namespace Linnet.Sources;

/// <summary>What kind of source a person asked for.</summary>
public enum SourceKind
{
    /// <summary>A file, a folder or a playlist on disk.</summary>
    Path,

    /// <summary>Standard input, written <c>-</c>.</summary>
    StandardInput,

    /// <summary>A sine, written <c>tone</c> or <c>tone:HZ</c>.</summary>
    Tone,

    /// <summary>A capture device, written <c>mic</c> or <c>mic:DEVICE</c>.</summary>
    Capture,

    /// <summary>What others push to the station, written <c>push</c> or <c>push:RATE:CHANNELS</c>.</summary>
    Push,

    /// <summary>Another server's sound: an address of <c>rtsp</c>, <c>http</c> or <c>https</c>.</summary>
    Pull,
}

/// <summary>One station as the command line names it: <c>[NAME=]SOURCE</c>.</summary>
/// <param name="Name">The station: a–z, 0–9 and -, unique among those parsed together.</param>
/// <param name="Kind">What kind of source.</param>
/// <param name="Location">The path, or the device; empty for the default device and for other kinds.</param>
/// <param name="Frequency">The pitch of a tone in Hz, else 0.</param>
public sealed record SourceSpec(string Name, SourceKind Kind, string Location, double Frequency = 0)
{
    /// <summary>The format that a station has whatever is pushed to it; <see langword="null"/>: none was asked for.</summary>
    public AudioFormat? Format { get; init; }

    /// <summary>What is heard when nobody sends, for a station that others send to; <see langword="null"/>: silence.</summary>
    public SourceSpec? Fallback { get; init; }

    /// <summary>As it would be written; no password.</summary>
    public override string ToString() =>
        $"{Name}={(Kind is SourceKind.Path or SourceKind.Pull ? ShownAddress.Of(Location) : Kind.ToString())}";

    /// <summary>Whether others send its sound.</summary>
    public bool IsFed => Kind is SourceKind.Push or SourceKind.Pull;

    /// <summary>The longest name of a station, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Whether a station may have this name: 1–64 of a–z, 0–9 and -.</summary>
    public static bool IsStationName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxNameLength && name.IndexOfAnyExcept(NameCharacters) < 0;

    /// <summary>Reads all stations of a command line, and names those that have no name: <c>song</c>, <c>song-2</c>.</summary>
    /// <param name="texts">Each <c>[NAME=]SOURCE</c>. An existing file or folder whose whole name holds <c>=</c> is that.</param>
    /// <param name="specs">One for each text, in their order.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what would be right.</param>
    public static bool TryParse(IReadOnlyList<string> texts, out IReadOnlyList<SourceSpec> specs, out string problem) =>
        TryParse(texts, File.Exists, Directory.Exists, out specs, out problem);

    /// <summary>As the public one, with a disk of the test's own.</summary>
    internal static bool TryParse(
        IReadOnlyList<string> texts, Func<string, bool> fileExists, Func<string, bool> folderExists, out IReadOnlyList<SourceSpec> specs,
        out string problem)
    {
        specs = [];
        var parsed = new List<SourceSpec>();
        foreach (string text in texts)
        {
            if (!SourceSpecParser.TryParse(text, fileExists, folderExists, out SourceSpec spec, out problem))
            {
                return false;
            }

            parsed.Add(spec);
        }

        if (parsed.Count(spec => spec.Kind == SourceKind.StandardInput) > 1)
        {
            problem = "Standard input can feed one station only.";
            return false;
        }

        return TryName(parsed, folderExists, out specs, out problem);
    }

    /// <summary>
    /// Reads what is heard when nobody sends: each <c>[NAME=]SOURCE</c>, the name being needed if there are several stations that others
    /// send to.
    /// </summary>
    /// <param name="texts">As the command line has them.</param>
    /// <param name="stations">All stations.</param>
    /// <param name="specs">The same with their fallbacks.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what would be right.</param>
    public static bool TryAddFallbacks(
        IReadOnlyList<string> texts, IReadOnlyList<SourceSpec> stations, out IReadOnlyList<SourceSpec> specs, out string problem) =>
        TryAddFallbacks(texts, stations, File.Exists, Directory.Exists, out specs, out problem);

    /// <summary>As the public one, with a disk of the test's own.</summary>
    internal static bool TryAddFallbacks(
        IReadOnlyList<string> texts,
        IReadOnlyList<SourceSpec> stations,
        Func<string, bool> fileExists,
        Func<string, bool> folderExists,
        out IReadOnlyList<SourceSpec> specs,
        out string problem)
    {
        SourceSpec[] with = [.. stations];
        specs = [];
        problem = "";
        foreach (string text in texts)
        {
            if (!SourceSpecParser.TryParse(text, fileExists, folderExists, out SourceSpec fallback, out problem))
            {
                return false;
            }

            int[] meant =
                [.. Enumerable.Range(0, with.Length)
                    .Where(i => with[i].IsFed && (fallback.Name.Length == 0 || with[i].Name == fallback.Name))];
            problem = fallback.Kind is not (SourceKind.Path or SourceKind.Tone)
                ? $"'{ShownAddress.Of(text)}' is no fallback: it must be a file, a folder, a playlist or a tone, which are there whenever "
                    + "they are wanted."
                : meant.Length == 0
                    ? $"'{ShownAddress.Of(text)}' is a fallback for no station: there is none "
                        + $"{(fallback.Name.Length == 0 ? "" : $"named '{fallback.Name}' ")}that others send to."
                : meant.Length > 1
                    ? $"'{ShownAddress.Of(text)}' does not say for which station it is: write "
                        + $"{with[meant[0]].Name}={ShownAddress.Of(text)}, for example."
                : with[meant[0]].Fallback is not null
                    ? $"The station '{with[meant[0]].Name}' has two fallbacks; give it a folder or a playlist instead."
                : "";
            if (problem.Length > 0)
            {
                return false;
            }

            with[meant[0]] = with[meant[0]] with { Fallback = fallback };
        }

        specs = with;
        return true;
    }

    // A station is heard at its bare name too, where a server of pages has this one.
    private const string PageName = "metrics";

    private static System.Buffers.SearchValues<char> NameCharacters { get; } =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static bool TryName(
        List<SourceSpec> parsed, Func<string, bool> folderExists, out IReadOnlyList<SourceSpec> specs, out string problem)
    {
        specs = [];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        if (parsed.Exists(static spec => spec.Name == PageName))
        {
            problem = $"A station cannot be named '{PageName}': what the server measures is at /{PageName}.";
            return false;
        }

        taken.Add(PageName);
        foreach (SourceSpec spec in parsed.Where(spec => spec.Name.Length > 0))
        {
            if (!taken.Add(spec.Name))
            {
                problem = $"Two stations are named '{spec.Name}'; give each a name of its own.";
                return false;
            }
        }

        specs = [.. parsed.Select(spec => spec.Name.Length > 0 ? spec : spec with { Name = NewName(spec) })];
        problem = "";
        return true;

        string NewName(SourceSpec spec)
        {
            string name = NameFor(spec, folderExists);
            string unique = name;
            for (int number = 2; !taken.Add(unique); number++)
            {
                string suffix = "-" + number.ToString(CultureInfo.InvariantCulture);
                unique = name[..Math.Min(name.Length, MaxNameLength - suffix.Length)] + suffix;
            }

            return unique;
        }
    }

    private static string NameFor(SourceSpec spec, Func<string, bool> folderExists)
    {
        switch (spec.Kind)
        {
            case SourceKind.StandardInput:
                return "stdin";
            case SourceKind.Tone:
                return "tone";
            case SourceKind.Capture:
                return "mic";
            case SourceKind.Push:
                return "live";
        }

        ReadOnlySpan<char> last;
        if (spec.Kind is SourceKind.Pull)
        {
            var address = new Uri(spec.Location);
            last = System.IO.Path.GetFileNameWithoutExtension(address.AbsolutePath.TrimEnd('/'));
            last = last.IsEmpty ? address.Host : last;
        }
        else
        {
            string path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(spec.Location));
            last = folderExists(path) ? System.IO.Path.GetFileName(path) : System.IO.Path.GetFileNameWithoutExtension(path);
        }

        var name = new System.Text.StringBuilder();
        foreach (char c in last)
        {
            char lower = char.ToLowerInvariant(c);
            if (NameCharacters.Contains(lower) && lower != '-')
            {
                name.Append(lower);
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }
        }

        string trimmed = name.ToString(0, Math.Min(name.Length, MaxNameLength)).TrimEnd('-');
        return trimmed.Length > 0 ? trimmed : "station";
    }
}
