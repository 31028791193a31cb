using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Linnet.Audio;
using Linnet.Clock;
using Linnet.Receive;

namespace Linnet.Tests.Receive;

/// <summary>
/// What the receiver's algorithms make of given input, in files that the page's JavaScript is tested with as well. To write them again:
/// <c>LINNET_WRITE_VECTORS=1</c>.
/// </summary>
public partial class ReceiveVectorTests
{
    private const long Second = 1_000_000;

    private uint _seed = 1;

    [Fact]
    public void The_shared_vectors_of_the_delay_target_are_what_this_code_gives()
    {
        var target = new DelayTarget(60_000, 300_000, Second) { LookAhead = 833 };
        var steps = new List<string>();
        for (int i = 0; i < 500; i++)
        {
            if (i is 200 or 300)
            {
                target.Shift(i == 200 ? 40_000 : -10_000);
                steps.Add(Numbers(i == 200 ? 40_000 : -10_000, target.Ticks));
            }

            int most = i is > 100 and < 180 ? 200_000 : i == 250 ? 310_000 : 30_000;
            (long delay, long at) = (Next(most), (i * 100_000) + Next(40_000));
            target.Observe(delay, at);
            steps.Add(Numbers(delay, at, target.Ticks, target.Lateness));
        }

        Check("delay-target", "µs: a shift [by, target] or an arrival [delay, at, target, lateness].", steps);
    }

    [Fact]
    public void The_shared_vectors_of_the_timeline_are_what_this_code_gives()
    {
        // The path becomes longer at 15 s and shorter at 25 s; nothing arrives from 30 s to 35 s, and what does then is late.
        var media = new MediaTimeline(0, 48_000, Second);
        PlayoutTimeline? timeline = null;
        var steps = new List<string>();
        for (int i = 0; i < 450; i++)
        {
            long position = 1_000_000 + (i * 4800L);
            double sent = i * 100_000 * (1 - 100e-6);
            int path = i is >= 150 and < 250 ? 60_000 : 10_000;
            long arrivedAt = 5_000_000 + (long)Math.Max(sent + path + Next(8000), i is >= 300 and < 350 ? 35_000_000 + i : 0);
            timeline ??= new PlayoutTimeline(new BufferedPacket(0, position, arrivedAt, 0), 0, media, tolerance: 300_000);
            long delay = timeline.Observe(position, arrivedAt);
            ArrivalLine line = timeline.Line;
            steps.Add(Numbers(position, arrivedAt, delay, line.ArrivalOf(position), line.Slope * 1e6, line.Shifted));
        }

        Check("timeline", "48 kHz, tolerance 300000; [position, arrived at, delay, undelayed arrival, slope in ppm, shifted], µs.", steps);
    }

    [Fact]
    public void The_shared_vectors_of_the_drift_controller_are_what_this_code_gives()
    {
        var controller = new DriftController();
        var steps = new List<string>();
        double error = 0;
        for (int i = 0; i < 600; i++)
        {
            if (i == 400)
            {
                controller.Restart();
                error = 0.004;
            }

            double elapsed = 0.02 + (Next(1000) * 1e-4);
            error += (150e-6 - controller.Correction) * elapsed;
            double measured = Math.Round(error + (Next(1000) * 1e-6), 9);
            controller.Update(measured, elapsed);
            steps.Add(Numbers(
                i == 400 ? 1 : 0, measured, elapsed, controller.Correction * 1e6, controller.Drift * 1e6, controller.IsSettled ? 1 : 0));
        }

        Check("drift", "[restart before, error, elapsed, correction in ppm, drift in ppm, settled], s.", steps);
    }

