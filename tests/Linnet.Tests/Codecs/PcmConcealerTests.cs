using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Codecs;

public class PcmConcealerTests
{
    public static TheoryData<int, int, double> Tones => new()
    {
        { 48_000, 2, 440 }, { 48_000, 1, 101.3 }, { 44_100, 2, 997 }, { 44_100, 2, 60 }, { 96_000, 8, 1234.5 },
        { 8_000, 1, 440 }, { 8_000, 1, 1017 }, { 22_050, 1, 3000 }, { 192_000, 2, 311 },
    };

    [Theory]
    [MemberData(nameof(Tones))]
    public void A_tone_has_no_step_and_no_bend_at_either_joint(int rate, int channels, double frequency)
    {
        foreach (int lostMs in new[] { 5, 20, 45, 100 })
        {
            float[] pcm = Lose(rate, channels, frequency, lostMs, blockFrames: rate / 200, out int start, out int end);
            float[] whole = Signals.Channel(Signals.Sine(frequency, rate, pcm.Length / channels, channels), 0, channels);
            for (int channel = 0; channel < channels; channel++)
            {
                // Around the joints and in the fade-in, the tone may change as fast as it does by itself, plus a quarter.
                float[] one = Signals.Channel(pcm, channel, channels);
                foreach ((int from, int to) in new[] { (start - 8, start + (rate / 100)), (end - 8, end + (rate / 100)) })
                {
                    Assert.InRange(Signals.GreatestStep(one.AsSpan(from, to - from)), 0, 1.25f * Signals.GreatestStep(whole));
                    Assert.InRange(
                        Signals.GreatestBend(one.AsSpan(from, to - from)), 0, (1.25f * Signals.GreatestBend(whole)) + (20f / rate));
                }
            }
        }
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(16_000)]
    public void A_chord_without_a_period_stays_nearly_as_smooth_at_the_joint(int rate)
    {
        var random = new Random(3);
        for (int trial = 0; trial < 50; trial++)
        {
            float[] chord = new float[rate / 4];
            for (int tone = 0; tone < 4; tone++)
            {
                float[] sine = Signals.Sine(random.Next(80, 900), rate, chord.Length, amplitude: 0.15, phase: random.NextDouble() * 6);
                for (int i = 0; i < chord.Length; i++)
                {
                    chord[i] += sine[i];
                }
            }

            var concealer = new PcmConcealer(new AudioFormat(rate, 1));
            float[] lost = new float[rate / 50];
            float[] after = chord[^lost.Length..];
            concealer.Heard(chord);
            concealer.Conceal(lost);
            concealer.Heard(after);

            float[] joined = [.. chord[^8..], .. lost, .. after];
            Assert.InRange(Signals.GreatestStep(joined) / Signals.GreatestStep(chord), 0, 1.5f);
            Assert.InRange(Signals.GreatestBend(joined) / Signals.GreatestBend(chord), 0, 3.2f);
        }
    }

    [Theory]
    [MemberData(nameof(Tones))]
    public void A_short_loss_of_a_tone_sounds_like_the_tone(int rate, int channels, double frequency)
    {
        float[] pcm = Lose(rate, channels, frequency, lostMs: 10, blockFrames: rate / 100, out int start, out int end);
        float[] whole = Signals.Sine(frequency, rate, pcm.Length / channels, channels);

        double likeness = Signals.Correlation(
            pcm.AsSpan(start * channels, (end - start) * channels), whole.AsSpan(start * channels, (end - start) * channels));
        Assert.InRange(likeness, 0.95, 1.001);
    }

    [Fact]
    public void A_long_loss_fades_to_silence_and_stays_silent()
    {
        var concealer = new PcmConcealer(new AudioFormat(48_000, 2));
        concealer.Heard(Signals.Noise(2 * 48_000));
        float[] pcm = new float[2 * 48_000];
        concealer.Conceal(pcm);

        Assert.InRange(Signals.Rms(pcm.AsSpan(0, 2 * 480)), 0.2, 0.4);
        Assert.All(pcm[(2 * 48 * 61)..], sample => Assert.Equal(0, sample));

        // Ten hours give the same.
        for (int second = 0; second < 36_000; second++)
        {
            concealer.Conceal(pcm.AsSpan(0, 2));
        }

        Assert.Equal(0, pcm[0]);
    }

