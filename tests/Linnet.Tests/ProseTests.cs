using System.Text.RegularExpressions;

namespace Linnet.Tests;

/// <summary>Rejects phrases that make a reader stop. The examples for plain English are in CONTRIBUTING.md.</summary>
public partial class ProseTests
{
    /// <summary>
    /// Regular expressions, matched without case. Each stands for a way of writing that recurred and had to be read twice: an actor
    /// without a name ("whoever", "nobody hears it"), an inverted sentence ("Who joins later gets …", "What is lost is …"), or an idiom
    /// in place of the standard term ("takes nothing" for "receives nothing").
    /// </summary>
    private static readonly string[] Phrases =
    [
        @"\bwho(m|so)?ever\b",
        @"\bnobody (hears|listens|reads|sends|pushes|does|is|looks|asks)\b",
        @"\bsomebody (else|hears|listens|sends|pushes|does|asks)\b",
        @"\beverybody\b",
        @"\bto nowhere\b",
        @"\bmeters and all\b",
        @"\bis had again\b",
        @"\bwho knows it may\b",
        @"(^|[.!|]\s|\*\*)Who \w+ (?![^.]*\?)",
        @"(^|[.!|]\s|\*\*)What is \w+ (is|are|has)\b",
        @"\bit has not\b",
        @"\bon and on\b",
        @"\bhow it goes\b",
        @"\b(set|starts?|begins?|opened|played|made|said) anew\b",
        @"\blet go\b",
        @"\b(take|takes|took|taking) nothing\b",
        @"\bby (HTTP|RTSP|UDP|TCP)\b",
        @"\bby turns\b",
        @"\bis (over|under) way to\b",
    ];

    private static readonly Regex[] Expressions =
        [.. Phrases.Select(static phrase => new Regex(phrase, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant))];

    /// <summary>The folders to check, and the parts of their files that people read.</summary>
    private static readonly (string Folder, string Pattern, Func<string, string, IEnumerable<Passage>> Read)[] Scopes =
    [
        ("docs", "*.md", Markdown),
        ("src", "*.cs", CommentsAndStrings),
        ("tests", "*.cs", MethodNames),
    ];

    // CHANGELOG.md keeps the words of its time, as the decisions in docs/adr do.
    private static readonly string[] SinglePages = ["README.md", "CONTRIBUTING.md"];
    private static readonly string[] Excluded = [Path.Join("docs", "adr"), "artifacts", "obj", "bin"];

    // This file holds such phrases as test input.
    private const string OwnName = nameof(ProseTests) + ".cs";

    private readonly record struct Passage(int Line, string Text);

    [Fact]
    public void Documentation_source_and_test_names_are_in_plain_english()
    {
        // docs/command-line.md is the help of every command; a test of the command line compares them.
        IEnumerable<(string File, Func<string, string, IEnumerable<Passage>> Read)> pages =
            SinglePages.Select(static page => (page, (Func<string, string, IEnumerable<Passage>>)Markdown));
        IEnumerable<(string File, Func<string, string, IEnumerable<Passage>> Read)> files =
            from scope in Scopes
            from file in Directory.EnumerateFiles(
                Path.Join(ArchitectureTests.Root, scope.Folder), scope.Pattern, SearchOption.AllDirectories)
            let path = Path.GetRelativePath(ArchitectureTests.Root, file)
            where Path.GetFileName(file) != OwnName
                && !Excluded.Any(folder => $"/{path}".Contains($"/{folder}/", StringComparison.Ordinal))
            select (path, scope.Read);

        var found =
            from file in pages.Concat(files)
            from passage in file.Read(file.File, File.ReadAllText(Path.Join(ArchitectureTests.Root, file.File)))
            from phrase in Faults(passage.Text)
            select $"{file.File}:{passage.Line}: \"{phrase}\"";

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("The buffer is for whoever joins.", "whoever")]
    [InlineData("The encoder stops: nobody hears it.", "nobody hears")]
    [InlineData("Playing to nowhere, meters and all", "to nowhere", "meters and all")]
    [InlineData("What is lost is had again", "is had again", "What is lost is")]
    [InlineData("It starts. Who joins later gets the last two seconds.", ". Who joins ")]
    [InlineData("Who can listen? Anyone.")]
    [InlineData("A listener over HTTP that receives nothing is dropped.")]
    public void Riddles_are_found_and_plain_sentences_are_not(string text, params string[] expected) =>
        Assert.Equal(expected, Faults(text));

    [Fact]
    public void Comments_and_strings_of_a_program_can_be_checked()
    {
        const string Program = """
            int whoever = 1; // for whoever comes
            /// <summary>Nobody hears it.</summary>
            Log("{Remote} is let go");
            """;

        Assert.Equal(
            [(1, "whoever"), (2, "Nobody hears"), (3, "let go")],
            CommentsAndStrings("a.cs", Program).SelectMany(static p => Faults(p.Text).Select(f => (p.Line, f))));
    }

    [Fact]
    public void Names_of_tests_can_be_checked()
    {
        const string Program = """
            [Fact]
            public async Task Who_joins_later_takes_nothing() => await Whoever();
            """;

        Assert.Equal(
            ["takes nothing", "Who joins "],
            MethodNames("a.cs", Program).SelectMany(static p => Faults(p.Text)).Order(StringComparer.Ordinal).Reverse());
    }

    private static IEnumerable<string> Faults(string text) => Expressions
        .Select(phrase => phrase.Match(text))
        .Where(static match => match.Success)
        .Select(static match => match.Value);

    // The table of log messages repeats strings of the source, which are checked there.
    private static IEnumerable<Passage> Markdown(string file, string text) =>
        Lines(text).Where(line => Path.GetFileName(file) != "log-events.md" || !LogMessage().IsMatch(line.Text));

    private static IEnumerable<Passage> CommentsAndStrings(string file, string text) => Lines(text).SelectMany(static line =>
        CommentOrString().Matches(line.Text).Select(match => new Passage(line.Line, Markup().Replace(match.Value, ""))));

    private static IEnumerable<Passage> MethodNames(string file, string text) => Lines(text).SelectMany(static line =>
        Method().Matches(line.Text).Select(match => new Passage(line.Line, match.Groups[1].Value.Replace('_', ' '))));

    private static IEnumerable<Passage> Lines(string text) => text.Split('\n').Select(static (line, i) => new Passage(i + 1, line));

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex LogMessage();

    [GeneratedRegex("""(?<=//+ ?).*$|"(?:[^"\\]|\\.)*"?""")]
    private static partial Regex CommentOrString();

    [GeneratedRegex("<[^>]+>|^/+ ?")]
    private static partial Regex Markup();

    [GeneratedRegex(@"^\s*public (?:async )?(?:Task|ValueTask|void) (\w+)\(")]
    private static partial Regex Method();
}
