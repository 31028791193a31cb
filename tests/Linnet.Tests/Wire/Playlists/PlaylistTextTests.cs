using System.Text;
using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Tests.Wire.Playlists;

public class PlaylistTextTests
{
    [Fact]
    public void An_m3u_lists_paths_and_titles()
    {
        PlaylistText playlist = Parse(
            PlaylistKind.M3u,
            "\uFEFF#EXTM3U\r\n\r\n#EXTINF:123,The Bird - Its Song\r\n  music/a.mp3  \r\n#comment\nb.flac\r#EXTINF:-1 x=\"1, 2\",Only, a "
                + "title\nfile:///music/c%20d.wav\n#EXTINF:5\ne.wav");

        Assert.Equal(
            [
                new PlaylistItem("music/a.mp3", new TrackInfo("Its Song", "The Bird")),
                new PlaylistItem("b.flac"),
                new PlaylistItem("file:///music/c%20d.wav", new TrackInfo("Only, a title")),
                new PlaylistItem("e.wav"),
            ],
            playlist.Items);
    }

    [Fact]
    public void A_quote_without_an_end_does_not_hide_the_title() =>
        Assert.Equal("The, end", Assert.Single(Parse(PlaylistKind.M3u, "#EXTINF:1 x=\"a,The, end\nb.wav\n").Items).Title?.Title);

    [Fact]
    public void A_line_may_be_as_long_as_a_path_on_Linux()
    {
        string path = new('x', PlaylistText.MaxLineLength);

        Assert.Equal(path, Assert.Single(Parse(PlaylistKind.M3u, path).Items).Location);
    }

    [Theory]
    [InlineData("[Playlist]\n")]
    [InlineData("\n; made by hand\n# or not\n[playlist]\n")]
    [InlineData("\uFEFF[playlist]\n")]
    [InlineData("")]
    public void A_pls_lists_files_by_number(string head)
    {
        PlaylistText playlist = Parse(
            PlaylistKind.Pls,
            head + "NumberOfEntries=3\nTitle2=Second\nFile10=j.wav\nfile2 = b.wav\nFile1= "
                + "a.wav\nFile1=again.wav\nLength1=5\nFile0=zero.wav\nFileX=x\nFile-1=y\nFile900000=z.wav\nFile3=\nVersion=2\n");

        Assert.Equal(
            [new PlaylistItem("zero.wav"), new PlaylistItem("a.wav"), new PlaylistItem("b.wav", new TrackInfo("Second")),
                new PlaylistItem("j.wav"), new PlaylistItem("z.wav")],
            playlist.Items);
    }

