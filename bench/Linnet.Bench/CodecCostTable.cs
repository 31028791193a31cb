using System.Buffers;
using System.Globalization;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Bench;

/// <summary>
/// Prints the table of codecs in docs/performance.md: the CPU time that a second of sound takes with the C library and with managed code.
/// </summary>
internal static class CodecCostTable
{
    private const int Seconds = 20;
    private const int Rounds = 5;
    private const int Piece = 4096;

    private static readonly AudioFormat Format = new(48_000, 2);

    internal static void Print(TextWriter output)
    {
        float[] sound = Sound();
        output.WriteLine(
            "| 48 kHz stereo, 128 kb/s | C library | managed | ratio | per core: C library, managed | managed code allocates |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach ((string packets, OpusEncoderOptions options) in new[]
        {
            ("20 ms", new OpusEncoderOptions()),
            ("5 ms, low delay", new OpusEncoderOptions { PacketTime = TimeSpan.FromMilliseconds(5), LowDelay = true }),
        })
        {
            Row($"Opus, encode, {packets}", isManaged => () => Encode(sound, options, Provider(isManaged)));
            Row($"Opus, encode, {packets}, complexity 5",
                isManaged => () => Encode(sound, options with { Complexity = 5 }, Provider(isManaged)));
            byte[][] encoded = Encode(sound, options, OpusProvider.Managed);
            Row($"Opus, decode, {packets}", isManaged => () => Decode(encoded, Provider(isManaged)));
        }

        (byte[] mp3, _) = Encode(sound, new Mp3Encoder(Format, new Mp3EncoderOptions { BitRate = 128_000 }));
        Row("MP3, decode", isManaged => () => Decode(mp3, new MpegStreamDecoder(isFile: true, isManaged)));
        (byte[] flac, ReadOnlyMemory<byte> info) = Encode(sound, new FlacEncoder(Format, 16));
        byte[] whole =
        [
            .. FlacBlockHeader.Marker, .. info.Span,
            .. FlacBlockHeader.Wrap(FlacBlockType.VorbisComment, isLast: true, new VorbisComment("Linnet").ToArray()), .. flac,
        ];
        Row("FLAC of 16 bits, decode", isManaged => () => Decode(whole, new FlacStreamDecoder(isFile: true, usesLibrary: !isManaged)));
        Row("Vorbis, decode", Vorbis(sound));

        void Row(string name, Func<bool, Action> work)
        {
            // In turns, so that a busy moment of the machine does not fall on one alone.
            (Action native, Action managed) = (work(false), work(true));
            native();
            managed();
            var costs = Enumerable.Range(0, Rounds).Select(_ => (Native: CostOf(native), Managed: CostOf(managed))).ToArray();
            (double c, double net) = (costs.Min(static cost => cost.Native), costs.Min(static cost => cost.Managed));
            long before = GC.GetTotalAllocatedBytes(precise: true);
            managed();
            double kilobytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / 1000.0 / Seconds;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {c:F2} ms | {net:F2} ms | ×{net / c:F2} | {1000 / c:F0}, {1000 / net:F0} | {kilobytes:F0} kB |"));
        }
    }

    private static OpusProvider Provider(bool isManaged) => isManaged ? OpusProvider.Managed : OpusProvider.Native;

    /// <summary>CPU time per second of sound in milliseconds, of all threads: a part of the managed codec's cost is the collector's.
    /// </summary>
    private static double CostOf(Action work)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Seconds;
    }

    /// <summary>The packets of an encoder in one piece, and its first header.</summary>
    private static (byte[] Bytes, ReadOnlyMemory<byte> Header) Encode(float[] sound, IAudioEncoder encoder, Action<byte[]>? onPacket = null)
    {
        using (encoder)
        {
            var bytes = new ArrayBufferWriter<byte>();
            byte[] packet = new byte[encoder.MaxPacketLength];
            int block = encoder.FramesPerBlock * 2;
            for (int i = 0; i + block <= sound.Length; i += block)
            {
                Keep(encoder.Encode(sound.AsSpan(i, block), packet));
                while (encoder.TryTake(packet, out int length, out _))
                {
                    Keep(length);
                }
            }

            return (bytes.WrittenSpan.ToArray(), encoder.Headers.Count > 0 ? encoder.Headers[0] : default);

            void Keep(int length)
            {
                bytes.Write(packet.AsSpan(0, length));
                if (length > 0)
                {
                    onPacket?.Invoke(packet[..length]);
                }
            }
        }
    }

    private static Func<bool, Action> Vorbis(float[] sound)
    {
        var packets = new List<byte[]>();
        var encoder = new VorbisEncoder(Format, 128_000);
        ReadOnlyMemory<byte>[] headers = [.. encoder.Headers];
        Encode(sound, encoder, packets.Add);
        _ = VorbisHead.TryParse(headers[0].Span, out VorbisHead head);
        float[] pcm = new float[2 * IVorbisDecoder.MaxFrames];
        return isManaged => () =>
        {
            using IVorbisDecoder decoder = isManaged
                ? ManagedVorbisDecoder.TryCreate(head, headers[2].Span)! : LibVorbisPackets.TryCreate(2, headers)!;
            foreach (byte[] packet in packets)
            {
                decoder.Decode(packet, pcm);
            }
        };
    }

    private static void Decode(byte[] stream, IStreamDecoder decoder)
    {
        using (decoder)
        {
            for (int i = 0; i < stream.Length; i += Piece)
            {
                decoder.Write(stream.AsSpan(i, Math.Min(Piece, stream.Length - i)), Nowhere.Sink);
            }

            decoder.Complete(Nowhere.Sink);
        }
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

    private sealed class Nowhere : IStreamSink
    {
        internal static Nowhere Sink { get; } = new();

        public void OnFormat(StreamFormat format)
        {
        }

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
        {
        }

        public void OnTrack(TrackInfo track)
        {
        }
    }
}
