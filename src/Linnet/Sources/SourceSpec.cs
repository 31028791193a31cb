using System.Globalization;
using Linnet.Audio;
using Linnet.Wire;

namespace Linnet.Sources;

/// <summary>The kind of a source.</summary>
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

    /// <summary>Audio that a client pushes to the station, written <c>push</c> or <c>push:RATE:CHANNELS</c>.</summary>
    Push,

    /// <summary>Another server's station: an <c>rtsp</c>, <c>http</c> or <c>https</c> address.</summary>
    Pull,
}

/// <summary>A station as the command line defines it: <c>[NAME=]SOURCE</c>.</summary>
/// <param name="Name">Name of the station: a–z, 0–9 and -, unique among those parsed together.</param>
/// <param name="Kind">Kind of the source.</param>
/// <param name="Location">The path, address or device; empty for the default device and for other kinds.</param>
/// <param name="Frequency">Frequency of a tone in Hz, otherwise 0.</param>
public sealed record SourceSpec(string Name, SourceKind Kind, string Location, double Frequency = 0)
{
    /// <summary>The fixed format of a station, whatever is pushed to it; <see langword="null"/> if it is not fixed.</summary>
    public AudioFormat? Format { get; init; }

    /// <summary>What to play without a sender, for a station with pushed or pulled audio; <see langword="null"/> for silence.</summary>
    public SourceSpec? Fallback { get; init; }

    /// <summary>The text form, without a password.</summary>
    public override string ToString() =>
        $"{Name}={(Kind is SourceKind.Path or SourceKind.Pull ? ShownAddress.Of(Location) : Kind.ToString())}";

    /// <summary>Whether the station's audio is pushed or pulled.</summary>
    public bool IsFed => Kind is SourceKind.Push or SourceKind.Pull;

    /// <summary>Parses all stations of a command line, and names those without a name: <c>song</c>, <c>song-2</c>.</summary>
    /// <param name="texts">Each <c>[NAME=]SOURCE</c>. A text with <c>=</c> that is the name of an existing file or folder means that
    /// one.</param>
    /// <param name="specs">One per text, in the same order.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what would be valid.</param>
    public static bool TryParse(IReadOnlyList<string> texts, out IReadOnlyList<SourceSpec> specs, out string problem) =>
        TryParse(texts, File.Exists, Directory.Exists, out specs, out problem);

    /// <summary>Like the other overload, with a replaceable file system for tests.</summary>
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
            problem = "Only one station can use standard input.";
            return false;
        }

        return TryName(parsed, folderExists, out specs, out problem);
    }

    /// <summary>
    /// Parses the fallbacks of pushed and pulled stations: each <c>[NAME=]SOURCE</c>. The name is needed if there are several such
    /// stations.
    /// </summary>
    /// <param name="texts">The texts from the command line.</param>
    /// <param name="stations">All stations.</param>
    /// <param name="specs">The stations with their fallbacks.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what would be valid.</param>
    internal static bool TryAddFallbacks(
        IReadOnlyList<string> texts, IReadOnlyList<SourceSpec> stations, out IReadOnlyList<SourceSpec> specs, out string problem) =>
        TryAddFallbacks(texts, stations, File.Exists, Directory.Exists, out specs, out problem);

    /// <summary>Like the other overload, with a replaceable file system for tests.</summary>
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
                ? $"'{ShownAddress.Of(text)}' cannot be a fallback: use a file, a folder, a playlist or a tone, which are always "
                    + "available."
                : meant.Length == 0
                    ? $"'{ShownAddress.Of(text)}' is a fallback for no station: there is no pushed or pulled station"
                        + $"{(fallback.Name.Length == 0 ? "" : $" named '{fallback.Name}'")}."
                : meant.Length > 1
                    ? $"'{ShownAddress.Of(text)}' does not name its station: use "
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

    private static bool TryName(
        List<SourceSpec> parsed, Func<string, bool> folderExists, out IReadOnlyList<SourceSpec> specs, out string problem)
    {
        specs = [];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        if (parsed.Select(static spec => StationName.ConflictOf(spec.Name)).FirstOrDefault(static p => p is not null) is string conflict)
        {
            problem = conflict;
            return false;
        }

        taken.UnionWith(StationName.OfPages);
        foreach (SourceSpec spec in parsed.Where(spec => spec.Name.Length > 0))
        {
            if (!taken.Add(spec.Name))
            {
                problem = $"Two stations are named '{spec.Name}'; give each a different name.";
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
                unique = name[..Math.Min(name.Length, StationName.MaxLength - suffix.Length)] + suffix;
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
            if (StationName.Characters.Contains(lower) && lower != '-')
            {
                name.Append(lower);
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }
        }

        string trimmed = name.ToString(0, Math.Min(name.Length, StationName.MaxLength)).TrimEnd('-');
        return trimmed.Length > 0 ? trimmed : "station";
    }
}
