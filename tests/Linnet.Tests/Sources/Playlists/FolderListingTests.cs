using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Sources.Playlists;

public sealed partial class FolderListingTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sound_files_are_listed_in_natural_order_and_others_skipped()
    {
        string[] names = ["CD10/1.flac", "CD2/10.MP3", "cd2/9.opus", "2 b.wav", "2 A.wav", "10.wav", "a.txt", ".hidden.wav", ".git/x.wav",
            "cover.jpg", "z", "007.wav"];
        Array.ForEach(names, name => _folder.Write(name, "x"));

        // Where upper and lower case name the same folder, CD2 has both files.
        Assert.Equal(
            ["2 A.wav", "2 b.wav", "007.wav", "10.wav", "cd2/9.opus", "CD2/10.MP3", "CD10/1.flac"], List(),
            StringComparer.OrdinalIgnoreCase);
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
    public void Paths_sort_in_natural_order(string first, string second)
    {
        Assert.True(NaturalOrder.Instance.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Instance.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(first, first));
    }

    [Fact]
    public void The_order_is_total()
    {
        var random = new Random(3);
        string[] names =
            [.. Enumerable.Range(0, 300)
                .Select(_ => new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => "aAb012/ "[random.Next(8)])]))];
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
    public void Circular_links_are_followed_once()
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
    public void Folders_that_are_too_deep_are_skipped()
    {
        string deep = string.Concat(Enumerable.Repeat("d/", FolderListing.MaxDepth));
        _folder.Write(deep + "in.wav", "x");
        _folder.Write(deep + "d/out.wav", "x");

        Assert.Equal([deep + "in.wav"], List());
        Assert.Equal($"750 {_folder.Path}: skipped 1 folders that are more than 16 deep. The first: {_folder[deep + "d"]}",
            Assert.Single(_log.Lines));
    }

    [Fact]
    public void A_missing_folder_and_one_without_sound_are_refused_with_a_sentence()
    {
        _folder.Write("a.txt", "x");

        Assert.Equal($"There is no audio file in {_folder.Path}.", Assert.Throws<IOException>(List).Message);
        Assert.Contains("is not a folder", Assert.Throws<IOException>(() => FolderListing.List(_folder["a.txt"], _log)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_listed_once_whatever_links_lead_to_it()
    {
        _folder.Write("library/Jazz/1.wav", "x");
        _folder.Write("library/Jazz/2.wav", "x");
        _folder.Write("library/Rock/3.wav", "x");
        Directory.CreateSymbolicLink(_folder["library/A link"], _folder["library/Rock"] + "/");
        Directory.CreateSymbolicLink(_folder["library/Jazz/parent"], "..");
        Directory.CreateSymbolicLink(_folder["library/Jazz/parents"], "../");
        Directory.CreateSymbolicLink(_folder["library/Jazz/self"], ".");
        Directory.CreateSymbolicLink(_folder["library/Jazz/circle"], "circle");
        Directory.CreateSymbolicLink(_folder["way"], _folder["library"]);
        Directory.CreateSymbolicLink(_folder["library/Jazz/around"], _folder["way/Jazz"]);
        File.CreateSymbolicLink(_folder["library/0 first.wav"], _folder["way/Jazz/2.wav"]);

        string[] expected = ["Jazz/1.wav", "Jazz/2.wav", "Rock/3.wav"];
        Assert.Equal(expected, List(_folder["library"]));
        Assert.Equal(expected, List(_folder["way"]));
        Assert.Equal(expected, List(_folder["way"] + "/"));
        Assert.Equal(["1.wav", "2.wav", "parent/Rock/3.wav"], List(_folder["way/Jazz"]));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Files_reached_only_by_links_are_listed_by_them()
    {
        _folder.Write("elsewhere/1.wav", "x");
        _folder.Write("elsewhere/deep/2.wav", "x");
        Directory.CreateDirectory(_folder["songs"]);
        Directory.CreateSymbolicLink(_folder["songs/b"], _folder["elsewhere/"]);
        Directory.CreateSymbolicLink(_folder["songs/a"], _folder["elsewhere/deep"]);
        File.CreateSymbolicLink(_folder["songs/gone.wav"], _folder["gone.wav"]);
        File.CreateSymbolicLink(_folder["songs/self.wav"], "self.wav");

        Assert.Equal(["a/2.wav", "b/1.wav", "gone.wav", "self.wav"], List(_folder["songs"]));
    }

    [Fact]
    public void A_hard_linked_file_is_listed_once()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        _folder.Write("b.wav", "x");
        _folder.Write("c.wav", "x");
        Assert.Equal(0, Link(_folder["b.wav"], _folder["a.wav"]));

        Assert.Equal(["a.wav", "c.wav"], List());
    }

    [Fact]
    public void A_folder_is_entered_by_the_shortest_path()
    {
        string deep = string.Concat(Enumerable.Repeat("d/", FolderListing.MaxDepth));
        _folder.Write(deep + "e/f/out.wav", "x");
        Directory.CreateSymbolicLink(_folder["short"], _folder[deep]);
        Directory.CreateSymbolicLink(_folder["d/d/longer"], _folder[deep + "e"]);

        Assert.Equal(["short/e/f/out.wav"], List());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Without_inodes_the_path_without_links_identifies_a_file()
    {
        _folder.Write("library/Jazz/1.wav", "x");
        Directory.CreateSymbolicLink(_folder["way"], "library/");
        Directory.CreateSymbolicLink(_folder["circle"], "circle/a");
        File.CreateSymbolicLink(_folder["library/link.wav"], _folder["way/Jazz/../Jazz/1.wav"]);
        string song = FileIdentity.Canonical(_folder["library/Jazz/1.wav"]);

        Assert.Equal(song, FileIdentity.Canonical(_folder["way/Jazz/1.wav"]));
        Assert.Equal(song, FileIdentity.Canonical(_folder["way/link.wav"]));
        Assert.NotEqual(song, FileIdentity.Canonical(_folder["library/Jazz/2.wav"]));
        Assert.StartsWith(FileIdentity.Canonical(_folder["circle"]), FileIdentity.Canonical(_folder["circle/a"]), StringComparison.Ordinal);
        Assert.Equal(
            FolderEntries.Read(_folder.Path).OrderBy(static entry => entry.Name),
            FolderEntries.ReadNames(_folder.Path).OrderBy(static entry => entry.Name));
    }

    [Fact]
    public void Names_that_are_not_UTF_8_are_listed()
    {
        if (!RawNames.AreThere)
        {
            return;
        }

        using var raw = new RawNames();
        _folder.Write("plain/1.wav", "x");
        _folder.Write("plain/2.wav", "x");
        _folder.Write("3.wav", "x");
        raw.Rename(_folder["plain/1.wav"], _folder["plain/Caf\uDCE9.wav"]);
        raw.Rename(_folder["plain"], _folder["M\uDCFChe"]);

        Assert.Equal(["3.wav", "M\uDCFChe/2.wav", "M\uDCFChe/Caf\uDCE9.wav"], List());
        Assert.Equal(["2.wav", "Caf\uDCE9.wav"], List(_folder["M\uDCFChe"]));
        Assert.Equal(_folder["M\uDCFChe/Caf\uDCE9.wav"], DiskPath.Resolve(_folder["M\uFFFDhe/Caf\uFFFD.wav"]));
        Assert.Equal(_folder["N\uFFFDhe"], DiskPath.Resolve(_folder["N\uFFFDhe"]));
        raw.Rename(_folder["3.wav"], _folder["M\uDCFDhe"]);
        Assert.Equal(_folder["M\uFFFDhe"], DiskPath.Resolve(_folder["M\uFFFDhe"]));
    }

    private string[] List() => List(_folder.Path);

    private string[] List(string folder) =>
        [.. FolderListing.List(folder, _log).Select(
            entry => Path.GetRelativePath(folder, entry.Path).Replace(Path.DirectorySeparatorChar, '/'))];

    [System.Runtime.InteropServices.LibraryImport(
        "libc", EntryPoint = "link", StringMarshalling = System.Runtime.InteropServices.StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
