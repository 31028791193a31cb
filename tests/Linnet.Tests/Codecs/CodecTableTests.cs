using Linnet.Codecs;
using Linnet.Codecs.Ffmpeg;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Streams;
using Linnet.Native;

namespace Linnet.Tests.Codecs;

/// <summary>What reads and encodes each format, with and without C libraries.</summary>
public class CodecTableTests
{
    [Fact]
    public void With_everything_the_c_libraries_are_used()
    {
        var table = new CodecTable(static _ => true, hasFfmpeg: true, isWindows: false, isManagedOnly: false);

        Assert.Equal(
            [("libFLAC", "libFLAC"), ("libmpg123", "libmp3lame"), ("libopus", "libopus"), ("libvorbis", "libvorbisenc"),
                ("ffmpeg", "ffmpeg")],
            Providers(table));
        Assert.False(table.UsesManaged);
        Assert.Empty(table.Missing);
        Assert.False(table.LacksFfmpeg);
        Assert.All(table.Rows, static row => Assert.NotNull(row.Read.Provider));
        Assert.Equal("FLAC libFLAC, MP3 libmpg123 and libmp3lame, Opus libopus, Vorbis libvorbis and libvorbisenc", table.Summary);
    }

    [Fact]
    public void With_nothing_managed_code_reads_and_encodes_opus()
    {
        CodecTable table = CodecTables.Bare;

        Assert.Equal([("Linnet", null), ("NLayer", null), ("Concentus", "Concentus"), ("Linnet", null), (null, null)], Providers(table));
        Assert.True(table.UsesManaged);
        Assert.True(table.LacksFfmpeg);
        Assert.Equal(
            [NativeLibraries.Flac, NativeLibraries.Mp3Lame, NativeLibraries.Mpg123, NativeLibraries.Opus, NativeLibraries.SndFile,
                NativeLibraries.Vorbis, NativeLibraries.VorbisEnc],
            table.Missing.Order(StringComparer.Ordinal));
        Assert.Equal(["Linnet", "Linnet", "Linnet"], table.Rows.Take(3).Select(static row => row.Read.Provider));
        Assert.All(table.Rows.TakeLast(3), static row => Assert.Null(row.Read.Provider));
    }

    [Fact]
    public void A_machine_with_windows_reads_with_media_foundation_and_one_without_is_not_told_to_add_it()
    {
        var windows = new CodecTable(static _ => false, hasFfmpeg: false, isWindows: true, isManagedOnly: false);

        Assert.Equal("Media Foundation", windows.Rows[^1].Read.Provider);
        Assert.Equal("ffmpeg", CodecTables.Bare.Rows[^1].Read.ToAdd?.Name);
        Assert.False(windows.Rows[^1].Read.IsManaged);
    }

    [Fact]
    public void A_missing_encoder_is_explained()
    {
        CodecTable table = CodecTables.With(NativeLibraries.Vorbis);

        Assert.Null(table.EncoderProblem(StreamCodec.Opus));
        Assert.Null(table.EncoderProblem(StreamCodec.Pcm));
        Assert.StartsWith("libmp3lame is not installed. To add it: ", table.EncoderProblem(StreamCodec.Mp3), StringComparison.Ordinal);
        Assert.StartsWith("libFLAC is not installed.", table.EncoderProblem(StreamCodec.Flac), StringComparison.Ordinal);

        // Of the two libraries that the encoder needs, only the missing one is named.
        string vorbis = table.EncoderProblem(StreamCodec.Vorbis)!;
        Assert.Contains(NativeLibraries.HowToAdd([NativeLibraries.VorbisEnc]), vorbis, StringComparison.Ordinal);

        var managed = new CodecTable(static _ => false, hasFfmpeg: true, isWindows: false, isManagedOnly: true);
        Assert.Equal(
            "There is no managed encoder, and LINNET_CODECS=managed turns off the C libraries.", managed.EncoderProblem(StreamCodec.Mp3));

        // A program is no library.
        Assert.Null(managed.EncoderProblem(StreamCodec.Aac));
        var bare = new CodecTable(static _ => false, hasFfmpeg: false, isWindows: true, isManagedOnly: true);
        Assert.Equal(
            $"ffmpeg is not installed. To add it: {FfmpegProcess.HowToInstall}.", bare.EncoderProblem(StreamCodec.Aac));
    }

    [Fact]
    public void The_table_of_this_machine_names_what_the_code_uses()
    {
        CodecRow opus = CodecTable.Current.Rows.Single(static row => row.Codec == StreamCodec.Opus);

        Assert.Equal(OpusProvider.Chosen == OpusProvider.Native ? "libopus" : "Concentus", opus.Read.Provider);
        Assert.Equal(opus.Read.Provider, opus.Encode.Provider);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("managed", true)]
    [InlineData("Managed", true)]
    [InlineData("native", false)]
    [InlineData("1", false)]
    public void Only_one_value_of_the_variable_has_a_meaning(string? value, bool isValid) =>
        Assert.Equal(isValid, CodecChoice.FaultOf(value) is null);

    private static IEnumerable<(string?, string?)> Providers(CodecTable table) =>
        table.Rows.Where(static row => row.Codec is not (StreamCodec.Other or StreamCodec.Pcm))
            .Select(static row => (row.Read.Provider, row.Encode.Provider));
}
