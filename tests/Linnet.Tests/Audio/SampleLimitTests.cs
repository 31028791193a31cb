using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class SampleLimitTests
{
    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 16)]
    [InlineData(float.NegativeInfinity, -16)]
    [InlineData(1e6f, 16)]
    [InlineData(-16.001f, -16)]
    public void Samples_beyond_the_limit_are_limited_at_any_index_and_others_stay(float wild, float expected)
    {
        for (int length = 1; length < 70; length++)
        {
            for (int at = 0; at < length; at++)
            {
                float[] pcm = Signals.Noise(length);
                float[] limited = [.. pcm];
                (pcm[at], limited[at]) = (wild, expected);
                float[] given = [.. pcm];
                float[] copy = [];

                Assert.Equal(limited, SampleLimit.Within(pcm, ref copy).ToArray());
                Assert.Equal(given, pcm);
                SampleLimit.Apply(pcm);
                Assert.Equal(limited, pcm);
            }
        }
    }

    [Fact]
    public void Sound_passes_bit_for_bit_and_without_a_copy()
    {
        float[] pcm = [.. Signals.Noise(1000), 16, -16, 1.5f, -0f, float.Epsilon, 1e-40f];
        int[] bits = [.. pcm.Select(BitConverter.SingleToInt32Bits)];
        float[] copy = [];

        Assert.True(SampleLimit.Within(pcm, ref copy) == pcm.AsSpan());
        SampleLimit.Apply(pcm);

        Assert.Empty(copy);
        Assert.Equal(bits, pcm.Select(BitConverter.SingleToInt32Bits));
    }
}
