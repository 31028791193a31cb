using System.Text;
using Linnet.Audio;
using Linnet.Sources;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Sources;

public class PlaylistTextTests
{
    [Fact]
    public void An_m3u_lists_paths_and_titles()
    {
        PlaylistText playlist = Parse(PlaylistKind.M3u8, "\uFEFF#EXTM3U\r\n\r\n#EXTINF:123,The Bird - Its Song\r\n  music/a.mp3  \r\n#comment\nb.flac\n#EXTINF:-1 x=\"1\",Only a title\nfile:///music/c%20d.wav\n");

        Assert.Equal(
            [
                new PlaylistItem("music/a.mp3", new TrackInfo("Its Song", "The Bird")),
                new PlaylistItem("b.flac", null),
                new PlaylistItem("/music/c d.wav", new TrackInfo("Only a title")),
            ],
            playlist.Items);
        Assert.Equal(0, playlist.Addresses);
    }

    [Fact]
    public void A_pls_lists_files_by_number()
    {
        PlaylistText playlist = Parse(PlaylistKind.Pls, "\n[Playlist]\nNumberOfEntries=3\nTitle2=Second\nFile10=j.wav\nfile2=b.wav\nFile1= a.wav\nFile1=again.wav\nLength1=5\nFile0=zero\nFileX=x\nVersion=2\n");

        Assert.Equal([new PlaylistItem("a.wav", null), new PlaylistItem("b.wav", new TrackInfo("Second")), new PlaylistItem("j.wav", null)], playlist.Items);
    }

    [Fact]
    public void An_old_m3u_may_be_in_latin_1() =>
        Assert.Equal("Caf\u00E9.wav", Assert.Single(Parse(PlaylistKind.M3u, [.. "Caf"u8, 0xE9, .. ".wav"u8]).Items).Location);

    [Fact]
    public void Network_addresses_are_counted_not_played()
    {
        PlaylistText playlist = Parse(PlaylistKind.M3u, "http://radio.example/a\na.wav\nRTSP://b\nfile://host/share.wav\nC:\\music\\x.wav\n");

        Assert.Equal(["a.wav", "C:\\music\\x.wav"], playlist.Items.Select(item => item.Location));
        Assert.Equal((3, "http://radio.example/a"), (playlist.Addresses, playlist.FirstAddress));
    }

    [Theory]
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
    [InlineData("file:///%2Fevil/share/a.wav")]
    [InlineData("file:///%5Cevil%5Cshare%5Ca.wav")]
    [InlineData(@"\\evil@SSL\DavWWWRoot\a.wav")]
    public void A_share_is_a_network_address_unless_the_playlist_lies_on_it(string location)
    {
        PlaylistText elsewhere = Parse(PlaylistKind.M3u8, location + "\na.wav\n");
        PlaylistText besides = Parse(PlaylistKind.Pls, $"[playlist]\nFile1={location}\nFile2=a.wav\n", "good");

        Assert.Equal(("a.wav", 1), (Assert.Single(elsewhere.Items).Location, elsewhere.Addresses));
        Assert.Equal(("a.wav", 1), (Assert.Single(besides.Items).Location, besides.Addresses));
    }

    [Theory]
    [InlineData(@"\\NAS\music\a.wav")]
    [InlineData("//nas/other/a.wav")]
    [InlineData(@"\\?\UNC\nas\music\a.wav")]
    [InlineData(@"..\a.wav")]
    [InlineData(@"\music\a.wav")]
    [InlineData("/music/a.wav")]
    [InlineData(@"C:\music\a.wav")]
    [InlineData("a//b.wav")]
    public void A_playlist_on_a_share_may_name_what_is_there(string location) =>
        Assert.Equal(location, Assert.Single(Parse(PlaylistKind.M3u8, location, "nas").Items).Location);

    public static TheoryData<string, int, byte[]> Refused() => new()
    {
        { "longer than 4 MiB", (int)PlaylistKind.M3u, new byte[PlaylistText.MaxLength + 1] },
        { "not a playlist", (int)PlaylistKind.M3u, [.. "a.wav\n\0"u8] },
        { "not a playlist", (int)PlaylistKind.M3u, Encoding.Unicode.GetBytes("\uFEFFa.wav") },
        { "not in UTF-8", (int)PlaylistKind.M3u8, [.. "Caf"u8, 0xE9] },
        { "not in UTF-8", (int)PlaylistKind.M3u, [0xEF, 0xBB, 0xBF, 0xE9] },
        { "HLS", (int)PlaylistKind.M3u8, [.. "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nsegment1.ts\n"u8] },
        { "line 2 is longer", (int)PlaylistKind.M3u, [.. "a\n"u8, .. Enumerable.Repeat((byte)'x', PlaylistText.MaxLineLength + 1)] },
        { "more than 20000 entries", (int)PlaylistKind.M3u, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a\n", PlaylistText.MaxEntries + 1))) },
        { "does not begin with [playlist]", (int)PlaylistKind.Pls, [.. "File1=a.wav\n"u8] },
        { "does not begin with [playlist]", (int)PlaylistKind.Pls, [] },
        { "line 3 is longer", (int)PlaylistKind.Pls, [.. "[playlist]\n\nFile1="u8, .. Enumerable.Repeat((byte)'x', PlaylistText.MaxLineLength)] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_playlist_is_refused(string reason, int kind, byte[] file)
    {
        Assert.False(PlaylistText.TryParse(file, (PlaylistKind)kind, null, out PlaylistText playlist, out string problem));

        Assert.Empty(playlist.Items);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_never_throws_and_never_names_an_address()
    {
        byte[][] samples =
        [
            [.. "#EXTM3U\n#EXTINF:12,A - B\nmusic/a.wav\nhttp://x/y\nfile:///z.wav\n"u8],
            [.. "[playlist]\nFile1=a.wav\nTitle1=B\nFile2=http://x\nNumberOfEntries=2\n"u8],
        ];
        var noise = new Noise(99);
        int accepted = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] file = noise.Mutation(samples);
            if (PlaylistText.TryParse(file, (PlaylistKind)(i % 3), null, out PlaylistText playlist, out string problem))
            {
                accepted++;
                Assert.All(playlist.Items, item => Assert.False(SourceAddress.IsUrl(item.Location) || item.Location.Length == 0));
            }
            else
            {
                Assert.NotEqual("", problem);
            }
        }

        Assert.InRange(accepted, 10_000, 99_000);
    }

    private static PlaylistText Parse(PlaylistKind kind, string text, string? share = null) => Parse(kind, Encoding.UTF8.GetBytes(text), share);

    private static PlaylistText Parse(PlaylistKind kind, byte[] file, string? share = null)
    {
        Assert.True(PlaylistText.TryParse(file, kind, share, out PlaylistText playlist, out string problem), problem);
        return playlist;
    }
}
