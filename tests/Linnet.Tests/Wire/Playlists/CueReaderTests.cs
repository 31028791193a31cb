using System.Text;
using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Tests.Wire.Playlists;

public class CueReaderTests
{
    [Fact]
    public void A_track_runs_from_its_index_1_to_the_start_of_the_next_track_in_its_file()
    {
        IReadOnlyList<PlaylistItem> items = Parse(
            """
            REM GENRE Jazz
            PERFORMER "The Band"
            TITLE "An Album"
            FILE "an album.flac" WAVE
              TRACK 01 AUDIO
                TITLE "One"
                INDEX 01 00:00:00
              TRACK 02 AUDIO
                TITLE "The "Two""
                PERFORMER "A Guest"
                FLAGS DCP
                INDEX 00 03:59:70
                INDEX 01 04:01:02
                INDEX 02 05:00:00
              TRACK 03 AUDIO
                INDEX 01 07:00:74
                TITLE Late
            FILE other.wav WAVE
              TRACK 04 AUDIO
                INDEX 01 00:10:00
            """);

        Assert.Equal(
            [
                Item("an album.flac", "One", "The Band", 0, 18077),
                Item("an album.flac", "The \"Two\"", "A Guest", 18077, 31574),
                Item("an album.flac", "Late", "The Band", 31574, null),
                Item("other.wav", "Track 4", "The Band", 750, null),
            ],
            items);
    }

    [Fact]
    public void A_pause_plays_in_the_file_that_contains_it()
    {
        IReadOnlyList<PlaylistItem> items = Parse(
            "FILE \"1.wav\" WAVE\nTRACK 01 AUDIO\nTITLE \"a\"\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE \"b\"\nINDEX 00 02:00:00\nFILE "
                + "\"2.wav\" WAVE\nINDEX 01 00:00:00\n");

        Assert.Equal([Item("1.wav", "a", null, 0, null), Item("2.wav", "b", null, 0, null)], items);
    }

    [Theory]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00", 0, "a track of data")]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:00", 0, "a pause alone")]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:60:00", 0, "sixty seconds")]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:75", 0, "75 frames")]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 01 99999999999:00:00", 0, "too many minutes")]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 01 -1:00:00", 0, "a sign")]
    [InlineData("FILE \"\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00", 0, "no name")]
    [InlineData("TRACK 01 AUDIO\nINDEX 01 00:00:00\nFILE a WAVE", 0, "no file yet")]
    [InlineData("file a.wav wave\ntrack 1 audio\nindex 1 0:0:0", 1, "small letters")]
    [InlineData("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nINDEX 01 00:01:00", 1, "twice")]
    public void Invalid_tracks_are_ignored(string text, int count, string why) => Assert.True(count == Parse(text).Count, why);

    [Fact]
    public void In_a_sheet_that_goes_backwards_each_track_runs_to_the_end_of_its_file() =>
        Assert.All(Parse("FILE \"a\" WAVE\nTRACK 01 AUDIO\nINDEX 01 01:00:00\nTRACK 02 AUDIO\nINDEX 01 00:30:00"),
            static item => Assert.Null(item.Part?.End));

    [Fact]
    public void Texts_may_be_in_Windows_1252()
    {
        byte[] sheet = [.. "FILE \"Caf"u8, 0xE9, .. ".wav\" WAVE\nTRACK 01 AUDIO\nTITLE \"Don"u8, 0x92, .. "t\"\nINDEX 01 00:00:00"u8];
        Assert.True(PlaylistText.TryParse(sheet, PlaylistKind.Cue, null, out PlaylistText playlist, out string problem), problem);

        Assert.Equal(("Caf\uDCE9.wav", "Don’t"), (playlist.Items[0].Location, playlist.Items[0].Title?.Title));
    }

    private static PlaylistItem Item(string file, string title, string? performer, int begin, int? end) =>
        new(file, new TrackInfo(title, performer)) { Part = new SoundPart(begin, end) };

    private static IReadOnlyList<PlaylistItem> Parse(string text)
    {
        Assert.True(PlaylistText.TryParse(
            Encoding.UTF8.GetBytes(text), PlaylistKind.Cue, null, out PlaylistText playlist, out string problem), problem);
        return playlist.Items;
    }
}
