using System.Buffers.Binary;
using System.Globalization;

namespace Linnet.Interop.Tests.PyAudio;

/// <summary>Clients like the tutorial's, with <c>linnet serve --pyaudio</c>.</summary>
public class TutorialClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_client_of_each_kind_records_up_to_the_last_sample_bit_exactly()
    {
        // Not a whole number of messages or datagrams.
        WavSound sound = WavSound.Noise(44_100, 2, 16, 6.789);
        using var folder = new TempFolder();
        foreach (WavSound heard in await HearAsync(folder, sound))
        {
            Assert.Equal(0, sound.FindRun(heard));
            Assert.Equal(sound.Frames, heard.Frames);
        }
    }

    [Theory]
    [InlineData(48_000, 2, 16)]
    [InlineData(44_100, 1, 16)]
    [InlineData(22_050, 1, 8)]
    [InlineData(44_100, 2, 24)]
    [InlineData(96_000, 2, 24)]
    public async Task Any_source_has_the_right_pitch_and_speed_in_both_channels(int rate, int channels, int bits)
    {
        const double Seconds = 3.21;
        double[] tones = [440, channels == 2 ? 660 : 440];
        using var folder = new TempFolder();
        foreach (WavSound heard in await HearAsync(folder, Tones(rate, channels, bits, Seconds)))
        {
            Assert.Equal(44_100 * Seconds, heard.Frames, 2.0);
            for (int channel = 0; channel < 2; channel++)
            {
                float[] middle = heard.Channel(channel)[4410..^4410];
                Assert.Equal(tones[channel], Pitch(middle, 44_100), 0.2);
                Assert.Equal(0.5, middle.Max(), 0.02);
            }

            Assert.Equal(channels == 1, heard.Channel(0).SequenceEqual(heard.Channel(1)));
        }
    }

    /// <summary>Serves the sound twice, once for each kind of client, so that each gets it from the start.</summary>
    private static async Task<WavSound[]> HearAsync(TempFolder folder, WavSound sound)
    {
        sound.Save(folder["song.wav"]);
        return await Task.WhenAll(HearAsync(folder, "tcp", "udp"), HearAsync(folder, "udp", "tcp"));
    }

    private static async Task<WavSound> HearAsync(TempFolder folder, string kind, string other)
    {
        string port = PythonPeer.FreePort().ToString(CultureInfo.InvariantCulture);
        string raw = folder[$"{kind}.raw"];
        await using Serving server = await Serving.StartAsync(
            folder["song.wav"], "--once", "--pyaudio", $"--pyaudio-{kind}-port", port, $"--pyaudio-{other}-port", "0");
        await using Tool client = PythonPeer.Start($"{kind}-client.py", port, raw);

        Assert.True(await client.ExitAsync(Limit) == 0, client.Errors);
        Assert.Equal(0, await server.Tool.ExitAsync(Limit));
        return Load(raw);
    }

    private static WavSound Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal(0, bytes.Length % 4);
        return new WavSound(
            44_100, 2, 16,
            [.. Enumerable.Range(0, bytes.Length / 2).Select(i => (int)BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(2 * i)))]);
    }

    private static WavSound Tones(int rate, int channels, int bits, double seconds)
    {
        int[] samples = new int[(int)(rate * seconds) * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            double t = i / channels / (double)rate;
            double value = 0.5 * Math.Sin(2 * Math.PI * (i % channels == 0 ? 440 : 660) * t);

            // A WAV's 8 bits are unsigned.
            samples[i] = (int)Math.Round(value * ((1 << (bits - 1)) - 1)) + (bits == 8 ? 128 : 0);
        }

        return new WavSound(rate, channels, bits, samples);
    }

    /// <summary>The frequency of a sine: the whole periods between its first and its last rising zero crossing.</summary>
    private static double Pitch(float[] sound, double rate)
    {
        var risings = new List<double>();
        for (int i = 1; i < sound.Length; i++)
        {
            if (sound[i - 1] < 0 && sound[i] >= 0)
            {
                risings.Add(i - 1 + (sound[i - 1] / (sound[i - 1] - sound[i])));
            }
        }

        return (risings.Count - 1) * rate / (risings[^1] - risings[0]);
    }
}
