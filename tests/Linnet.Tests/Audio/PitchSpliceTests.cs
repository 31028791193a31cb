using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class PitchSpliceTests
{
    private static readonly AudioFormat Stereo = new(48_000, 2);

    private readonly PitchSplice _splice = new(Stereo);

    [Theory]
    [InlineData(1, 220)]
    [InlineData(-1, 220)]
    [InlineData(1, 997)]
    [InlineData(-1, 83)]
    public void A_tone_is_cut_by_whole_periods_without_a_seam(int direction, double hz)
    {
        float[] pcm = Tone(hz, frames: 6000);
        const int place = 2000;

        int step = _splice.Find(pcm, place, direction, _splice.Shortest, _splice.Longest, out float likeness);
        _splice.Apply(pcm.AsSpan(place * 2), pcm.AsSpan((place + (direction * step)) * 2), likeness);

        Assert.InRange(likeness, 0.998f, 1.0001f);
        double periods = step * hz / Stereo.SampleRate;
        Assert.Equal(0, periods - Math.Round(periods), 0.02);

        // The sound played so far continues at the new position as smoothly as the tone itself.
        float[] heard = [.. pcm[..(place * 2)], .. pcm[((place + (direction * step)) * 2)..]];
        if (direction < 0)
        {
            heard = [.. Tone(hz, frames: 6000)[..(place * 2)], .. pcm[((place - step) * 2)..]];
        }

        double omega = 2 * Math.PI * hz / Stereo.SampleRate;
        for (int i = 4; i < heard.Length - 2; i += 2)
        {
            Assert.InRange(Math.Abs(heard[i] - (2 * heard[i - 2]) + heard[i - 4]), 0, (0.5 * omega * omega * 1.3) + 0.0005);
        }
    }

    [Fact]
    public void Silence_matches_silence_at_any_length()
    {
        float[] pcm = new float[12_000];

        Assert.Equal(_splice.Longest, _splice.Find(pcm, 2000, 1, _splice.Shortest, _splice.Longest, out float likeness));
        Assert.Equal(1, likeness);
    }

    [Fact]
    public void Noise_matches_nothing()
    {
        var random = new Random(1);
        float[] pcm = [.. Enumerable.Range(0, 12_000).Select(_ => (float)(random.NextDouble() - 0.5))];

        _splice.Find(pcm, 2000, 1, _splice.Shortest, _splice.Longest, out float likeness);

        Assert.InRange(likeness, -1, 0.4f);
    }

    [Fact]
    public void Channels_in_opposite_phase_do_not_cancel()
    {
        float[] pcm = Tone(300, frames: 6000);
        for (int i = 1; i < pcm.Length; i += 2)
        {
            pcm[i] = -pcm[i];
        }

        int step = _splice.Find(pcm, 2000, 1, _splice.Shortest, _splice.Longest, out float likeness);

        Assert.InRange(likeness, 0.999f, 1.0001f);
        Assert.Equal(0, step % 160);
    }

    private static float[] Tone(double hz, int frames) =>
        [.. Enumerable.Range(0, frames * 2).Select(i => (float)(0.5 * Math.Sin(2 * Math.PI * hz * (i / 2) / Stereo.SampleRate)))];
}
