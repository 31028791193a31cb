using Linnet.Sources;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Sources;

public sealed class FolderListingTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sound_files_are_listed_as_people_number_them_and_others_left_out()
    {
        string[] names = ["CD10/1.flac", "CD2/10.MP3", "cd2/9.opus", "2 b.wav", "2 A.wav", "10.wav", "a.txt", ".hidden.wav", ".git/x.wav", "cover.jpg", "z", "007.wav"];
        Array.ForEach(names, name => _folder.Write(name, "x"));

        Assert.Equal(["2 A.wav", "2 b.wav", "007.wav", "10.wav", "cd2/9.opus", "CD2/10.MP3", "CD10/1.flac"], List());
    }

    [Theory]
    [InlineData("2", "10")]
    [InlineData("a2b", "a10b")]
    [InlineData("a", "B")]
    [InlineData("a/z", "a b/a")]
    [InlineData("9", "10000000000000000000000000000")]
    [InlineData("1.2.9", "1.2.10")]
    [InlineData("a", "a1")]
    [InlineData("01", "2")]
    [InlineData("A", "a")]
    [InlineData("001", "01")]
    [InlineData("", "a")]
    public void What_comes_first_comes_first(string first, string second)
    {
        Assert.True(NaturalOrder.Instance.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Instance.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(first, first));
    }

    [Fact]
    public void The_order_is_one()
    {
        var random = new Random(3);
        string[] names = [.. Enumerable.Range(0, 300).Select(_ => new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => "aAb012/ "[random.Next(8)])]))];
        string[] sorted = [.. names.Order(NaturalOrder.Instance)];

        random.Shuffle(names);
        Assert.Equal(sorted, names.Order(NaturalOrder.Instance));
        for (int i = 0; i < 20_000; i++)
        {
            (int a, int b) = (random.Next(300), random.Next(300));
            Assert.Equal(sorted[a] == sorted[b] ? 0 : a.CompareTo(b), Math.Sign(NaturalOrder.Instance.Compare(sorted[a], sorted[b])));
        }
    }

    [Fact]
    public void Links_that_go_in_circles_are_followed_once()
    {
        _folder.Write("a/1.wav", "x");
        Directory.CreateSymbolicLink(_folder["a/loop"], _folder.Path);
        Directory.CreateSymbolicLink(_folder["a/self"], _folder["a/self"]);
        Directory.CreateSymbolicLink(_folder["b"], _folder["a"]);
        File.CreateSymbolicLink(_folder["a/link.wav"], _folder["a/1.wav"]);

        string[] names = List();

        Assert.Equal(1, names.Count(name => name.EndsWith("1.wav", StringComparison.Ordinal)));
    }

    [Fact]
    public void Folders_too_deep_are_left_out()
    {
        string deep = string.Concat(Enumerable.Repeat("d/", FolderListing.MaxDepth));
        _folder.Write(deep + "in.wav", "x");
        _folder.Write(deep + "d/out.wav", "x");

        Assert.Equal([deep + "in.wav"], List());
    }

    [Fact]
    public void No_folder_and_no_sound_are_told_in_a_sentence()
    {
        _folder.Write("a.txt", "x");

        Assert.Equal($"There is no sound file in {_folder.Path}.", Assert.Throws<IOException>(List).Message);
        Assert.Contains("is not a folder", Assert.Throws<IOException>(() => FolderListing.List(_folder["a.txt"], _log)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_playlist_names_files_beside_itself()
    {
        _folder.Write("music/one.wav", "x");
        string path = _folder.Write("lists/mine.m3u", "../music/one.wav\nhttp://radio.example/\n..\\music\\one.wav\n/absolute.wav\n");

        IReadOnlyList<PlaylistEntry> entries = PlaylistFile.List(path, PlaylistKind.M3u, _log);

        Assert.Equal([_folder["music/one.wav"], _folder["music/one.wav"], "/absolute.wav"], entries.Select(entry => Path.GetFullPath(entry.Path)));
        Assert.Contains("http://radio.example/", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.m3u", "http://radio.example/", "only network addresses")]
    [InlineData("a.m3u8", "#EXTM3U\n", "names no files")]
    [InlineData("a.pls", "File1=x", "does not begin with [playlist]")]
    public void A_playlist_without_files_is_told_in_a_sentence(string name, string text, string part)
    {
        string message = Assert.Throws<IOException>(
            () => AudioSources.OpenPath(_folder.Write(name, text), new SourceOptions(), _log, TestContext.Current.CancellationToken)).Message;

        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    private string[] List() => [.. FolderListing.List(_folder.Path, _log).Select(entry => Path.GetRelativePath(_folder.Path, entry.Path))];
}
