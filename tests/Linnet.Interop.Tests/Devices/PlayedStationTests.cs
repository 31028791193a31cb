using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Linnet.Interop.Tests.Devices;

/// <summary>End to end: a file is served, played to a sound server, and recorded from its output.</summary>
public class PlayedStationTests(PulseServer server) : SharedPulseTests(server)
{
    private const int Rate = PulseServer.SampleRate;
    private const int Seconds = 60;

    /// <summary>The most frames that may be skipped or repeated, measured by the phase of a tone.</summary>
    private const double MaxJump = 0.9;

    // Together they reveal every gap: no number of frames is a whole number of periods of both.
    private static readonly double[] Tones = [997, 601];

    [Fact]
    public async Task A_minute_arrives_without_a_gap_or_a_repeat()
    {
        using var folder = new TempFolder();
        Music().Save(folder["tones.wav"]);
        await using Serving server = await Serving.StartAsync(folder["tones.wav"], "--once");
        using MonitorRecording recording =
            await MonitorRecording.StartAsync(Server, PulseServer.Sink, TestContext.Current.CancellationToken);

        using Process player = Server.Start(
            Path.Combine(AppContext.BaseDirectory, "Linnet.Cli"), "play", server.Url("tones/pcm"), "--latency", "400", "--output",
            $"pulse:{PulseServer.Sink}");
        Task<string> printed = player.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds + 60));
        await player.WaitForExitAsync(limit.Token);
        Assert.True(player.ExitCode == 0, await printed);
        byte[] bytes = await recording.StopAsync();

        float[] pcm = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(0, bytes.Length / 8 * 8)).ToArray();
        int first = Array.FindIndex(pcm, s => Math.Abs(s) > 0.05f) / 2;
        int last = Array.FindLastIndex(pcm, s => Math.Abs(s) > 0.05f) / 2;

        // The sink itself swallows some of the first 20 ms. At the start playback is corrected by pitch, never by a jump.
        Assert.InRange(last - first, (Seconds * Rate) - (Rate * 50 / 1000), (Seconds * Rate) + (Rate * 50 / 1000));
        for (int channel = 0; channel < 2; channel++)
        {
            (double worst, int at) = WorstJump(pcm, channel, first + (Rate / 50), last - (Rate / 100));
            Assert.True(worst < MaxJump, $"{worst:F1} frames are missing or repeated {(at - first) / (double)Rate:F2} s into the sound.");
        }
    }

    /// <summary>The largest phase step of a tone between neighbouring windows, in frames, relative to a steady tone.</summary>
    private static (double Frames, int At) WorstJump(float[] pcm, int channel, int from, int to)
    {
        const int Window = Rate / 100;
        double perFrame = 2 * Math.PI * Tones[channel] / Rate;
        (double worst, int at) = (0, 0);
        double previous = double.NaN;
        for (int start = from; start + Window <= to; start += Window)
        {
            (double re, double im) = (0, 0);
            for (int i = 0; i < Window; i++)
            {
                // A Hann window suppresses frequencies next to the tone's own.
                double weight = 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Window));
                (double sin, double cos) = Math.SinCos(perFrame * (start + i));
                float sample = pcm[((start + i) * 2) + channel];
                re += weight * sample * cos;
                im += weight * sample * sin;
            }

            double phase = Math.Atan2(im, re);
            double step = Math.Abs(Math.IEEERemainder(phase - previous, 2 * Math.PI)) / perFrame;
            (worst, at) = step > worst ? (step, start) : (worst, at);
            previous = phase;
        }

        return (worst, at);
    }

    private static WavSound Music()
    {
        int[] samples = new int[Seconds * Rate * 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = (int)Math.Round(16_000 * Math.Cos(2 * Math.PI * Tones[i % 2] * (i / 2) / Rate));
        }

        return new WavSound(Rate, 2, 16, samples);
    }
}
