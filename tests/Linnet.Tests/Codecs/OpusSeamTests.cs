using Linnet.Codecs.Opus;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Codecs;

/// <summary>
/// The packet where a new chained stream begins: its cost for current listeners, and its benefit for new ones.
/// </summary>
public abstract class OpusSeamTests
{
    private const int Packets = 60;
    private const int Seam = 40;
    private const int Frames = 960;

    /// <summary>The part of the window that the encoder shares with the packet before: 2.5 ms.</summary>
    private const int Overlap = 120;

    private readonly float[] _sound = Sound();
    private readonly OpusProvider _provider;

    private protected OpusSeamTests(OpusProvider provider)
    {
        OpusProviders.SkipIfMissing(provider);
        _provider = provider;
    }

    [Fact]
    public void A_decoder_that_starts_at_the_seam_is_correct_from_the_next_packet()
    {
        byte[][] packets = Encode(afresh: true);

        Assert.InRange(ErrorOfStart(packets, Overlap, Frames), -300, -12);
        Assert.InRange(ErrorOfStart(packets, Frames / 2, Frames), -300, -30);
        Assert.InRange(ErrorOfStart(packets, Frames, 2 * Frames), -300, -40);

        // Without the seam it is too quiet for five packets or more.
        Assert.InRange(ErrorOfStart(Encode(afresh: false), 4 * Frames, 5 * Frames), -30, 0);
    }

    [Fact]
    public void Current_listeners_get_the_seam_at_full_quality()
    {
        double with = ErrorNearSeam(Encode(afresh: true));
        double without = ErrorNearSeam(Encode(afresh: false));

        Assert.True(with < without + 1.5, $"{with:F1} dB with the seam, {without:F1} dB without");
    }

    /// <summary>
    /// Difference after the seam between a decoder that starts there and one that continues, in dB relative to the sound.
    /// </summary>
    private double ErrorOfStart(byte[][] packets, int from, int to)
    {
        float[] on = Decode(packets, 0);
        float[] started = Decode(packets, Seam);
        float[] expected = on[(((Seam * Frames) + from) * 2)..(((Seam * Frames) + to) * 2)];
        float[] actual = started[(from * 2)..(to * 2)];
        return Decibels(Difference(expected, actual), expected);
    }

    /// <summary>Coding error of the packets around the seam, in dB relative to the sound.</summary>
    private double ErrorNearSeam(byte[][] packets)
    {
        float[] decoded = Decode(packets, 0);
        const int Delay = 312;
        int start = (Seam - 1) * Frames * 2;
        int end = (Seam + 3) * Frames * 2;
        float[] expected = _sound[(start - (Delay * 2))..(end - (Delay * 2))];
        return Decibels(Difference(expected, decoded[start..end]), expected);
    }

    private byte[][] Encode(bool afresh)
    {
        using var encoder = new OpusEncoder(2, provider: _provider);
        byte[] packet = new byte[encoder.MaxPacketLength];
        return [.. Enumerable.Range(0, Packets).Select(i =>
        {
            if (afresh && i == Seam)
            {
                encoder.StartAfresh();
            }

            return packet[..encoder.Encode(_sound.AsSpan(i * Frames * 2, Frames * 2), packet)];
        })];
    }

    private float[] Decode(byte[][] packets, int first)
    {
        using var decoder = new OpusDecoder(2, _provider);
        float[] pcm = new float[decoder.MaxFramesPerPacket * 2];
        var all = new List<float>();
        foreach (byte[] packet in packets.Skip(first))
        {
            Assert.True(decoder.TryDecode(packet, pcm, out int frames));
            all.AddRange(pcm.AsSpan(0, frames * 2));
        }

        return [.. all];
    }

    private static float[] Difference(float[] a, float[] b) => [.. a.Zip(b, static (x, y) => x - y)];

    private static double Decibels(float[] error, float[] sound) => 20 * Math.Log10((Signals.Rms(error) + 1e-12) / Signals.Rms(sound));

    /// <summary>A chord with vibrato and a little noise: well suited to prediction, and continuous over the seam.</summary>
    private static float[] Sound()
    {
        float[] noise = Signals.Noise(Packets * Frames * 2, seed: 3, amplitude: 0.01f);
        return [.. noise.Select((n, i) =>
        {
            double t = i / 2 / 48_000.0;
            double chord = new[] { 220.0, 277.2, 329.6, 440 }.Sum(f => Math.Sin((2 * Math.PI * f * t) + (0.5 * Math.Sin(30 * t))));
            return n + (float)(0.15 * chord);
        })];
    }
}

/// <summary>With libopus.</summary>
public sealed class NativeOpusSeamTests() : OpusSeamTests(OpusProvider.Native);

/// <summary>With Concentus.</summary>
public sealed class ManagedOpusSeamTests() : OpusSeamTests(OpusProvider.Managed);
