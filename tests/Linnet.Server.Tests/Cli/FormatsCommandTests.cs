using Linnet.Cli.Commands;
using Linnet.Codecs;
using Linnet.Codecs.Ffmpeg;
using Linnet.Native;

namespace Linnet.Server.Tests.Cli;

public class FormatsCommandTests
{
    [Fact]
    public void With_everything_there_is_nothing_to_add()
    {
        Assert.Equal(
            """
            FORMAT                      READ BY     ENCODED BY    TO ADD
            WAV, RF64, PCM (L16, L24)   Linnet      Linnet
            G.711 (A-law, mu-law)       Linnet      -
            AIFF                        Linnet      -
            FLAC                        libFLAC     libFLAC
            MP3                         libmpg123   libmp3lame
            Opus                        libopus     libopus
            Vorbis                      libvorbis   libvorbisenc
            AU, CAF, W64, ADPCM in WAV  libsndfile  -
            AAC                         ffmpeg      ffmpeg
            ALAC, WMA, video files      ffmpeg      -

            """,
            Written(static _ => true, hasFfmpeg: true));
    }

    [Fact]
    public void Without_c_libraries_it_says_what_each_of_them_would_add()
    {
        Assert.Equal(
            $"""
            FORMAT                      READ BY    ENCODED BY  TO ADD
            WAV, RF64, PCM (L16, L24)   Linnet     Linnet
            G.711 (A-law, mu-law)       Linnet     -
            AIFF                        Linnet     -
            FLAC                        Linnet     -           libFLAC (faster, encodes)
            MP3                         NLayer     -           libmpg123 (faster), libmp3lame (encodes)
            Opus                        Concentus  Concentus   libopus (faster)
            Vorbis                      Linnet     -           libvorbis (faster), libvorbisenc (encodes)
            AU, CAF, W64, ADPCM in WAV  -          -           libsndfile (reads)
            AAC                         -          -           ffmpeg (reads, encodes)
            ALAC, WMA, video files      -          -           ffmpeg (reads)

            To add the libraries: {NativeLibraries.HowToAdd(
                ["FLAC", "mpg123", "mp3lame", "opus", "vorbis", "vorbisenc", "sndfile"])}
            To add ffmpeg: {FfmpegProcess.HowToInstall}

            """,
            Written(static _ => false, hasFfmpeg: false));
    }

    [Fact]
    public void Without_libsndfile_ffmpeg_reads_its_formats() =>
        Assert.Contains(
            "AU, CAF, W64, ADPCM in WAV  ffmpeg     -             libsndfile (instead of ffmpeg)",
            Written(static name => name != NativeLibraries.SndFile, hasFfmpeg: true), StringComparison.Ordinal);

    [Fact]
    public void The_user_who_turned_the_libraries_off_is_told() =>
        Assert.EndsWith(
            "\n\nLINNET_CODECS=managed turns off the C libraries (lib...).\n",
            Written(static _ => false, hasFfmpeg: true, isManagedOnly: true), StringComparison.Ordinal);

    private static string Written(Func<string, bool> hasLibrary, bool hasFfmpeg, bool isManagedOnly = false)
    {
        var output = new StringWriter { NewLine = "\n" };
        FormatsCommand.Write(new CodecTable(hasLibrary, hasFfmpeg, isWindows: false, isManagedOnly), output);
        return output.ToString();
    }
}
