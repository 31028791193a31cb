using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Playlists;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Sources.Playlists;

public sealed class EntryLocatorTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RawNames _raw = new();

    public void Dispose()
    {
        _raw.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a b.wav", "a%20b.wav")]
    [InlineData("a b.wav", "a b.wav")]
    [InlineData("a b.wav", "\"a b.wav\"")]
    [InlineData("a b.wav", "'a b.wav'")]
    [InlineData("a b.wav", "\"a%20b.wav\"")]
    [InlineData("a b.wav", "#/a%20b.wav")]
    [InlineData("a b.wav", "file:#/a%20b.wav")]
    [InlineData("a b.wav", "file:#/a b.wav")]
    [InlineData("a b.wav", "file://#/a%20b.wav")]
    [InlineData("a b.wav", "FILE://localhost#/a%20b.wav")]
    [InlineData("a b.wav", "\"file://localhost#/a%20b.wav\"")]
    [InlineData("a b.wav", "file:a%20b.wav")]
    [InlineData("a b.wav", "file://#/a%20b.wav#t=5")]
    [InlineData("a b.wav", "file://#/a%20b.wav?x")]
    [InlineData("a%20b.wav", "a%20b.wav")]
    [InlineData("a%20b.wav", "file://#/a%20b.wav")]
    [InlineData("a%20b.wav", "file://#/a%2520b.wav")]
    [InlineData("100%.wav", "100%.wav")]
    [InlineData("100%.wav", "file://#/100%.wav")]
    [InlineData("a#1?.wav", "a#1?.wav")]
    [InlineData("a#1?.wav", "file://#/a#1?.wav")]
    [InlineData("a#1?.wav", "file://#/a%231%3F.wav")]
    [InlineData("a+b.wav", "file://#/a+b.wav")]
    [InlineData("\"a\".wav", "\"a\".wav")]
    [InlineData("é.wav", "%C3%A9.wav")]
    [InlineData("é.wav", "%E9.wav")]
    [InlineData("é.wav", "{E9}.wav")]
    [InlineData("é.wav", "é.wav")]
    [InlineData("’.wav", "file://#/{92}.wav")]
    [InlineData("{E9}.wav", "{E9}.wav")]
    [InlineData("{E9}.wav", "%E9.wav")]
    [InlineData("{E9}.wav", "file://#/%e9.wav")]
    [InlineData("{E9}.wav", "é.wav")]
    [InlineData("inner/a.wav", "inner\\a.wav")]
    [InlineData("inner/a.wav", "inner%5Ca.wav")]
    [InlineData("inner/a.wav", "./inner/../inner//a.wav")]
    public void An_existing_file_is_found_by_each_spelling_that_players_write(string name, string location)
    {
        // An attribute can only hold UTF-8.
        name = name.Replace("{E9}", "\uDCE9", StringComparison.Ordinal);
        location = location.Replace("{E9}", "\uDCE9", StringComparison.Ordinal).Replace("{92}", "\uDC92", StringComparison.Ordinal);
        if ((ByteText.HasBytes(name) && !RawNames.AreThere) || (OperatingSystem.IsWindows() && name.AsSpan().IndexOfAny('"', '?') >= 0))
        {
            return;
        }

        if (ByteText.HasBytes(name))
        {
            _raw.Rename(_folder.Write("plain.wav", "x"), _folder[name]);
        }
        else
        {
            _folder.Write(name, "x");
        }

        // In a URL, a drive follows a slash.
        string folder = (OperatingSystem.IsWindows() ? "/" : "") + _folder.Path.Replace(Path.DirectorySeparatorChar, '/');
        string? path = Locator().Find(location.Replace("#/", folder + "/", StringComparison.Ordinal), out bool isThere);

        Assert.True(isThere, path);
        Assert.Equal(_folder[name], Path.GetFullPath(path!));
    }

    [Fact]
    public void The_literal_name_is_preferred()
    {
        string[] names = ["a%20b.wav", "a b.wav", "\"q\".wav", "c#d.wav", "c"];
        Array.ForEach(names, name => _folder.Write(name, "x"));

        Assert.Equal([.. names], names.Select(name => Path.GetFileName(Locator().Find(name, out _))));
        Assert.Equal("a b.wav", Path.GetFileName(Locator().Find($"file://{_folder.Path}/a%20b.wav", out _)));
        Assert.Equal("c#d.wav", Path.GetFileName(Locator().Find($"file://{_folder.Path}/c#d.wav", out _)));
    }

    [Theory]
    [InlineData("gone.wav")]
    [InlineData("gone%20.wav")]
    [InlineData("%00")]
    public void A_missing_file_keeps_the_spelling_of_the_playlist(string location)
    {
        Assert.Equal(_folder[location], Locator().Find(location, out bool isThere));
        Assert.False(isThere);
    }

    [Theory]
    [InlineData("http://radio.example/a")]
    [InlineData("RTSP://b")]
    [InlineData("\"http://radio.example/a\"")]
    [InlineData("file://host/share.wav")]
    [InlineData(@"\\evil\share\a.wav")]
    [InlineData("//evil/share/a.wav")]
    [InlineData(@"\/evil\share\a.wav")]
    [InlineData(@"/\evil/share/a.wav")]
    [InlineData(@"\\?\UNC\evil\share\a.wav")]
    [InlineData(@"\\.\unc\evil\share\a.wav")]
    [InlineData(@"\??\UNC\evil\share\a.wav")]
    [InlineData(@"\\?\C:\a.wav")]
    [InlineData(@"\\.\COM1")]
    [InlineData("///evil/share/a.wav")]
    [InlineData("file://evil/share/a.wav")]
    [InlineData("file:////evil/share/a.wav")]
    [InlineData(@"file:///\evil\share\a.wav")]
    [InlineData(@"\\evil@SSL\DavWWWRoot\a.wav")]
    [InlineData("\"//evil/share/a.wav\"")]
    [InlineData("file:///%2Fevil/share/a.wav")]
    [InlineData("file:///%5Cevil%5Cshare%5Ca.wav")]
    [InlineData("file:/%2Fevil/share/a.wav")]
    [InlineData("file:%5C%5Cevil/share/a.wav")]
    public void Network_paths_are_not_looked_up_unless_the_playlist_is_there(string location)
    {
        Assert.Null(Locator().Find(location, out _));
        Assert.Null(Locator("good").Find(location, out _));
    }

    [Theory]
    [InlineData("%2F%2Fevil/share/a.wav")]
    [InlineData("%5C%5Cevil/share/a.wav")]
    [InlineData("\"%2F%2Fevil/share/a.wav\"")]
    public void Escapes_do_not_lead_to_the_network_either(string location) =>
        Assert.Equal(Path.Combine(_folder.Path, location), Locator().Find(location, out _));

    [Theory]
    [InlineData(@"\\NAS\music\a.wav")]
    [InlineData("//nas/other/a.wav")]
    [InlineData(@"\\?\UNC\nas\music\a.wav")]
    [InlineData(@"..\a.wav")]
    [InlineData(@"\music\a.wav")]
    [InlineData("/music/a.wav")]
    [InlineData(@"C:\music\a.wav")]
    [InlineData("a//b.wav")]
    public void A_playlist_on_a_share_may_name_files_there(string location) =>
        Assert.Equal(Path.Combine(_folder.Path, location), Locator("nas").Find(location, out _));

    [Fact]
    public void A_file_URL_may_name_the_share_of_the_playlist() =>
        Assert.Equal("//nas/music/a b.wav", Locator("nas").Find("file://NAS/music/a%20b.wav", out _)?.ToLowerInvariant());

    [Fact]
    public void A_cue_sheet_finds_the_sound_in_another_format()
    {
        _folder.Write("Album.flac", "x");
        _folder.Write("Album.txt", "x");

        Assert.Equal(_folder["Album.flac"], Locator().FindSound("album.wav", out bool isThere));
        Assert.True(isThere);
        Assert.Equal(_folder["other.wav"], Locator().FindSound("other.wav", out isThere));
        Assert.False(isThere);
    }

    [Fact]
    public void A_folder_is_read_once_however_many_tracks_are_looked_up()
    {
        EntryLocator locator = Locator();
        _folder.Write("Album.flac", "x");
        Assert.Equal(_folder["Album.flac"], locator.FindSound("album.wav", out _));

        _folder.Write("album.aiff", "x");
        _folder.Write("other.flac", "x");

        Assert.Equal(_folder["Album.flac"], locator.FindSound("ALBUM.wav", out _));
        Assert.Equal(_folder["other.wav"], locator.FindSound("other.wav", out bool isThere));
        Assert.False(isThere);
        Assert.Equal(_folder["album.aiff"], Locator().FindSound("ALBUM.wav", out _));
    }

    [Fact]
    public void The_number_of_entries_read_in_all_folders_is_limited()
    {
        _folder.Write("a/1.txt", "x");
        _folder.Write("a/2.flac", "x");
        _folder.Write("b/3.flac", "x");
        _folder.Write("b/4.flac", "x");
        var locator = new EntryLocator(_folder.Path, null, null, new FolderBudget(3));

        Assert.Equal(_folder["a/2.flac"], Path.GetFullPath(locator.FindSound("a/2.wav", out _)!));
        locator.FindSound("b/3.wav", out bool isThird);
        locator.FindSound("b/4.wav", out bool isFourth);
        Assert.True(isThird ^ isFourth);
    }

    [Fact]
    public void One_pair_of_quotes_is_removed_and_a_line_of_quotes_takes_bounded_work()
    {
        _folder.Write("a.wav", "x");
        EntryLocator locator = Locator();

        Assert.Equal(_folder["\"'a.wav'\""], locator.Find("\"'a.wav'\"", out bool isThere));
        Assert.False(isThere);
        string line = new('"', 4096);
        Assert.InRange(Allocations.OfRounds(3, _ => locator.Find(line, out bool _)), 1, 1 << 20);
    }

    private EntryLocator Locator(string? share = null) => new(_folder.Path, share, null);
}
