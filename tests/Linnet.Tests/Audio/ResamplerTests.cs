using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class ResamplerTests
{
    public static TheoryData<int, int> Ratios => new()
    {
        { 44_100, 48_000 }, { 48_000, 44_100 }, { 96_000, 48_000 }, { 8_000, 48_000 }, { 22_050, 48_000 }, { 48_000, 8_000 },
        { 44_100, 44_101 }, { 11_025, 384_000 }, { 192_000, 44_100 }, { 48_000, 48_000 },
    };

    [Theory]
    [MemberData(nameof(Ratios))]
    public void A_sine_stays_the_same_sine_at_the_same_time_110_dB_clean(int from, int to)
    {
        float[] output = Convert(Signals.Sine(1000, from, from / 2), from, to);

        // Compared with the ideal, not with the best fit: gain and phase errors count, too.
        Assert.Equal(CeilingOf(from / 2, from, to), output.Length);
        Assert.InRange(SnrAgainst(output, frame => 0.5 * Math.Sin(2 * Math.PI * 1000 * frame / to), Edge(from, to)), 110, 200);
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void The_band_is_flat_to_nine_tenths_of_nyquist(int from, int to)
    {
        double nyquist = Math.Min(from, to) / 2.0;
        foreach (double part in new[] { 0.01, 0.25, 0.5, 0.75, 0.85, 0.9 })
        {
            double frequency = part * nyquist;
            float[] output = Convert(Signals.Sine(frequency, from, from / 10), from, to);
            double snr = SnrAgainst(output, frame => 0.5 * Math.Sin(2 * Math.PI * frequency * frame / to), Edge(from, to));

            // 45 dB below the tone is 0.05 dB of gain error, or 0.3 degrees; images count as well.
            Assert.True(snr > 45, $"{frequency} Hz: {snr:F1} dB");
            Assert.True(part > 0.85 || snr > 80, $"{frequency} Hz: {snr:F1} dB");
        }
    }

    [Theory]
    [InlineData(48_000, 44_100, 22_100)]
    [InlineData(48_000, 44_100, 23_900)]
    [InlineData(96_000, 48_000, 24_050)]
    [InlineData(96_000, 48_000, 31_234)]
    [InlineData(96_000, 48_000, 47_000)]
    [InlineData(48_000, 8_000, 4_010)]
    [InlineData(48_000, 8_000, 20_000)]
    [InlineData(192_000, 44_100, 60_000)]
    public void Frequencies_above_the_lower_Nyquist_are_100_dB_down(int from, int to, double frequency)
    {
        float[] output = Convert(Signals.Sine(frequency, from, from / 4), from, to);
        int edge = Edge(from, to);

        Assert.InRange(20 * Math.Log10(Signals.Rms(output.AsSpan(edge, output.Length - (2 * edge))) / (0.5 / Math.Sqrt(2))), -300, -100);
    }

    [Theory]
    [InlineData(44_100, 48_000, 19_800)]
    [InlineData(22_050, 48_000, 9_900)]
    [InlineData(8_000, 48_000, 3_600)]
    [InlineData(44_100, 96_000, 19_000)]
    public void Raising_the_rate_makes_no_images(int from, int to, double frequency)
    {
        float[] output = Convert(Signals.Sine(frequency, from, from / 4), from, to);
        double[] residual = WithoutSine(output, frequency, to, Edge(from, to));

        Assert.InRange(20 * Math.Log10(Math.Sqrt(residual.Average(x => x * x)) / (0.5 / Math.Sqrt(2))), -300, -100);
    }

    [Theory]
    [InlineData(44_100, 48_000, 0, 1000)]
    [InlineData(44_100, 48_000, 1, 1000)]
    [InlineData(44_100, 48_000, -12_345, 7)]
    [InlineData(48_000, 8_000, 5, 1)]
    [InlineData(48_000, 8_000, 6, 1)]
    [InlineData(48_000, 8_000, 1, 5000)]
    [InlineData(48_000, 48_000, 17, 3)]
    [InlineData(8_000, 48_000, 3, 0)]
    [InlineData(44_100, 48_000, 1_000_000_000_001, 1234)]
    [InlineData(384_000, 2_000, 100, 10_000)]
    public void Output_begins_and_ends_with_the_input(int from, int to, long start, int frames)
    {
        var resampler = new Resampler(from, to, 1, start);
        long first = CeilingOf(start, from, to);
        long end = CeilingOf(start + frames, from, to);

        Assert.Equal(first, resampler.OutputPosition);
        Assert.Equal(start, resampler.InputPosition);
        Assert.Equal((double)first * from / to, resampler.SourcePosition, 0.001);

        float[] output = Run(resampler, Signals.Noise(frames));

        Assert.Equal(end - first, output.Length);
        Assert.Equal(end, resampler.OutputPosition);
        Assert.Equal(start + frames, resampler.InputPosition);
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void Joining_the_stream_later_changes_only_the_missing_part(int from, int to)
    {
        float[] input = Signals.Noise(6000);
        input.AsSpan(0, 2345).Clear();

        float[] whole = Convert(input, from, to);
        var joined = new Resampler(from, to, 1, 2345);
        long first = joined.OutputPosition;
        float[] rest = Run(joined, input[2345..]);

        Assert.Equal(whole[(int)first..], rest);
    }

    [Theory]
    [InlineData(44_100, 48_000)]
    [InlineData(48_000, 44_100)]
    [InlineData(44_100, 44_101)]
    public void After_months_the_phase_has_not_drifted(int from, int to)
    {
        float[] input = Signals.Noise(3000);
        long months = 10_000_000L * from;

        var later = new Resampler(from, to, 1, months);
        Assert.Equal(10_000_000L * to, later.OutputPosition);
        Assert.Equal(Convert(input, from, to), Run(later, input));
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void The_output_does_not_depend_on_the_block_size(int from, int to)
    {
        const int Channels = 2;
        float[] input = Signals.Noise(5000 * Channels);
        float[] whole = Steered(input, new Random(0), maxIn: int.MaxValue, maxOut: int.MaxValue);

        Assert.Equal(whole, Steered(input, new Random(1), maxIn: 1, maxOut: int.MaxValue));
        Assert.Equal(whole, Steered(input, new Random(2), maxIn: int.MaxValue, maxOut: 1));
        Assert.Equal(whole, Steered(input, new Random(3), maxIn: 1000, maxOut: 50));
        Assert.Equal(whole, Steered(input, new Random(4), maxIn: 50, maxOut: 1000));

        float[] Steered(float[] input, Random random, int maxIn, int maxOut)
        {
            // The adjustment changes at given output frames, so blocks end there.
            var resampler = new Resampler(from, to, Channels);
            var output = new List<float>();
            float[] block = new float[20_000];
            int at = 0;
            int outputs = 0;
            while (true)
            {
                resampler.Adjustment = (outputs / 500 % 3) switch { 0 => 0, 1 => 0.001, _ => -0.0004 };
                int give = Math.Min((input.Length - at) / Channels, random.Next(maxIn) + 1);
                int room = Math.Min(500 - (outputs % 500), random.Next(maxOut) + 1);
                int written;
                if (give > 0)
                {
                    resampler.Process(input.AsSpan(at, give * Channels), block.AsSpan(0, room * Channels), out int consumed, out written);
                    at += consumed * Channels;
                }
                else
                {
                    written = resampler.Flush(block.AsSpan(0, room * Channels));
                    if (written == 0)
                    {
                        return [.. output];
                    }
                }

                output.AddRange(block.AsSpan(0, written * Channels));
                outputs += written;
            }
        }
    }

    [Fact]
    public void Equal_rates_without_adjustment_pass_bit_for_bit()
    {
        float[] input = Signals.Noise(2 * 10_000);
        input[7] = -0.0f;
        var resampler = new Resampler(48_000, 48_000, 2, 99);

        Assert.Equal(input.Select(BitConverter.SingleToInt32Bits), Run(resampler, input).Select(BitConverter.SingleToInt32Bits));
    }

    [Theory]
    [InlineData(48_000, 48_000)]
    [InlineData(44_100, 48_000)]
    [InlineData(48_000, 44_100)]
    public void Adjusted_sound_is_at_every_frame_the_sound_of_its_source_position(int from, int to)
    {
        const double Frequency = 3000;
        float[] input = Signals.Sine(Frequency, from, from);
        var resampler = new Resampler(from, to, 1);
        float[] frame = new float[1];
        double error = 0;
        double before = resampler.SourcePosition;
        double stepBefore = (double)from / to;
        int frames = 0;
        int at = 0;
        while (at < input.Length)
        {
            // Jumps over the whole range and back while it runs, often before the last value is reached.
            resampler.Adjustment = (frames / 3000 % 4) switch { 0 => 0, 1 => 0.001, 2 => -0.001, _ => 0.0001 };
            double source = resampler.SourcePosition;
            resampler.Process(
                input.AsSpan(at, Math.Min(resampler.InputFramesFor(1), input.Length - at)), frame, out int consumed, out int written);
            at += consumed;
            if (written == 0)
            {
                break;
            }

            // Neither position nor speed jumps: 1000 ppm take a tenth of a second.
            double step = source - before;
            Assert.True(frames == 0 || Math.Abs(step - ((double)from / to)) <= 0.00101 * from / to);
            Assert.True(frames < 2 || Math.Abs(step - stepBefore) < 1.1 * 0.001 / (0.1 * to) * from / to,
                $"{frames}: {step} after {stepBefore}");
            (before, stepBefore) = (source, frames == 0 ? stepBefore : step);
            double ideal = 0.5 * Math.Sin(2 * Math.PI * Frequency * source / from);
            error += frames < 200 ? 0 : (frame[0] - ideal) * (frame[0] - ideal);
            frames++;
        }

        Assert.InRange(frames, (int)(0.99 * to), to);
        Assert.InRange(10 * Math.Log10(0.125 / (error / frames)), 110, 200);
    }

    [Fact]
    public void An_adjustment_consumes_proportionally_more_input()
    {
        float[] block = new float[2 * 480];
        float[] input = new float[2 * 1000];
        foreach (double adjustment in new[] { 0.001, -0.001, 0.0000015 })
        {
            var resampler = new Resampler(48_000, 48_000, 2) { Adjustment = adjustment };
            resampler.Reset(0);
            for (int i = 0; i < 3000; i++)
            {
                int needed = resampler.InputFramesFor(480);
                resampler.Process(input.AsSpan(0, 2 * needed), block, out int consumed, out int written);
                Assert.Equal(needed, consumed);
                Assert.Equal(480, written);
            }

            Assert.Equal(3000 * 480, resampler.OutputPosition);
            Assert.Equal(3000 * 480 * (1 + adjustment), resampler.SourcePosition, 0.0001);
        }
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void The_requested_input_is_exactly_enough(int from, int to)
    {
        var resampler = new Resampler(from, to, 1, 7);
        float[] input = new float[20_000];
        float[] output = new float[1000];
        var random = new Random(5);
        for (int i = 0; i < 200; i++)
        {
            int wanted = random.Next(1000) * Math.Min(to, 48_000) / 48_000;
            int needed = resampler.InputFramesFor(wanted);
            if (needed > 0)
            {
                int short1 = (int)Math.Min(needed - 1, input.Length);
                resampler.Process(input.AsSpan(0, short1), output.AsSpan(0, wanted), out int consumed, out int less);
                Assert.Equal(short1, consumed);
                Assert.True(less < wanted);
                resampler.Process(input.AsSpan(0, 1), output.AsSpan(0, wanted - less), out consumed, out int rest);
                Assert.Equal(wanted, less + rest);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ratios))]
    public void The_requested_input_is_enough_when_adjusted(int from, int to)
    {
        var random = new Random(6);
        var resampler = new Resampler(from, to, 1);
        float[] input = new float[20_000];
        float[] output = new float[1000];
        int spare = 0;
        for (int i = 0; i < 2000; i++)
        {
            resampler.Adjustment = ((2 * random.NextDouble()) - 1) * Resampler.MaxAdjustment;
            int wanted = random.Next(1000) * Math.Min(to, 48_000) / 48_000;
            int needed = resampler.InputFramesFor(wanted);
            Assert.InRange(needed, 0, input.Length);
            resampler.Process(input.AsSpan(0, needed), output.AsSpan(0, wanted), out int consumed, out int written);

            Assert.InRange(consumed, needed - 3, needed);
            Assert.Equal(wanted, written);
            spare = Math.Max(spare, (int)(resampler.InputPosition - resampler.SourcePosition) - resampler.LookAhead);
        }

        Assert.InRange(spare, 0, 3 + (from / to));
    }

    [Fact]
    public void After_the_end_it_takes_no_input_until_reset()
    {
        var resampler = new Resampler(44_100, 48_000, 1);
        float[] input = Signals.Noise(1000);
        float[] once = Run(resampler, input);

        Assert.Equal(0, resampler.Flush(new float[10]));
        Assert.Throws<InvalidOperationException>(() => resampler.Process(input, new float[10], out _, out _));

        resampler.Reset(0);
        Assert.Equal(once, Run(resampler, input));
    }

    [Fact]
    public void Invalid_arguments_throw()
    {
        Assert.Throws<ArgumentException>(() => new Resampler(0, 48_000, 2));
        Assert.Throws<ArgumentException>(() => new Resampler(48_000, 500_000, 2));
        Assert.Throws<ArgumentException>(() => new Resampler(48_000, 44_100, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(48_000, 48_000, 2) { Adjustment = 0.0011 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(48_000, 48_000, 2) { Adjustment = double.NaN });
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var resampler = new Resampler(44_100, 48_000, 2) { Adjustment = 0.0003 };
        float[] input = Signals.Noise(2 * 441);
        float[] output = new float[2 * 600];

        Assert.Equal(0, Allocations.Of(() =>
        {
            resampler.Process(input, output, out _, out _);
            resampler.Flush(output);
            resampler.Reset(3);
        }));
    }

    private static float[] Convert(float[] input, int from, int to) => Run(new Resampler(from, to, 1), input);

    private static float[] Run(Resampler resampler, float[] input)
    {
        var output = new List<float>();
        float[] block = new float[960 * resampler.Channels];
        int at = 0;
        while (at < input.Length)
        {
            resampler.Process(input.AsSpan(at), block, out int consumed, out int written);
            at += consumed * resampler.Channels;
            output.AddRange(block.AsSpan(0, written * resampler.Channels));
        }

        for (int written = resampler.Flush(block); written > 0; written = resampler.Flush(block))
        {
            output.AddRange(block.AsSpan(0, written * resampler.Channels));
        }

        return [.. output];
    }

    /// <summary>Output frames affected by the sudden start or end of the input.</summary>
    private static int Edge(int from, int to) => (int)((new Resampler(from, to, 1).LookAhead + 1L) * to / from) + 1;

    private static double SnrAgainst(float[] output, Func<int, double> ideal, int edge)
    {
        double signal = 0;
        double error = 0;
        for (int frame = edge; frame < output.Length - edge; frame++)
        {
            double expected = ideal(frame);
            signal += expected * expected;
            error += (output[frame] - expected) * (output[frame] - expected);
        }

        return 10 * Math.Log10(signal / error);
    }

    /// <summary>The residual after subtracting the best-fitting sine of that frequency (least squares).</summary>
    private static double[] WithoutSine(float[] output, double frequency, int rate, int edge)
    {
        double ss = 0, sc = 0, cc = 0, xs = 0, xc = 0;
        for (int frame = edge; frame < output.Length - edge; frame++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * frequency * frame / rate);
            (ss, sc, cc) = (ss + (sin * sin), sc + (sin * cos), cc + (cos * cos));
            (xs, xc) = (xs + (output[frame] * sin), xc + (output[frame] * cos));
        }

        double determinant = (ss * cc) - (sc * sc);
        double a = ((xs * cc) - (xc * sc)) / determinant;
        double b = ((xc * ss) - (xs * sc)) / determinant;
        return [.. Enumerable.Range(edge, output.Length - (2 * edge)).Select(frame =>
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * frequency * frame / rate);
            return output[frame] - (a * sin) - (b * cos);
        })];
    }

    private static long CeilingOf(long position, int from, int to) =>
        (long)(((Int128)position * to / from) + ((Int128)position * to % from > 0 ? 1 : 0));
}