    [Theory]
    [InlineData(48_000, 48_000)]
    [InlineData(44_100, 48_000)]
    [InlineData(48_000, 44_100)]
    public void The_shared_vectors_of_the_resampler_are_what_this_code_gives(int inputRate, int outputRate)
    {
        var resampler = new Resampler(inputRate, outputRate, channels: 1);
        var output = new float[1024];
        var steps = new List<string>();
        int position = 0;
        for (int i = 0; i < 60; i++)
        {
            resampler.Adjustment = i < 5 ? 0 : (Next(2001) - 1000) * 1e-6;
            float[] input = [.. Enumerable.Range(position, 512).Select(Sound)];
            resampler.Process(input, output, out int consumed, out int written);
            Assert.Equal(input.Length, consumed);
            position += consumed;
            (double lag, int needed) = (resampler.InputPosition - resampler.SourcePosition, resampler.InputFramesFor(480));
            steps.Add(Numbers(
                resampler.Adjustment * 1e6, written, output[0], output[written / 2], output[written - 1], lag, needed));
        }

        Check(
            $"resampler-{inputRate}-{outputRate}",
            "512 frames of sin(0.11 n)/2 + sin(0.7 n + 1)/4 each: [adjustment in ppm, written, first, middle, last, lag, input for 480].",
            steps);
    }

    [Fact]
    public void The_shared_vectors_of_the_splices_are_what_this_code_gives()
    {
        var splice = new PitchSplice(new AudioFormat(48_000, 2));
        var steps = new List<string>();
        for (int i = 0; i < 40; i++)
        {
            int place = 1500 + Next(400);
            int direction = Next(2) == 0 ? 1 : -1;
            int most = splice.Shortest + Next(splice.Longest - splice.Shortest);
            float[] pcm = [.. Enumerable.Range(0, 8000).Select(n => i == 39 ? 0 : Sound((n / 2) + (n % 2 * 100)))];
            int step = splice.Find(pcm, place, direction, splice.Shortest, most, out float likeness);
            int to = place + (direction * step);
            splice.Apply(pcm.AsSpan(place * 2), pcm.AsSpan(to * 2), likeness);
            steps.Add(Numbers(
                place, direction, most, step, likeness, pcm[to * 2], pcm[((to + 200) * 2) + 1], pcm[(to + splice.Fade - 1) * 2]));
        }

        Check(
            "splice",
            "48 kHz, channel c of frame n is sound(n + 100 c); [place, direction, most, step, likeness, and frames 0, 200, 383 after it].",
            steps);
    }

    private static float Sound(int frame) => (float)((Math.Sin(0.11 * frame) / 2) + (Math.Sin((0.7 * frame) + 1) / 4));

    private static string Numbers(params double[] numbers) =>
        $"[{string.Join(", ", numbers.Select(static n => Math.Round(n, 9).ToString(CultureInfo.InvariantCulture)))}]";

    // The numbers depend a little on the processor: sums of products are made in another order.
    private static void Check(string name, string about, List<string> steps)
    {
        string text = new StringBuilder("{\n  \"about\": \"").Append(about).Append("\",\n  \"steps\": [\n    ")
            .AppendJoin(",\n    ", steps).Append("\n  ]\n}\n").ToString();
        string path = Path.Combine(ArchitectureTests.Root, "tests", "Linnet.Tests", "Vectors", $"{name}.json");
        if (Environment.GetEnvironmentVariable("LINNET_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(path, text);
        }

        string known = File.ReadAllText(path);
        Assert.Equal(Number().Replace(known.ReplaceLineEndings("\n"), "#"), Number().Replace(text, "#"));
        foreach ((Match expected, Match actual) in Number().Matches(known).Zip(Number().Matches(text)))
        {
            double wanted = double.Parse(expected.Value, CultureInfo.InvariantCulture);
            Assert.Equal(wanted, double.Parse(actual.Value, CultureInfo.InvariantCulture), 2e-6 * Math.Max(1, Math.Abs(wanted)));
        }
    }

    private int Next(int end)
    {
        _seed = (_seed * 1_664_525) + 1_013_904_223;
        return (int)((_seed >> 8) % (uint)end);
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?(E-?\d+)?")]
    private static partial Regex Number();
}
