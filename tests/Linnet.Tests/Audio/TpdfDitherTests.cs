using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class TpdfDitherTests
{
    private const int Count = 200_000;
    private const float Step = 1 / 32768f;

    [Fact]
    public void The_noise_is_triangular_between_minus_one_and_one_step()
    {
        float[] noise = new float[Count];
        new TpdfDither().Apply(noise, noise, 16);
        double[] steps = [.. noise.Select(sample => (double)sample / Step)];

        Assert.All(steps, step => Assert.InRange(step, -1, 1));
        Assert.InRange(steps.Average(), -0.01, 0.01);
        Assert.InRange(steps.Average(step => step * step), 0.98 / 6, 1.02 / 6);

        // A triangular distribution has three quarters of its weight within half a step; a flat one would have half.
        Assert.InRange(steps.Count(step => Math.Abs(step) < 0.5) / (double)Count, 0.74, 0.76);

        // White: neighbouring samples (the other channel, the next frame) are uncorrelated.
        for (int lag = 1; lag <= 4; lag++)
        {
            double product = steps.Zip(steps.Skip(lag), (a, b) => a * b).Average();
            Assert.InRange(product * 6, -0.02, 0.02);
        }
    }

    [Theory]
    [InlineData(0.0f)]
    [InlineData(0.25f)]
    [InlineData(0.5f)]
    [InlineData(-0.4f)]
    public void A_level_below_one_step_survives_in_the_mean_with_the_same_noise(float steps)
    {
        float[] pcm = [.. Enumerable.Repeat(steps * Step, Count)];
        byte[] bytes = new byte[2 * Count];
        new TpdfDither(7).Apply(pcm, pcm, 16);
        PcmConvert.FromFloat(SampleEncoding.S16LE, pcm, bytes);
        PcmConvert.ToFloat(SampleEncoding.S16LE, bytes, pcm);
        double[] errors = [.. pcm.Select(sample => (sample / Step) - (double)steps)];

        Assert.InRange(errors.Average(), -0.01, 0.01);
        Assert.InRange(errors.Average(error => error * error), 0.245, 0.255);
    }

    [Fact]
    public void The_same_seed_gives_the_same_noise_whatever_the_block_size()
    {
        float[] whole = new float[1000];
        float[] parts = new float[1000];
        var dither = new TpdfDither(3);
        new TpdfDither(3).Apply(whole, whole, 16);
        dither.Apply(parts.AsSpan(0, 333), parts.AsSpan(0, 333), 16);
        dither.Apply(parts.AsSpan(333), parts.AsSpan(333), 16);

        Assert.Equal(whole, parts);
    }
}
