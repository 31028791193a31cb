using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Playlists;
using Linnet.Tests.Fakes;
using Linnet.Wire.Playlists;
using Microsoft.Extensions.Logging;

namespace Linnet.Tests.Sources.Playlists;

public sealed class PlaylistFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_are_relative_to_the_playlist()
    {
        _folder.Write("music/one.wav", "x");
        string path = _folder.Write("lists/mine.m3u", "../music/one.wav\nhttp://radio.example/\n..\\music\\one.wav\n/absolute.wav\n");

        Assert.Equal([_folder["music/one.wav"], _folder["music/one.wav"], "/absolute.wav"],
            List(path).Select(static entry => Path.GetFullPath(entry.Path)));
        Assert.Contains("http://radio.example/", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_playlists_and_folders_play_in_their_places()
    {
        _folder.Write("album/2.wav", "x");
        _folder.Write("album/10.wav", "x");
        _folder.Write("jingle.wav", "x");
        _folder.Write("lists/news.pls", "[playlist]\nFile1=../album/2.wav\nTitle1=News\n");
        _folder.Write(
            "lists/xml.xspf", "<playlist><track><location>gone.wav</location><location>../album/10.wav</location></track></playlist>");
        string path = _folder.Write(
            "all.m3u8", "jingle.wav\nlists/news.pls\njingle.wav\nalbum\nlists/news.pls\nlists/xml.xspf\nlists/gone.m3u\nalbum/\n");

        Assert.Equal(
            ["jingle.wav", "album/2.wav", "jingle.wav", "album/2.wav", "album/10.wav", "album/2.wav", "album/10.wav", "lists/gone.m3u",
                "album/2.wav", "album/10.wav"],
            Names(path));
        Assert.Equal("News", List(path)[1].Untagged?.Title);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_playlist_that_names_itself_is_not_read_again()
    {
        _folder.Write("a.wav", "x");
        _folder.Write("b.m3u", "a.wav\nA.m3u\nlink/A.m3u\n");
        Directory.CreateSymbolicLink(_folder["link"], _folder.Path);
        string path = _folder.Write("A.m3u", "b.m3u\nA.m3u\na.wav\n");

        Assert.Equal(["a.wav", "a.wav"], Names(path));
        Assert.Equal(3, _log.Lines.Count);
        Assert.All(_log.Lines, line => Assert.Matches("^751 .* names itself\\.$", line));
    }

    [Fact]
    public void An_invalid_nested_list_does_not_affect_other_entries()
    {
        _folder.Write("a.wav", "x");
        _folder.Write("broken.m3u", "#EXT-X-VERSION:3\n");
        _folder.Write("broken.cue", "nothing");
        _folder.Write("broken.xspf", "nothing");
        Directory.CreateDirectory(_folder["empty"]);
        string path = _folder.Write("all.m3u", "broken.m3u\nbroken.cue\nbroken.xspf\nempty\na.wav\n");

        Assert.Equal(["a.wav"], Names(path));
        Assert.Equal(4, _log.Lines.Count);
        Assert.Contains("There is no audio file in", _log.Lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void The_nesting_of_playlists_is_limited()
    {
        _folder.Write("a.wav", "x");
        for (int i = 1; i <= PlaylistFile.MaxDepth; i++)
        {
            _folder.Write($"{i}.m3u", $"a.wav\n{i + 1}.m3u\n");
        }

        _folder.Write($"{PlaylistFile.MaxDepth + 1}.m3u", "a.wav\n");

        Assert.Equal(PlaylistFile.MaxDepth, Names(_folder["1.m3u"]).Length);
        Assert.Contains("is nested in 8 other playlists", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Playlists_that_name_each_other_many_times_are_limited()
    {
        _folder.Write("a.wav", "x");
        _folder.Write("4.m3u", string.Concat(Enumerable.Repeat("a.wav\n", 150)));
        for (int i = 1; i < 4; i++)
        {
            _folder.Write($"{i}.m3u", string.Concat(Enumerable.Repeat($"{i + 1}.m3u\n", 1000)));
        }

        Assert.Equal(100_000, List(_folder["3.m3u"]).Count);
        Assert.StartsWith("752 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
        _folder.Write("4.m3u", "a.wav\n");
        Assert.InRange(List(_folder["1.m3u"]).Count, 900, PlaylistFile.MaxLists);
    }

    [Fact]
    public void A_comment_is_an_entry_if_that_file_exists()
    {
        _folder.Write("#1 Hit.wav", "x");
        string path = _folder.Write("all.m3u", "#EXTM3U\n# made.by me\n#EXTINF:1,The Hit\n#1 Hit.wav\n");

        PlaylistEntry entry = Assert.Single(List(path));
        Assert.Equal((_folder["#1 Hit.wav"], "The Hit"), (entry.Path, entry.Untagged?.Title));
    }

    [Fact]
    public void A_file_is_found_by_the_bytes_in_the_playlist()
    {
        if (!RawNames.AreThere)
        {
            return;
        }

        using var raw = new RawNames();
        _folder.Write("utf/Café.wav", "x");
        _folder.Write("bytes/x.wav", "x");
        raw.Rename(_folder["bytes/x.wav"], _folder["bytes/Caf\uDCE9.wav"]);
        raw.Rename(_folder["bytes"], _folder["b\uDCFFtes"]);
        string path = _folder.Write("all.m3u", [.. "utf/Caf"u8, 0xE9, .. ".wav\nb"u8, 0xFF, .. "tes/Caf"u8, 0xE9, .. ".wav\n"u8]);

        Assert.Equal(["utf/Café.wav", "b\uDCFFtes/Caf\uDCE9.wav"], Names(path));
    }

    [Theory]
    [InlineData("a.m3u", "http://radio.example/", "only network addresses")]
    [InlineData("a.m3u", "http://user:secret@radio.example/a", "such as http://user:***@radio.example/a")]
    [InlineData("a.m3u8", "#EXTM3U\n", "names no files")]
    [InlineData("a.m3u", "# a.wav\n", "names no files")]
    [InlineData("a.pls", "x", "neither [playlist] nor File1=")]
    [InlineData("a.xspf", "x", "is not an XSPF playlist")]
    [InlineData("a.cue", "x", "is not a cue sheet")]
    [InlineData("a.cue", "FILE a.wav WAVE", "names no files")]
    public void A_playlist_without_files_is_refused_with_a_sentence(string name, string text, string part)
    {
        string message = Assert.Throws<IOException>(
            () => AudioSources.OpenPath(
                _folder.Write(name, text), new SourceOptions(), _log, TestContext.Current.CancellationToken)).Message;

        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_entries_are_logged_once_and_again_after_a_change()
    {
        var listing = new ListingLog(_log);
        string path = _folder.Write("all.m3u", "a.wav\nhttp://radio.example/\n");
        IReadOnlyList<PlaylistEntry> Round() => listing.Round(() => PlaylistFile.List(path, PlaylistKind.M3u, listing));

        Round();
        Round();
        Assert.Single(_log.Lines);
        _folder.Write("all.m3u", "a.wav\nhttp://radio.example/\nhttp://other.example/\n");
        Round();
        Assert.Equal(2, _log.Lines.Count);
        _folder.Write("all.m3u", "a.wav\n");
        Round();
        _folder.Write("all.m3u", "a.wav\nhttp://radio.example/\n");
        Round();
        Assert.Equal(3, _log.Lines.Count);
    }

    [Fact]
    public void A_line_is_logged_once_per_round()
    {
        Directory.CreateDirectory(_folder["empty"]);
        _folder.Write("a.wav", "x");
        string path = _folder.Write("all.m3u", "empty\nbroken.m3u\nempty/\nbroken.m3u\nempty\na.wav\n");
        _folder.Write("broken.m3u", "#EXT-X-VERSION:3\n");
        var listing = new ListingLog(_log);

        listing.Round(() => PlaylistFile.List(path, PlaylistKind.M3u, listing));

        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void A_folder_is_read_once_however_often_it_is_named()
    {
        Directory.CreateDirectory(_folder["empty"]);
        _folder.Write("album/1.wav", "x");
        string path = _folder.Write("all.m3u", "empty\nalbum\nempty/\nempty\nalbum/\n");

        // At the first log line, the folder gets a file.
        var log = new ActingLogger(() => _folder.Write("empty/new.wav", "x"));
        IReadOnlyList<PlaylistEntry> entries = PlaylistFile.List(path, PlaylistKind.M3u, log);

        Assert.Equal(["1.wav", "1.wav"], entries.Select(static entry => Path.GetFileName(entry.Path)));
        Assert.Equal(1, log.Lines);
    }

    [Fact]
    public void All_folders_of_a_list_have_one_budget()
    {
        for (int i = 0; i < 4; i++)
        {
            _folder.Write($"{i}/a.wav", "x");
            _folder.Write($"{i}/b.wav", "x");
        }

        _folder.Write("song.wav", "x");
        string path = _folder.Write("all.m3u", "0\n1\n2\n3\nsong.wav\n");

        IReadOnlyList<PlaylistEntry> entries = PlaylistFile.List(path, PlaylistKind.M3u, _log, new FolderBudget(3));

        Assert.Equal(["a.wav", "b.wav", "song.wav"],
            [.. entries.Take(2).Select(static entry => Path.GetFileName(entry.Path)), Path.GetFileName(entries[^1].Path)]);
        Assert.Equal(4, entries.Count);
        Assert.Equal(["704", "751"], _log.Lines.Select(static line => line[..3]));
    }

    private IReadOnlyList<PlaylistEntry> List(string path) => PlaylistFile.List(path, PlaylistFile.KindOf(path)!.Value, _log);

    private string[] Names(string path) =>
        [.. List(path).Select(
            entry => Path.GetRelativePath(_folder.Path, Path.GetFullPath(entry.Path)).Replace(Path.DirectorySeparatorChar, '/'))];

    /// <summary>Runs an action at each log line.</summary>
    private sealed class ActingLogger(Action act) : ILogger
    {
        internal int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines++;
            act();
        }
    }
}
