using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class LevelMeterTests
{
    private static readonly AudioFormat Stereo = new(48_000, 2);

    [Fact]
    public void A_full_scale_sine_has_0_dBFS_peak_and_minus_3_RMS()
    {
        var meter = new LevelMeter(new AudioFormat(48_000, 1), TimeSpan.FromMilliseconds(400));
        meter.Add(Signals.Sine(1000, 48_000, 48_000, amplitude: 1));

        Assert.Equal(0, meter[0].PeakDbfs, 0.01f);
        Assert.Equal(-3.01, meter[0].RmsDbfs, 0.01f);
    }

    [Fact]
    public void Silence_has_a_finite_level()
    {
        var meter = new LevelMeter(Stereo, TimeSpan.FromMilliseconds(300));

        Assert.Equal(Decibels.Floor, meter.Loudest.PeakDbfs);
        Assert.Equal(Decibels.Floor, meter.Loudest.RmsDbfs);
    }

    [Fact]
    public void Samples_that_are_not_finite_do_not_affect_the_level()
    {
        var meter = new LevelMeter(new AudioFormat(48_000, 1), TimeSpan.FromMilliseconds(80));
        float[] pcm = [.. Enumerable.Repeat(0.5f, 4800)];
        (pcm[10], pcm[11]) = (float.NaN, float.PositiveInfinity);
        meter.Add(pcm);

        Assert.Equal(0.5f, meter[0].Peak);
        Assert.Equal(0.5f, meter[0].Rms, 0.001f);
        Assert.Equal(Decibels.Floor, Decibels.FromAmplitude(float.NaN));
    }

    [Fact]
    public void Each_channel_has_its_own_level()
    {
        var meter = new LevelMeter(Stereo, TimeSpan.FromMilliseconds(80));
        float[] pcm = new float[2 * 4800];
        for (int i = 0; i < pcm.Length; i += 2)
        {
            pcm[i] = 0.5f;
            pcm[i + 1] = -0.25f;
        }

        meter.Add(pcm);

        Assert.Equal(new AudioLevel(0.5f, 0.5f), meter[0]);
        Assert.Equal(new AudioLevel(0.25f, 0.25f), meter[1]);
        Assert.Equal(new AudioLevel(0.5f, 0.5f), meter.Loudest);
    }

    [Fact]
    public void A_click_shows_for_one_window_whatever_the_block_size()
    {
        foreach (int blockFrames in new[] { 1, 37, 480, 4800 })
        {
            // A window of 80 ms in eight parts of 480 frames.
            var meter = new LevelMeter(Stereo, TimeSpan.FromMilliseconds(80));
            float[] pcm = new float[2 * 4800];
            pcm[2 * 100] = -1;
            foreach (float[] block in pcm[..(2 * 480 * 8)].Chunk(2 * blockFrames))
            {
                meter.Add(block);
            }

            Assert.Equal(1, meter[0].Peak);
            Assert.Equal(MathF.Sqrt(1f / 3840), meter[0].Rms, 1e-6f);
            Assert.Equal(0, meter[1].Peak);

            meter.Add(pcm.AsSpan(2 * 480 * 8, 2 * 480));
            Assert.Equal(0, meter[0].Peak);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var meter = new LevelMeter(Stereo, TimeSpan.FromMilliseconds(300));
        float[] pcm = Signals.Noise(2 * 4800);
        float level = 0;

        Assert.Equal(0, Allocations.Of(() =>
        {
            meter.Add(pcm);
            level = meter.Loudest.PeakDbfs;
        }));
        Assert.InRange(level, -7, -6);
    }
}
