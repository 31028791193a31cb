using System.Globalization;
using Linnet.Codecs.Opus;

namespace Linnet.Bench;

/// <summary>
/// Prints the table of codecs in docs/performance.md: the CPU time that a second of sound takes with the C library and with managed code.
/// </summary>
internal static class CodecCostTable
{
    private const int Seconds = 20;
    private const int Rounds = 5;

    internal static void Print(TextWriter output)
    {
        float[] sound = Sound();
        output.WriteLine("| 48 kHz stereo, 128 kb/s | C library | managed | ratio | stations per core: C library, managed |");
        output.WriteLine("| --- | --- | --- | --- | --- |");
        foreach ((string packets, OpusEncoderOptions options) in new[]
        {
            ("20 ms", new OpusEncoderOptions()),
            ("5 ms, low delay", new OpusEncoderOptions { PacketTime = TimeSpan.FromMilliseconds(5), LowDelay = true }),
        })
        {
            Row($"Opus, encode, {packets}", provider => () => Encode(sound, options, provider));
            Row($"Opus, encode, {packets}, complexity 5", provider => () => Encode(sound, options with { Complexity = 5 }, provider));
            byte[][] encoded = Encode(sound, options, OpusProvider.Managed);
            Row($"Opus, decode, {packets}", provider => () => Decode(encoded, provider));
        }

        void Row(string name, Func<OpusProvider, Action> work)
        {
            // In turns, so that a busy moment of the machine does not fall on one alone.
            (Action native, Action managed) = (work(OpusProvider.Native), work(OpusProvider.Managed));
            native();
            managed();
            var costs = Enumerable.Range(0, Rounds).Select(_ => (Native: CostOf(native), Managed: CostOf(managed))).ToArray();
            (double c, double net) = (costs.Min(static cost => cost.Native), costs.Min(static cost => cost.Managed));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {c:F2} ms | {net:F2} ms | ×{net / c:F2} | {1000 / c:F0}, {1000 / net:F0} |"));
        }
    }

    /// <summary>CPU time per second of sound in milliseconds, of all threads: a part of the managed codec's cost is the collector's.
    /// </summary>
    private static double CostOf(Action work)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Seconds;
    }

    private static byte[][] Encode(float[] sound, OpusEncoderOptions options, OpusProvider provider)
    {
        using var encoder = new OpusEncoder(2, options, provider);
        byte[] packet = new byte[encoder.MaxPacketLength];
        int block = encoder.FramesPerPacket * 2;
        byte[][] packets = new byte[sound.Length / block][];
        for (int i = 0; i < packets.Length; i++)
        {
            packets[i] = packet[..encoder.Encode(sound.AsSpan(i * block, block), packet)];
        }

        return packets;
    }

    private static void Decode(byte[][] packets, OpusProvider provider)
    {
        using var decoder = new OpusDecoder(2, provider);
        float[] pcm = new float[decoder.MaxFramesPerPacket * 2];
        foreach (byte[] packet in packets)
        {
            decoder.TryDecode(packet, pcm, out _);
        }
    }

    /// <summary>Chords that change, with noise and attacks: neither easier nor harder than music.</summary>
    private static float[] Sound()
    {
        var random = new Random(1);
        float[] sound = new float[Seconds * 48_000 * 2];
        for (int i = 0; i < sound.Length; i++)
        {
            double t = i / 2 / 48_000.0;
            double chord = 1 + (int)(2 * t % 4);
            double decay = Math.Exp(-6 * (2 * t % 1));
            double tones = Math.Sin(2 * Math.PI * 110 * chord * t) + Math.Sin(2 * Math.PI * 331 * chord * t)
                + Math.Sin((2 * Math.PI * 1477 * t) + (i % 2));
            sound[i] = (float)((0.15 * decay * tones) + (0.04 * decay * ((2 * random.NextDouble()) - 1)));
        }

        return sound;
    }
}