    [Fact]
    public void An_xspf_lists_locations_creators_and_titles()
    {
        PlaylistText playlist = Parse(
            PlaylistKind.Xspf,
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE playlist>
            <playlist version="1" xmlns="http://xspf.org/ns/0/">
              <title>All</title><creator>Nobody</creator><location>http://example.org/list.xspf</location>
              <trackList>
                <track><location> a%20b.wav </location><creator>The &amp; Bird</creator><title>Its <!-- x --><![CDATA[<Song>]]></title><image>c.png</image></track>
                <track><title>Nowhere</title></track>
                <track><location/><location>file:///music/c.flac</location><location>http://example.org/c.flac</location></track>
              </trackList>
            </playlist>
            """);

        Assert.Equal(
            [
                new PlaylistItem("a%20b.wav", new TrackInfo("Its <Song>", "The & Bird")),
                new PlaylistItem("file:///music/c.flac"),
                new PlaylistItem("http://example.org/c.flac") { IsAlternative = true },
            ],
            playlist.Items);
    }

    [Theory]
    [InlineData("M3u", "[playlist]\nFile1=a.wav")]
    [InlineData("M3u", "; made by hand\n# or not\n\n[playlist]\nFile1=a.wav")]
    [InlineData("M3u", "Title1=A\nFile1=a.wav")]
    [InlineData("Pls", "#EXTM3U\na.wav")]
    [InlineData("Pls", "\r\n \n#EXTM3U\na.wav")]
    [InlineData("M3u", "\n<playlist><track><location>a.wav</location></track></playlist>")]
    [InlineData("Pls", "<playlist><track><location>a.wav</location></track></playlist>")]
    public void The_content_of_a_playlist_decides_its_kind_not_its_name(string called, string text) =>
        Assert.Equal("a.wav", Assert.Single(Parse(Enum.Parse<PlaylistKind>(called), text).Items).Location);

    [Fact]
    public void Names_that_are_not_UTF_8_keep_their_bytes_and_titles_are_read_as_Windows_1252()
    {
        foreach (byte[] text in (byte[][])
            [[.. "#EXTINF:1,Don"u8, 0x92, .. "t\r\nCaf"u8, 0xE9, 0x85, .. ".wav\n\u65E5.wav"u8],
                [.. "[playlist]\nTitle1=Don"u8, 0x92, .. "t\nFile1=Caf"u8, 0xE9, 0x85, .. ".wav\nFile2=\u65E5.wav"u8]])
        {
            IReadOnlyList<PlaylistItem> items = Parse(PlaylistKind.M3u, text).Items;

            Assert.Equal(["Caf\uDCE9\uDC85.wav", "日.wav"], items.Select(static item => item.Location));
            Assert.Equal("Don’t", items[0].Title?.Title);
        }

        Assert.Equal(
            "Café…", Assert.Single(
                Parse(PlaylistKind.Xspf,
                    [.. "<playlist><track><location>a</location><title>Caf"u8, 0xE9, 0x85,
                        .. "</title></track></playlist>"u8]).Items).Title?.Title);
    }

    [Fact]
    public void A_name_may_contain_a_Unicode_line_break() =>
        Assert.Equal("a\u2028b\u0085c\fd.wav", Assert.Single(Parse(PlaylistKind.M3u, "a\u2028b\u0085c\fd.wav\n").Items).Location);

    [Fact]
    public void The_encoding_that_a_playlist_names_is_used()
    {
        byte[] picnic = [0xCF, 0xE8, 0xEA, 0xED, 0xE8, 0xEA];
        PlaylistText within =
            Parse(PlaylistKind.M3u, [.. "#EXTM3U\n#EXTENC: windows-1251\n#EXTINF:1,"u8, .. picnic, .. "\n"u8, .. picnic, .. ".wav\n"u8]);
        PlaylistText xml =
            Parse(PlaylistKind.Xspf,
                [.. "<?xml version='1.0' encoding='iso-8859-1'?><playlist><track><location>a</location><title>"u8, 0xE9,
                    .. "</title></track></playlist>"u8]);
        Assert.True(PlaylistText.TryParse([.. "#EXTINF:1,"u8, .. picnic, .. "\na.wav\n"u8], PlaylistKind.M3u, NamedEncoding.Find("cp1251"),
            out PlaylistText beside, out _));

        Assert.Equal("Пикник", within.Items[0].Title?.Title);
        Assert.Equal("Пикник.wav", ByteText.ToText(within.Items[0].Location, within.Encoding));
        Assert.Equal("Пикник", beside.Items[0].Title?.Title);
        Assert.Equal("é", xml.Items[0].Title?.Title);
        Assert.Equal("é", Parse(PlaylistKind.M3u, "\uFEFF#EXTENC:windows-1251\n#EXTINF:1,é\na\n").Items[0].Title?.Title);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_playlist_with_a_byte_order_mark_may_be_in_UTF_16(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] Bytes(string text) => [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];

        Assert.Equal(new PlaylistItem("日é.wav", new TrackInfo("Don’t")),
            Assert.Single(Parse(PlaylistKind.M3u, Bytes("#EXTM3U\r\n#EXTINF:1,Don’t\r\n日é.wav\r\n")).Items));
        Assert.Equal("日é.wav", Assert.Single(Parse(PlaylistKind.Pls, Bytes("[playlist]\nFile1=日é.wav")).Items).Location);
        Assert.Equal("日é.wav", Assert.Single(Parse(PlaylistKind.Pls, Bytes("#EXTM3U\n日é.wav")).Items).Location);
        Assert.Equal(
            "日é.wav", Assert.Single(
                Parse(PlaylistKind.Xspf,
                    Bytes($"<?xml version=\"1.0\" "
                        + $"encoding=\"{name}\"?><playlist><track><location>日é.wav</location></track></playlist>")).Items).Location);
    }

    [Fact]
    public void A_comment_that_may_be_a_file_name_is_kept_as_a_doubtful_entry()
    {
        IReadOnlyList<PlaylistItem> items = Parse(PlaylistKind.M3u, "#EXTM3U\n# a comment\n#1 Hit.wav\n#EXTVLCOPT:a.b\nb.wav\n").Items;

        Assert.Equal([new PlaylistItem("#1 Hit.wav") { IsDoubtful = true }, new PlaylistItem("b.wav")], items);
        Assert.Equal(
            PlaylistText.MaxEntries,
            Parse(PlaylistKind.M3u, string.Concat(Enumerable.Repeat("#a.b\na\n", PlaylistText.MaxEntries))).Items.Count(
                static item => !item.IsDoubtful));
    }

    public static TheoryData<string, int, byte[]> Refused() => new()
    {
        { "longer than 4 MiB", (int)PlaylistKind.M3u, new byte[PlaylistText.MaxLength + 1] },
        { "not text", (int)PlaylistKind.M3u, [.. "a.wav\n\0"u8] },
        { "not text", (int)PlaylistKind.M3u, Encoding.Unicode.GetBytes("a.wav") },
        { "not text", (int)PlaylistKind.M3u, Encoding.UTF32.GetBytes("\uFEFFa.wav") },
        { "HLS", (int)PlaylistKind.M3u, [.. "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nsegment1.ts\n"u8] },
        { "line 2 is longer", (int)PlaylistKind.M3u, [.. "a\n"u8, .. Enumerable.Repeat((byte)'x', PlaylistText.MaxLineLength + 1)] },
        { "more than 20000 entries", (int)PlaylistKind.M3u,
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a\n", PlaylistText.MaxEntries + 1))) },
        { "more than 20000 entries", (int)PlaylistKind.Pls,
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, PlaylistText.MaxEntries + 1).Select(static i => $"File{i}=a\n"))) },
        { "neither [playlist] nor File1=", (int)PlaylistKind.Pls, [.. "a.wav\n"u8] },
        { "neither [playlist] nor File1=", (int)PlaylistKind.Pls, [] },
        { "line 3 is longer", (int)PlaylistKind.Pls,
            [.. "[playlist]\n\nFile1="u8, .. Enumerable.Repeat((byte)'x', PlaylistText.MaxLineLength)] },
        { "XML is malformed", (int)PlaylistKind.Xspf, [.. "<playlist><track>"u8] },
        { "XML is malformed", (int)PlaylistKind.Xspf, [.. "a.wav"u8] },
        { "XML is malformed", (int)PlaylistKind.Xspf,
            [.. "<!DOCTYPE p [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><playlist><track><location>&a;</location></track></playlist>"u8] },
        { "nested too deeply", (int)PlaylistKind.Xspf,
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 70)) + string.Concat(Enumerable.Repeat("</a>", 70))) },
        { "names no FILE", (int)PlaylistKind.Cue, [.. "a.wav"u8] },
        { "line 1 is longer", (int)PlaylistKind.Cue, [.. Enumerable.Repeat((byte)'x', PlaylistText.MaxLineLength + 1)] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Input_that_is_not_a_playlist_is_refused(string reason, int kind, byte[] file)
    {
        Assert.False(PlaylistText.TryParse(file, (PlaylistKind)kind, null, out PlaylistText playlist, out string problem));

        Assert.Empty(playlist.Items);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_never_throws()
    {
        byte[][] samples =
        [
            [.. "#EXTM3U\n#EXTENC:cp1251\n#EXTINF:12,A - B\nmusic/a.wav\nhttp://x/y\nfile:///z.wav\n#1.wav"u8],
            [.. "[playlist]\nFile1=a.wav\nTitle1=B\nFile2=http://x\nNumberOfEntries=2\n"u8],
            [.. "<?xml version='1.0' encoding='utf-8'?><playlist><track><location>a&amp;b</location><title>t</title></track></playlist>"u8],
            [.. "PERFORMER \"A\"\nFILE \"a b.wav\" WAVE\nTRACK 01 AUDIO\nTITLE \"t\"\nINDEX 01 00:00:00\n"u8,
                .. "TRACK 02 AUDIO\nINDEX 00 01:02:03\nINDEX 01 01:03:03\n"u8],
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("#EXTM3U\na.wav\n")],
        ];
        var noise = new Noise(99);
        int accepted = 0;
        for (int i = 0; i < 60_000; i++)
        {
            byte[] file = noise.Mutation(samples);
            if (PlaylistText.TryParse(file, (PlaylistKind)(i % 4), null, out PlaylistText playlist, out string problem))
            {
                accepted++;
                Assert.All(playlist.Items, static item => Assert.NotEqual("", item.Location));
            }
            else
            {
                Assert.NotEqual("", problem);
            }
        }

        Assert.InRange(accepted, 10_000, 59_000);
    }

    private static PlaylistText Parse(PlaylistKind kind, string text) => Parse(kind, Encoding.UTF8.GetBytes(text));

    private static PlaylistText Parse(PlaylistKind kind, byte[] file)
    {
        Assert.True(PlaylistText.TryParse(file, kind, null, out PlaylistText playlist, out string problem), problem);
        return playlist;
    }
}
