using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Files;

namespace Linnet.Interop.Tests.Sources;

/// <summary>Loudness tags in files from ffmpeg.</summary>
public sealed class LoudnessFileTests : IDisposable
{
    private readonly Ffmpeg _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("tagged.mp3", "-id3v2_version", "3")]
    [InlineData("tagged.mp3", "-id3v2_version", "4")]
    [InlineData("tagged.flac")]
    [InlineData("tagged.ogg", "-c:a", "libvorbis")]
    [InlineData("flac.ogg", "-c:a", "flac")]
    [InlineData("tagged.m4a", "-movflags", "use_metadata_tags")]
    [InlineData("tagged.wv")]
    [InlineData("tagged.wma")]
    public void Tags_from_ffmpeg_are_read(string name, params string[] options)
    {
        string file = _files[name];
        Ffmpeg.Run([
            "-i", _files.Reference("plain.wav", 44_100, 2), .. options,
            "-metadata", "title=Even", "-metadata", "REPLAYGAIN_TRACK_GAIN=-7.53 dB", "-metadata", "REPLAYGAIN_TRACK_PEAK=0.75", file]);

        Assert.Equal(new ReplayGain(-7.53f, 0.75f), LoudnessOf(file));
    }

    [Fact]
    public void Opus_has_its_own_tag()
    {
        string file = _files["tagged.opus"];
        Ffmpeg.Run("-i", _files.Reference("plain.wav", 48_000, 2), "-c:a", "libopus", "-metadata", "R128_TRACK_GAIN=-1536", file);

        Assert.Equal(new ReplayGain(-1), LoudnessOf(file));
    }

    [Fact]
    public void A_file_without_such_tags_has_no_loudness() => Assert.Null(LoudnessOf(_files.Reference("plain.wav", 44_100, 2)));

    private static ReplayGain? LoudnessOf(string file)
    {
        using IAudioSource source = FileSource.TryOpen(file, cancellationToken: TestContext.Current.CancellationToken) is { } read
            ? read
            : FfmpegSource.Open(file, null, TimeProvider.System, TestContext.Current.CancellationToken);
        SourceRead first = source.Read(new float[4096], TestContext.Current.CancellationToken);
        return first.Track!.Loudness;
    }
}
