using Linnet.Sources;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Sources;

public class SourceSpecTests
{
    private static readonly string[] Files = ["a=b.wav", "jazz=x", "song.wav", "tone", "x/y=z.wav"];
    private static readonly string[] Folders = ["Vol.2", "live=rec"];

    [Theory]
    [InlineData("song.wav", "song", SourceKind.Path, "song.wav")]
    [InlineData("/music/Ein Lied (1).flac", "ein-lied-1", SourceKind.Path, "/music/Ein Lied (1).flac")]
    [InlineData("/music/Été.tar.wav", "t-tar", SourceKind.Path, "/music/Été.tar.wav")]
    [InlineData("/music/夜.wav", "station", SourceKind.Path, "/music/夜.wav")]
    [InlineData("/music/albums/", "albums", SourceKind.Path, "/music/albums/")]
    [InlineData("Vol.2", "vol-2", SourceKind.Path, "Vol.2")]
    [InlineData("Vol.2/", "vol-2", SourceKind.Path, "Vol.2/")]
    [InlineData("jazz=song.wav", "jazz", SourceKind.Path, "song.wav")]
    [InlineData("2-b=-", "2-b", SourceKind.StandardInput, "")]
    [InlineData("a=b.wav", "a-b", SourceKind.Path, "a=b.wav")]
    [InlineData("live=rec", "live-rec", SourceKind.Path, "live=rec")]
    [InlineData("x/y=z.wav", "y-z", SourceKind.Path, "x/y=z.wav")]
    [InlineData("/gone/c=d.wav", "c-d", SourceKind.Path, "/gone/c=d.wav")]
    [InlineData("n=a=b.wav", "n", SourceKind.Path, "a=b.wav")]
    [InlineData("-", "stdin", SourceKind.StandardInput, "")]
    [InlineData("tone", "tone", SourceKind.Tone, "")]
    [InlineData("./tone", "tone", SourceKind.Path, "./tone")]
    [InlineData("a=mic", "a", SourceKind.Capture, "")]
    [InlineData("mic", "mic", SourceKind.Capture, "")]
    [InlineData("mic:alsa_output.pci.monitor", "mic", SourceKind.Capture, "alsa_output.pci.monitor")]
    [InlineData("mic:hw:1,0", "mic", SourceKind.Capture, "hw:1,0")]
    [InlineData("C:\\a.wav", "c-a", SourceKind.Path, "C:\\a.wav")]
    [InlineData("push", "live", SourceKind.Push, "")]
    [InlineData("jazz=push:44100:2", "jazz", SourceKind.Push, "")]
    [InlineData("./push", "push", SourceKind.Path, "./push")]
    [InlineData("http://example.org:8000/Jazz.mp3", "jazz", SourceKind.Pull, "http://example.org:8000/Jazz.mp3")]
    [InlineData("https://example.org", "example-org", SourceKind.Pull, "https://example.org")]
    [InlineData("news=rtsp://example.org/a", "news", SourceKind.Pull, "rtsp://example.org/a")]
    [InlineData("rtsp://a:b=c@example.org/cam/live?channel=1&subtype=0", "live", SourceKind.Pull,
        "rtsp://a:b=c@example.org/cam/live?channel=1&subtype=0")]
    [InlineData("x=http://example.org/a?token=b", "x", SourceKind.Pull, "http://example.org/a?token=b")]
    public void A_source_is_parsed_and_named(string text, string name, SourceKind kind, string location)
    {
        SourceSpec spec = Assert.Single(Parse(text));

        Assert.Equal((name, kind, location), (spec.Name, spec.Kind, spec.Location));
    }

