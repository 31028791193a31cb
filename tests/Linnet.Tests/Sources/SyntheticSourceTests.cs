using Linnet.Audio;
using Linnet.Sources;
using Linnet.Tests.Sources.Files;

namespace Linnet.Tests.Sources;

public class SyntheticSourceTests
{
    [Theory]
    [InlineData(440)]
    [InlineData(997.5)]
    [InlineData(19_999.999)]
    public void A_tone_is_the_same_sine_whatever_the_block_size(double hz)
    {
        using var source = new ToneSource(hz);

        float[] pcm = source.ReadAll(maxFrames: 100_000);

        for (int i = 0; i < 100_000; i++)
        {
            double expected = ToneSource.Peak * Math.Sin(Math.Tau * (i * (decimal)hz % 48_000 is var rest ? (double)rest : 0) / 48_000);
            Assert.Equal(expected, pcm[2 * i], 1e-6);
            Assert.Equal(pcm[2 * i], pcm[(2 * i) + 1]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-440)]
    [InlineData(20_001)]
    [InlineData(double.NaN)]
    public void An_inaudible_tone_is_refused(double hz) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ToneSource(hz));

    [Fact]
    public void The_song_is_always_the_same_and_has_a_title()
    {
        using var one = new SongbirdSource();
        using var other = new SongbirdSource();
        var tracks = new List<(long, TrackInfo Track)>();

        float[] song = one.ReadAll(maxFrames: 48_000 * 5, tracks: tracks);

        Assert.Equal(song, other.ReadAll(maxFrames: 48_000 * 5, piece: 4096));
        Assert.Equal("Linnet's song", Assert.Single(tracks).Track.Title);
    }

    [Fact]
    public void The_song_is_neither_silent_nor_too_loud_nor_one_sided()
    {
        using var source = new SongbirdSource();
        float[] song = source.ReadAll(maxFrames: 48_000 * 20, piece: 4800);

        Assert.InRange(song.Max(MathF.Abs), 0.15f, 0.5f);
        double left = song.Where((_, i) => i % 2 == 0).Sum(s => s * s);
        double right = song.Where((_, i) => i % 2 == 1).Sum(s => s * s);
        Assert.InRange(left / right, 0.5, 3);
        Assert.True(song.Take(48_000).Max(MathF.Abs) > 0.1, "the song begins within half a second");
    }

    [Fact]
    public void The_song_has_no_clicks()
    {
        using var source = new SongbirdSource();
        float[] song = source.ReadAll(maxFrames: 48_000 * 20, piece: 4800);

        // A click has all frequencies; the song has none above its second partials (15 kHz). The tenth difference isolates those: a quarter
        // of a click.
        double[] left = [.. song.Where((_, i) => i % 2 == 0).Select(s => (double)s)];
        for (int order = 0; order < 10; order++)
        {
            for (int i = 0; i < left.Length - 1; i++)
            {
                left[i] = (left[i + 1] - left[i]) / 2;
            }
        }

        Assert.InRange(left[..^10].Max(Math.Abs), 0, 0.002);
    }
}