    [Fact]
    public void Noise_is_no_louder_than_it_was_and_joins_without_a_click()
    {
        var concealer = new PcmConcealer(new AudioFormat(48_000, 1));
        for (int seed = 0; seed < 50; seed++)
        {
            float[] before = Signals.Noise(4800, 2 * seed);
            float[] lost = new float[960];
            float[] after = Signals.Noise(960, (2 * seed) + 1);
            concealer.Heard(before);
            concealer.Conceal(lost);
            concealer.Heard(after);

            // Neighbouring samples of such noise differ by up to 1.
            Assert.All(lost, sample => Assert.InRange(Math.Abs(sample), 0, 0.57));
            Assert.InRange(Signals.Rms(lost), 0.15, 0.35);
            Assert.InRange(Signals.GreatestStep([.. before[^4..], .. lost, .. after]), 0, 1.07);
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_block_size()
    {
        float[] sound = Signals.Sine(440, 48_000, 9600, 2);
        float[] whole = new float[2 * 2000];
        float[] pieces = new float[2 * 2000];
        float[] after = Signals.Sine(440, 48_000, 960, 2, phase: 2);
        float[] afterPieces = [.. after];
        foreach ((float[] pcm, float[] next, int[] cuts) in new[] { (whole, after, new[] { 2000 }),
            (pieces, afterPieces, [1, 7, 480, 2, 1510]) })
        {
            var concealer = new PcmConcealer(new AudioFormat(48_000, 2));
            concealer.Heard([.. sound]);
            int at = 0;
            foreach (int cut in cuts)
            {
                concealer.Conceal(pcm.AsSpan(2 * at, 2 * cut));
                at += cut;
            }

            // Several blocks share the fade-in if they are shorter.
            int step = cuts.Length == 1 ? next.Length : 2 * 37;
            for (int i = 0; i < next.Length; i += step)
            {
                concealer.Heard(next.AsSpan(i, Math.Min(step, next.Length - i)));
            }
        }

        Assert.Equal(whole, pieces);
        Assert.Equal(after, afterPieces);
    }

    [Fact]
    public void Five_milliseconds_after_a_loss_sound_is_bit_exact_again()
    {
        var concealer = new PcmConcealer(new AudioFormat(48_000, 2));
        float[] sound = Signals.Noise(2 * 960);
        float[] heard = [.. sound];
        concealer.Heard([.. sound]);
        concealer.Conceal(new float[2 * 480]);
        concealer.Heard(heard);

        Assert.NotEqual(sound[..(2 * 240)], heard[..(2 * 240)]);
        Assert.Equal(sound[(2 * 240)..], heard[(2 * 240)..]);

        concealer.Heard(heard);
        Assert.Equal(sound[(2 * 240)..], heard[(2 * 240)..]);
    }

    [Fact]
    public void Before_any_sound_there_is_silence()
    {
        var concealer = new PcmConcealer(new AudioFormat(2_000, 1));
        float[] pcm = Signals.Noise(100);
        concealer.Conceal(pcm);

        Assert.All(pcm, sample => Assert.Equal(0, sample));
    }

    /// <summary>A tone in blocks, some of which are lost in the middle.</summary>
    private static float[] Lose(int rate, int channels, double frequency, int lostMs, int blockFrames, out int start, out int end)
    {
        var concealer = new PcmConcealer(new AudioFormat(rate, channels));
        float[] pcm = Signals.Sine(frequency, rate, rate / 2, channels);
        start = rate / 4 / blockFrames * blockFrames;
        end = start + (Math.Max(lostMs * rate / 1000 / blockFrames, 1) * blockFrames);
        for (int frame = 0; frame + blockFrames <= pcm.Length / channels; frame += blockFrames)
        {
            Span<float> block = pcm.AsSpan(frame * channels, blockFrames * channels);
            if (frame >= start && frame < end)
            {
                concealer.Conceal(block);
            }
            else
            {
                concealer.Heard(block);
            }
        }

        return pcm;
    }
}
