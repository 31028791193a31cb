using System.Text.RegularExpressions;
using Linnet.Audio;
using Linnet.Wire.Rtp;

namespace Linnet.Tests;

/// <summary>What the folders promise: a folder names only those before it in <see cref="Order"/>, with the rings in the middle.</summary>
public partial class ArchitectureTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 140;
    private const int MaxNaming = 12;

    // 96 are in use; a few more is growth, many more is something that should be internal (docs/adr/0020).
    private const int MaxPublicTypes = 99;

    private static readonly string[] Order =
        ["Audio", "Clock", "Wire", "Codecs", "Sources", "Receive", "Broadcast", "Access", "Stations", "Transports", "Playback", "Serving"];

    // Any folder may name these; they name none of the others.
    private static readonly string[] Aside = ["Native", "Diagnostics", "Properties"];

    private static readonly string[] Projects = ["src", "tests", "bench"];

    internal static string Root { get; } = FindRoot();

    private static readonly string Library = Path.Combine(Root, "src", "Linnet");

    [Fact]
    public void A_folder_names_only_the_folders_before_it()
    {
        var broken =
            from file in SourceFiles(Library)
            let folder = FolderOf(file)
            where folder.Length > 0
            from name in NamedFolders(file)
            where Array.IndexOf(Order, name) > Array.IndexOf(Order, folder)
            select $"{Path.GetRelativePath(Root, file)} names Linnet.{name}";

        Assert.Empty(broken.Distinct());
    }

    [Fact]
    public void Every_folder_of_the_library_has_its_place()
    {
        IEnumerable<string> folders = SourceFiles(Library).Select(FolderOf).Where(folder => folder.Length > 0).Distinct();

        Assert.Empty(folders.Except([.. Order, .. Aside]));
    }

    [Fact]
    public void A_namespace_follows_its_folder()
    {
        var broken =
            from file in SourceFiles(Library)
            let folder = Path.GetRelativePath(Library, Path.GetDirectoryName(file)!)
            let expected = folder == "." ? "Linnet" : $"Linnet.{folder.Replace(Path.DirectorySeparatorChar, '.')}"
            let found = Namespace().Match(File.ReadAllText(file))
            where found.Success && found.Groups[1].Value != expected
            select $"{Path.GetRelativePath(Root, file)} is in {found.Groups[1].Value}, not in {expected}";

        Assert.Empty(broken);
    }

    [Fact]
    public void The_wire_knows_neither_sockets_nor_clocks()
    {
        var broken =
            from file in SourceFiles(Path.Combine(Library, "Wire"))
            from line in CodeLines(file)
            where SocketOrClock().IsMatch(line)
            select $"{Path.GetRelativePath(Root, file)}: {line.Trim()}";

        Assert.Empty(broken);
    }

    [Fact]
    public void The_library_needs_no_web_server() => Assert.DoesNotContain(
        typeof(AudioFormat).Assembly.GetReferencedAssemblies(),
        reference => reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void The_public_API_is_small() => Assert.InRange(typeof(AudioFormat).Assembly.GetExportedTypes().Length, 1, MaxPublicTypes);

    // What is on the wire may change with any protocol. Statistics name the redundancy of a stream.
    [Fact]
    public void The_wire_is_not_public() => Assert.Equal(
        [typeof(Redundancy)],
        typeof(AudioFormat).Assembly.GetExportedTypes()
            .Where(static t => t.Namespace!.StartsWith("Linnet.Wire", StringComparison.Ordinal)));

    [Fact]
    public void Sources_are_read_in_one_way_that_makes_sound_of_what_they_give()
    {
        var broken =
            from file in SourceFiles(Library)
            where Path.GetFileName(file) != "SourceReading.cs"
            from line in CodeLines(file)
            where SourceRead().IsMatch(line)
            select $"{Path.GetRelativePath(Root, file)}: {line.Trim()}";

        Assert.Empty(broken);
    }

    [Fact]
    public void No_file_is_longer_than_a_few_screens()
    {
        var broken =
            from folder in Projects
            from file in SourceFiles(Path.Combine(Root, folder))
            let lines = File.ReadLines(file).Count()
            where lines > MaxLines
            select $"{Path.GetRelativePath(Root, file)} has {lines} lines";

        Assert.Empty(broken);
    }

    [Fact]
    public void No_line_is_wider_than_a_screen()
    {
        var broken =
            from folder in Projects
            from file in SourceFiles(Path.Combine(Root, folder))
            from line in LinesOutsideRawStrings(file)
            where line.Text.Length > MaxColumns
            select $"{Path.GetRelativePath(Root, file)}:{line.Number} has {line.Text.Length} columns";

        Assert.Empty(broken);
    }

    [Fact]
    public void Playback_does_not_need_stations()
    {
        var broken =
            from file in SourceFiles(Path.Combine(Library, "Playback"))
            where NamedFolders(file).Contains("Stations")
            select Path.GetRelativePath(Root, file);

        Assert.Empty(broken);
    }

    // Programs that use the library have options of their own, or none: its messages name settings (SettingAdvice).
    [Fact]
    public void No_text_of_the_library_names_an_option_of_the_command_line()
    {
        var broken =
            from file in SourceFiles(Library)
            from line in CodeLines(file)
            where CommandLineOption().IsMatch(line)
            select $"{Path.GetRelativePath(Root, file)}: {line.Trim()}";

        Assert.Empty(broken);
    }

    // A protocol is its own folders, its options and a line where it is named; whatever else knows of it has to change with it.
    [Fact]
    public void A_protocol_is_named_in_few_files_outside_its_own_folders()
    {
        string[] naming =
        [
            .. SourceFiles(Path.Combine(Root, "src"))
                .Where(static file => !Path.GetDirectoryName(file)!.Split(Path.DirectorySeparatorChar).Contains("PyAudio"))
                .Where(static file => File.ReadAllText(file).Contains("pyaudio", StringComparison.OrdinalIgnoreCase))
                .Select(static file => Path.GetRelativePath(Root, file)),
        ];

        Assert.True(naming.Length <= MaxNaming, $"{naming.Length} files name PyAudio:\n{string.Join('\n', naming)}");
    }

    // A raw string holds what a peer sends, such as JSON: its lines are as long as they are.
    private static IEnumerable<(int Number, string Text)> LinesOutsideRawStrings(string file)
    {
        bool isRaw = false;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            int quotes = RawQuotes().Count(line);
            if (!isRaw && quotes == 0)
            {
                yield return (number, line);
            }

            isRaw ^= quotes % 2 == 1;
        }
    }

    private static IEnumerable<string> NamedFolders(string file) =>
        CodeLines(file).SelectMany(line => LinnetName().Matches(line)).Select(match => match.Groups[1].Value);

    // Doc comments may point ahead; code may not.
    private static IEnumerable<string> CodeLines(string file) =>
        File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal));

    private static string FolderOf(string file)
    {
        string[] parts = Path.GetRelativePath(Library, file).Split(Path.DirectorySeparatorChar);
        return parts.Length > 1 ? parts[0] : "";
    }

    private static IEnumerable<string> SourceFiles(string folder) => Directory
        .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Linnet.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests must run from within the repository: Linnet.slnx was not found.");
    }

    [GeneratedRegex("\"[^\"]*(?<![\\w-])--[a-z]")]
    private static partial Regex CommandLineOption();

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawQuotes();

    [GeneratedRegex(@"([sS]ource|[fF]allback)!?\.Read\(")]
    private static partial Regex SourceRead();

    [GeneratedRegex(@"\bLinnet\.([A-Z]\w*)")]
    private static partial Regex LinnetName();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bSystem\.Net\.Sockets\b|\bSocket\b|\bTimeProvider\b")]
    private static partial Regex SocketOrClock();
}
