using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class GainTests
{
    private static readonly AudioFormat Stereo = new(48_000, 2);

    [Fact]
    public void A_gain_of_one_changes_no_bit()
    {
        float[] sound = Signals.Noise(2 * 1000);
        float[] pcm = [.. sound];
        new Gain(Stereo).Apply(pcm);

        Assert.Equal(sound, pcm);
    }

    [Fact]
    public void The_first_frame_has_the_initial_gain()
    {
        float[] pcm = [1, -1, 1, -1];
        new Gain(Stereo, 0.25f).Apply(pcm);

        Assert.Equal([0.25f, -0.25f, 0.25f, -0.25f], pcm);
    }

    [Fact]
    public void Muting_and_unmuting_ramp_for_20_ms_and_end_exactly()
    {
        var gain = new Gain(Stereo) { Target = 0 };
        float[] pcm = [.. Enumerable.Repeat(1f, 2 * 2000)];
        gain.Apply(pcm);

        Assert.InRange(pcm[0], 0.99f, 1f);
        Assert.InRange(Signals.GreatestStep(pcm), 0, 1.05f / 960);
        Assert.All(pcm[(2 * 961)..], sample => Assert.Equal(0, sample));
        Assert.InRange(pcm[2 * 480], 0.49f, 0.51f);
        Assert.Equal(Signals.Channel(pcm, 0, 2), Signals.Channel(pcm, 1, 2));

        gain.Target = 1;
        float[] back = [.. Enumerable.Repeat(1f, 2 * 2000)];
        gain.Apply(back);
        Assert.InRange(Signals.GreatestStep(back), 0, 1.05f / 960);
        Assert.All(back[(2 * 961)..], sample => Assert.Equal(1, sample));
    }

    [Fact]
    public void The_ramp_does_not_depend_on_the_block_size()
    {
        float[] whole = [.. Enumerable.Repeat(1f, 2 * 1500)];
        float[] pieces = [.. whole];
        new Gain(Stereo) { Target = 2.5f }.Apply(whole);
        var gain = new Gain(Stereo) { Target = 2.5f };
        for (int i = 0; i < pieces.Length; i += 74)
        {
            gain.Apply(pieces.AsSpan(i, Math.Min(74, pieces.Length - i)));
        }

        Assert.Equal(whole, pieces);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(8.1f)]
    [InlineData(float.NaN)]
    public void A_gain_out_of_range_throws(float value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Gain(Stereo).Target = value);

    [Fact]
    public void Nothing_is_allocated()
    {
        var gain = new Gain(Stereo);
        float[] pcm = new float[2 * 480];

        Assert.Equal(0, Allocations.Of(() =>
        {
            gain.Target = gain.Target == 1 ? 0.5f : 1;
            gain.Apply(pcm);
        }));
    }
}
