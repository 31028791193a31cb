using System.Text.Json;

namespace Linnet.Interop.Tests.Page;

/// <summary>Whether a page plays <see cref="Noise"/> to the last bit.</summary>
internal static class LosslessMatch
{
    private const int Sure = 16;

    /// <summary>Fails unless all that was decoded is exact, and so much of what was rendered.</summary>
    public static async Task AssertAsync(PlayedPage page, TimeSpan duration)
    {
        (long first, long end) = AssertDecoded(await page.BlocksAsync());
        int least = (int)(duration.TotalSeconds * Noise.Rate);
        Assert.True(end - first > least, $"Only {end - first} frames were decoded.");
        Assert.Equal(Noise.Rate, page.Rendered.Rate);
        Assert.InRange(Exact(page.Rendered, first, end), least, int.MaxValue);
    }

    /// <summary>Fails unless decoded blocks are the noise at their positions.</summary>
    /// <returns>The first position and the one after the last.</returns>
    private static (long First, long End) AssertDecoded(JsonElement blocks)
    {
        (long first, long end) = (long.MaxValue, 0);
        foreach (JsonElement block in blocks.EnumerateArray())
        {
            long position = block.GetProperty("position").GetInt64();
            float[] samples = Rendered.SamplesOf(block.GetProperty("sound"));
            Assert.True(IsNoise(samples, position), $"The block at {position} is not what was sent.");
            first = Math.Min(first, position);
            end = Math.Max(end, position + (samples.Length / 2));
        }

        return (first, end);
    }

    /// <summary>The piece around the middle of a recording that is the noise, in frames.</summary>
    private static int Exact(Rendered rendered, long first, long end)
    {
        ReadOnlySpan<float> samples = rendered.Samples;
        int middle = rendered.Frames / 2;
        for (long position = first; position < end; position++)
        {
            if (IsNoise(samples.Slice(2 * middle, 2 * Sure), position))
            {
                int from = middle;
                while (from > 0 && IsNoise(samples.Slice(2 * (from - 1), 2), position - middle + from - 1))
                {
                    from--;
                }

                int to = middle;
                while (to < rendered.Frames && IsNoise(samples.Slice(2 * to, 2), position - middle + to))
                {
                    to++;
                }

                return to - from;
            }
        }

        return 0;
    }

    private static bool IsNoise(ReadOnlySpan<float> samples, long position)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (samples[i] != Noise.At(position + (i / 2), i % 2))
            {
                return false;
            }
        }

        return true;
    }
}
