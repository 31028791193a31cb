using System.Buffers;
using System.Text;
using Linnet.Wire.Hls;

namespace Linnet.Tests.Wire.Hls;

public class HlsPlaylistTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 13, 0, 0, 250, TimeSpan.FromHours(1));

    [Fact]
    public void A_media_playlist_is_written_line_by_line()
    {
        MediaSegment[] segments =
        [
            Segment(0) with { Map = "a/1.mp4" },
            Segment(1) with { Map = "a/1.mp4" },
            Segment(2) with { Map = "a/1.mp4", IsGap = true },
            Segment(3) with { Map = "a/2.mp4", IsDiscontinuous = true },
        ];
        var playlist = new MediaPlaylist(4, 412_345, segments)
        {
            DiscontinuitySequence = 3,
            DateRanges =
            [
                new DateRange("t1", Noon)
                {
                    Class = "linnet.title", End = Noon.AddSeconds(9.5), Title = "Größe", Artist = "A, B = C", Album = "D",
                },
                new DateRange("t2", Noon.AddSeconds(9.5)) { Title = "x" },
            ],
            IsEnded = true,
        };

        Assert.Equal(
            """
            #EXTM3U
            #EXT-X-VERSION:8
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-TARGETDURATION:4
            #EXT-X-MEDIA-SEQUENCE:412345
            #EXT-X-DISCONTINUITY-SEQUENCE:3
            #EXT-X-DATERANGE:ID="t1",CLASS="linnet.title",START-DATE="2026-11-30T12:00:00.250Z",END-DATE="2026-11-30T12:00:09.750Z",X-TITLE="Größe",X-ARTIST="A, B = C",X-ALBUM="D"
            #EXT-X-DATERANGE:ID="t2",START-DATE="2026-11-30T12:00:09.750Z",X-TITLE="x"
            #EXT-X-MAP:URI="a/1.mp4"
            #EXT-X-PROGRAM-DATE-TIME:2026-11-30T12:00:00.250Z
            #EXTINF:3.98549,
            a/0.m4s
            #EXT-X-PROGRAM-DATE-TIME:2026-11-30T12:00:04.250Z
            #EXTINF:3.98549,
            a/1.m4s
            #EXT-X-GAP
            #EXT-X-PROGRAM-DATE-TIME:2026-11-30T12:00:08.250Z
            #EXTINF:3.98549,
            a/2.m4s
            #EXT-X-DISCONTINUITY
            #EXT-X-MAP:URI="a/2.mp4"
            #EXT-X-PROGRAM-DATE-TIME:2026-11-30T12:00:12.250Z
            #EXTINF:3.98549,
            a/3.m4s
            #EXT-X-ENDLIST

            """,
            Text(playlist));
    }

    [Fact]
    public void A_multivariant_playlist_lists_its_renditions_in_order()
    {
        var playlist = new MultivariantPlaylist(
            [
                new VariantStream("hls/mp3.m3u8", 133_000, 129_000, "mp4a.40.34"),
                new VariantStream("hls/opus.m3u8", 140_000, 131_000, "Opus"),
            ]);

        Assert.Equal(
            """
            #EXTM3U
            #EXT-X-VERSION:6
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-STREAM-INF:BANDWIDTH=133000,AVERAGE-BANDWIDTH=129000,CODECS="mp4a.40.34"
            hls/mp3.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=131000,CODECS="Opus"
            hls/opus.m3u8

            """,
            Text(playlist));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultivariantPlaylist([]));
    }

    [Fact]
    public void A_playlist_of_packed_audio_names_no_init_segment_and_no_counts_of_nothing()
    {
        string text = Text(new MediaPlaylist(4, 0, [Segment(0), Segment(1)]));

        Assert.DoesNotContain("EXT-X-MAP", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DISCONTINUITY", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ENDLIST", text, StringComparison.Ordinal);
        Assert.Contains("#EXT-X-VERSION:6\n", text, StringComparison.Ordinal);
        Assert.Contains("#EXT-X-MEDIA-SEQUENCE:0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_init_segment_is_named_again_after_a_discontinuity()
    {
        MediaSegment[] segments =
        [
            Segment(0) with { Map = "1.mp4" }, Segment(1) with { Map = "1.mp4" }, Segment(2) with { IsGap = true },
            Segment(3) with { Map = "1.mp4" }, Segment(4) with { Map = "1.mp4", IsDiscontinuous = true },
        ];

        string[] parts = Text(new MediaPlaylist(4, 0, segments)).Split(".m4s\n");

        Assert.Equal([0, 4], Enumerable.Range(0, 5).Where(i => parts[i].Contains("#EXT-X-MAP:URI=\"1.mp4\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("a\"b", "a”b")]
    [InlineData("a\r\n#EXT-X-ENDLIST\nb", "a #EXT-X-ENDLIST b")]
    [InlineData("a\",X-EVIL=\"b", "a”,X-EVIL=”b")]
    [InlineData("\0\u0007a\u007F\u0085b\u2028c\uD800d", "a b c d")]
    [InlineData("\u202Eabc\u2069", "abc")]
    public void A_hostile_title_stays_within_its_quotation_marks(string title, string written)
    {
        string text = Text(Playlist(new DateRange("t", Noon) { Title = title, Artist = title, Album = title, Class = title }));

        Assert.Contains(
            $"#EXT-X-DATERANGE:ID=\"t\",CLASS=\"{written}\",START-DATE=\"2026-11-30T12:00:00.250Z\",X-TITLE=\"{written}\","
            + $"X-ARTIST=\"{written}\",X-ALBUM=\"{written}\"\n",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_as_a_title_adds_no_line_and_no_attribute()
    {
        int lines = Text(Playlist(new DateRange("t", Noon) { Title = "x" })).Count(static c => c == '\n');
        var noise = new Noise(8216);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = noise.Bytes(400);

            string text = Text(Playlist(new DateRange("t", Noon) { Title = Encoding.Latin1.GetString(bytes) }));

            Assert.Equal(lines, text.Count(static c => c == '\n'));
            Assert.DoesNotContain(text, static c => char.IsControl(c) && c != '\n');
            string range = text.Split('\n').Single(static line => line.StartsWith("#EXT-X-DATERANGE", StringComparison.Ordinal));
            Assert.InRange(range.Count(static c => c == '"'), 4, 6);
            Assert.InRange(range.Length, 1, 400);
        }
    }

    [Fact]
    public void A_title_without_readable_characters_is_left_out() => Assert.Contains(
        "#EXT-X-DATERANGE:ID=\"t\",START-DATE=\"2026-11-30T12:00:00.250Z\"\n",
        Text(Playlist(new DateRange("t", Noon) { Title = " \r\n", Artist = "" })),
        StringComparison.Ordinal);

    [Fact]
    public void An_end_before_the_start_is_the_start() => Assert.Contains(
        "START-DATE=\"2026-11-30T12:00:00.250Z\",END-DATE=\"2026-11-30T12:00:00.250Z\"",
        Text(Playlist(new DateRange("t", Noon) { End = Noon.AddSeconds(-1) })),
        StringComparison.Ordinal);

    [Fact]
    public void Titles_wait_for_the_first_segment() => Assert.DoesNotContain(
        "DATERANGE", Text(new MediaPlaylist(4, 0, []) { DateRanges = [new DateRange("t", Noon)] }), StringComparison.Ordinal);

    // A player rounds what is written: 44,999,960 units are written as 4.50000 s, which is 5.
    [Theory]
    [InlineData(44_999_900, true)]
    [InlineData(44_999_949, true)]
    [InlineData(44_999_960, false)]
    [InlineData(45_000_000, false)]
    [InlineData(0, true)]
    public void A_segment_that_rounds_to_more_than_the_target_is_refused(long ticks, bool fits)
    {
        MediaSegment[] segments = [Segment(0), new("a/1.m4s", new TimeSpan(ticks), Noon)];

        Exception? refusal = Record.Exception(() => new MediaPlaylist(4, 0, segments));

        Assert.Equal(fits, refusal is null);
        Assert.True(fits || (refusal is ArgumentException && refusal.Message.Contains("a/1.m4s", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("#a")]
    [InlineData("a b")]
    [InlineData("a\n#EXT-X-ENDLIST")]
    [InlineData("a\"b")]
    [InlineData("ä")]
    public void An_address_that_would_break_its_line_is_refused(string address)
    {
        Assert.Throws<ArgumentException>(() => new MediaSegment(address, TimeSpan.Zero, Noon));
        Assert.Throws<ArgumentException>(() => Segment(0) with { Map = address });
        Assert.Throws<ArgumentException>(() => new VariantStream(address, 2, 1, "Opus"));
        Assert.Throws<ArgumentException>(() => new VariantStream("a", 2, 1, address));
        Assert.Throws<ArgumentException>(() => new DateRange(address, Noon));
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaPlaylist(0, 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaPlaylist(4, -1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaPlaylist(4, 0, []) { DiscontinuitySequence = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaSegment("a", new TimeSpan(-1), Noon));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VariantStream("a", 1, 2, "Opus"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VariantStream("a", 1, 0, "Opus"));
        Assert.Throws<ArgumentException>(() => new MediaPlaylist(4, 0, [Segment(0), Segment(1) with { Map = "1.mp4" }]));
    }

    private static MediaPlaylist Playlist(DateRange range) => new(4, 7, [Segment(0)]) { DateRanges = [range] };

    private static MediaSegment Segment(int number) =>
        new($"a/{number}.m4s", TimeSpan.FromTicks(39_854_876), Noon.AddSeconds(4 * number));

    private static string Text(HlsPlaylist playlist)
    {
        var output = new ArrayBufferWriter<byte>();
        playlist.WriteTo(output);
        Assert.Equal(output.WrittenSpan.ToArray(), playlist.ToArray());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