    [Theory]
    [InlineData("tone", 440)]
    [InlineData("tone:1000", 1000)]
    [InlineData("tone:997.5", 997.5)]
    [InlineData("a=tone:20000", 20_000)]
    public void A_tone_has_a_frequency(string text, double hz) => Assert.Equal(hz, Assert.Single(Parse(text)).Frequency);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("jazz=", "has no source")]
    [InlineData("Jazz=song.wav", "'Jazz' is not a valid station name")]
    [InlineData("a b=song.wav", "'a b' is not a valid station name")]
    [InlineData("=song.wav", "'' is not a valid station name")]
    [InlineData("live.mp3=push", "'live.mp3' is not a valid station name")]
    [InlineData("live.ogg=http://example.org/a", "'live.ogg' is not a valid station name")]
    [InlineData("a/b=song.wav", "'a/b' is not a valid station name")]
    [InlineData("a/b=tone", "'a/b' is not a valid station name")]
    [InlineData("tone:", "not a valid tone")]
    [InlineData("tone:0", "not a valid tone")]
    [InlineData("tone:-5", "not a valid tone")]
    [InlineData("tone:1e3", "not a valid tone")]
    [InlineData("tone:NaN", "not a valid tone")]
    [InlineData("tone:20001", "not a valid tone")]
    [InlineData("ftp://example.org/a.mp3", "is not a supported address")]
    [InlineData("a=rtsp:///a", "is not a supported address")]
    [InlineData("push:", "not a valid push source")]
    [InlineData("push:44100", "not a valid push source")]
    [InlineData("push:44100:9", "not a valid push source")]
    [InlineData("push:1:2", "not a valid push source")]
    [InlineData("live=push:44100:2:1", "not a valid push source")]
    [InlineData("a\0b", "not a valid file name")]
    public void An_invalid_source_is_refused_with_a_sentence(string text, string part)
    {
        Assert.False(TryParse([text], out IReadOnlyList<SourceSpec> specs, out string problem));

        Assert.Empty(specs);
        Assert.Contains(part, problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_push_source_may_fix_the_format()
    {
        Assert.Equal(new Linnet.Audio.AudioFormat(44_100, 2), Assert.Single(Parse("push:44100:2")).Format);
        Assert.Null(Assert.Single(Parse("push")).Format);
    }

    [Theory]
    [InlineData("live=song.wav", "song.wav")]
    [InlineData("live=tone:1000", "")]
    public void A_fallback_is_for_the_station_it_names(string text, string location)
    {
        Assert.True(TryAddFallbacks([text], Parse("jazz=push", "live=push"), out IReadOnlyList<SourceSpec> specs, out _));

        Assert.Null(specs[0].Fallback);
        Assert.Equal(location, specs[1].Fallback!.Location);
    }

    [Fact]
    public void A_fallback_needs_no_name_if_only_one_station_is_possible()
    {
        Assert.True(TryAddFallbacks(["song.wav"], Parse("a.wav", "live=push"), out IReadOnlyList<SourceSpec> specs, out _));

        Assert.Equal("song.wav", specs[1].Fallback!.Location);
    }

    [Theory]
    [InlineData("song.wav", "does not name its station")]
    [InlineData("a=song.wav", "for no station")]
    [InlineData("other=song.wav", "for no station")]
    [InlineData("live=mic", "cannot be a fallback")]
    [InlineData("live=-", "cannot be a fallback")]
    [InlineData("live=push", "cannot be a fallback")]
    [InlineData("live=", "has no source")]
    public void An_invalid_fallback_is_refused_with_a_sentence(string text, string part)
    {
        Assert.False(TryAddFallbacks([text], Parse("a=a.wav", "jazz=push", "live=push"), out _, out string problem));

        Assert.Contains(part, problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    private static bool TryAddFallbacks(
        string[] texts, IReadOnlyList<SourceSpec> stations, out IReadOnlyList<SourceSpec> specs, out string problem) =>
        SourceSpec.TryAddFallbacks(texts, stations, Files.Contains, Folders.Contains, out specs, out problem);

    [Fact]
    public void Default_names_are_made_unique()
    {
        IReadOnlyList<SourceSpec> specs = Parse("song.wav", "b/song.flac", "song-2=c.wav", "tone", "tone:880", "song.wav");

        Assert.Equal(["song", "song-3", "song-2", "tone", "tone-2", "song-4"], specs.Select(spec => spec.Name));
        Assert.Equal("metrics-2", Assert.Single(Parse("metrics.wav")).Name);
    }

    [Fact]
    public void Duplicate_names_and_two_standard_inputs_are_refused()
    {
        Assert.False(TryParse(["a=x.wav", "a=y.wav"], out _, out string problem));
        Assert.Contains("'a'", problem, StringComparison.Ordinal);
        Assert.False(TryParse(["-", "b=-"], out _, out problem));
        Assert.Contains("Only one station", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_names_stay_within_the_limit_and_distinct()
    {
        string path = new string('x', 200) + ".wav";

        IReadOnlyList<SourceSpec> specs = Parse(path, path, path);

        Assert.All(specs, spec => Assert.True(StationName.IsValid(spec.Name)));
        Assert.Equal(3, specs.Select(spec => spec.Name).Distinct().Count());
    }

    [Fact]
    public void Noise_is_refused_or_gives_valid_names_but_never_throws()
    {
        byte[][] samples =
            [.. ((string[])["jazz=song.wav", "tone:440", "mic:hw:1,0", "/music/Ä/a=b.wav", "n=-", "x=http://a/b"]).Select(
                System.Text.Encoding.UTF8.GetBytes)];
        var noise = new Noise(7);
        for (int i = 0; i < 100_000; i++)
        {
            string text = System.Text.Encoding.UTF8.GetString(noise.Mutation(samples));
            if (TryParse([text, "tone"], out IReadOnlyList<SourceSpec> specs, out string problem))
            {
                Assert.All(specs, spec => Assert.True(StationName.IsValid(spec.Name)));
                Assert.NotEqual(specs[0].Name, specs[1].Name);
            }
            else
            {
                Assert.NotEqual("", problem);
            }
        }
    }

    private static IReadOnlyList<SourceSpec> Parse(params string[] texts)
    {
        Assert.True(TryParse(texts, out IReadOnlyList<SourceSpec> specs, out string problem), problem);
        return specs;
    }

    private static bool TryParse(string[] texts, out IReadOnlyList<SourceSpec> specs, out string problem) => SourceSpec.TryParse(
        texts,
        Files.Contains,
        path => Folders.Any(folder => path == folder || path == Path.GetFullPath(folder) || path == folder + "/"),
        out specs,
        out problem);
}
