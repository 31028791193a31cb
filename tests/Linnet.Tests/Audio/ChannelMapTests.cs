using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class ChannelMapTests
{
    private const float A = 0.70710678f;

    public static TheoryData<int, int> Pairs =>
        [.. from source in Enumerable.Range(1, 8) from target in Enumerable.Range(1, 8) select (source, target)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Full_scale_everywhere_cannot_clip(int from, int to)
    {
        var map = new ChannelMap(from, to);
        float[] target = new float[to];
        map.Apply(Enumerable.Repeat(1f, from).ToArray(), target);

        Assert.All(target, sample => Assert.InRange(sample, 0, 1.000001f));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void All_but_the_low_frequency_channel_are_mixed_and_stay_on_their_side(int from, int to)
    {
        var map = new ChannelMap(from, to);
        for (int channel = 0; channel < from; channel++)
        {
            float heard = Enumerable.Range(0, to).Sum(target => map.Weight(channel, target));
            bool isLowFrequency = from >= 6 && channel == 3;
            Assert.Equal(heard > 0, !isLowFrequency || to >= 6);
        }

        if (from >= 2 && to >= 2)
        {
            Assert.True(map.Weight(0, 0) > 0);
            Assert.True(map.Weight(1, 1) > 0);
            Assert.Equal(0, map.Weight(0, 1));
            Assert.Equal(0, map.Weight(1, 0));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void The_same_number_of_channels_is_copied(int channels)
    {
        float[] source = Signals.Noise(channels * 100);
        float[] target = new float[channels * 100];
        var map = new ChannelMap(channels, channels);

        Assert.True(map.IsIdentity);
        Assert.Equal(100, map.Apply(source, target));
        Assert.Equal(source, target);
    }

    [Fact]
    public void Mono_is_copied_to_both_sides_unchanged()
    {
        float[] target = new float[4];
        new ChannelMap(1, 2).Apply([0.25f, -1], target);

        Assert.Equal([0.25f, 0.25f, -1, -1], target);
    }

    [Fact]
    public void Stereo_to_mono_is_the_mean()
    {
        float[] target = new float[1];
        new ChannelMap(2, 1).Apply([0.5f, -0.25f], target);

        Assert.Equal(0.125f, target[0], 1e-6f);
    }

    [Fact]
    public void Surround_to_stereo_follows_BS_775()
    {
        // L R C LFE Ls Rs: L + C/√2 + Ls/√2, over the sum of these.
        AssertWeights(new ChannelMap(6, 2), [[1, 0, A, 0, A, 0], [0, 1, A, 0, 0, A]], 1 + A + A);
        AssertWeights(new ChannelMap(5, 2), [[1, 0, A, A, 0], [0, 1, A, 0, A]], 1 + A + A);
        AssertWeights(new ChannelMap(4, 2), [[1, 0, A, 0], [0, 1, 0, A]], 1 + A);
        AssertWeights(new ChannelMap(3, 2), [[1, 0, A], [0, 1, A]], 1 + A);

        // 6.1: L R C LFE Cs Ls Rs. 7.1: L R C LFE Lb Rb Ls Rs.
        AssertWeights(new ChannelMap(7, 2), [[1, 0, A, 0, 0.5f, A, 0], [0, 1, A, 0, 0.5f, 0, A]], 1 + A + 0.5f + A);
        AssertWeights(new ChannelMap(8, 2), [[1, 0, A, 0, A, 0, A, 0], [0, 1, A, 0, 0, A, 0, A]], 1 + A + A + A);
    }

    [Fact]
    public void Surround_to_mono_follows_BS_775() =>
        AssertWeights(new ChannelMap(6, 1), [[A, A, 1, 0, 0.5f, 0.5f]], A + A + 1 + 0.5f + 0.5f);

    [Fact]
    public void Stereo_to_surround_fills_only_the_fronts() =>
        AssertWeights(new ChannelMap(2, 6), [[1, 0], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]], 1);

    [Fact]
    public void Invalid_arguments_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelMap(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelMap(2, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelMap(2, 1).Apply(new float[3], new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelMap(2, 1).Apply(new float[4], new float[1]));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var map = new ChannelMap(6, 2);
        float[] source = new float[6 * 480];
        float[] target = new float[2 * 480];

        Assert.Equal(0, Allocations.Of(() => map.Apply(source, target)));
    }

    private static void AssertWeights(ChannelMap map, float[][] expected, float scale)
    {
        for (int to = 0; to < map.To; to++)
        {
            for (int from = 0; from < map.From; from++)
            {
                Assert.Equal(expected[to][from] / scale, map.Weight(from, to), 1e-5f);
            }
        }
    }
}
