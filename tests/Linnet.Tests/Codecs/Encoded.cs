using Linnet.Codecs;
using Linnet.Sources.Files;

namespace Linnet.Tests.Codecs;

/// <summary>A sound as packets of an encoder, and the frames that they decode to.</summary>
internal sealed record Encoded(IReadOnlyList<byte[]> Packets, IReadOnlyList<int> Frames)
{
    /// <summary>Encodes like a rendition, with silence after the sound if the encoder has a delay.</summary>
    public static Encoded By(IAudioEncoder encoder, ReadOnlySpan<float> pcm)
    {
        var packets = new List<byte[]>();
        var frames = new List<int>();
        byte[] packet = new byte[encoder.MaxPacketLength];
        int channels = encoder.Format.Channels;
        int block = encoder.FramesPerBlock * channels;
        for (int i = 0; i < pcm.Length + (encoder.Delay * channels); i += block)
        {
            ReadOnlySpan<float> rest = pcm[Math.Min(i, pcm.Length)..Math.Min(i + block, pcm.Length)];
            float[] padded = new float[encoder.Delay > 0 ? block : rest.Length];
            rest.CopyTo(padded);
            Keep(encoder.Encode(padded, packet), padded.Length / channels);
            TakeAll();
        }

        encoder.Complete();
        TakeAll();
        return new Encoded(packets, frames);

        void TakeAll()
        {
            while (encoder.TryTake(packet, out int length, out int taken))
            {
                Keep(length, taken);
            }
        }

        void Keep(int length, int count)
        {
            if (length > 0)
            {
                packets.Add(packet[..length]);
                frames.Add(count);
            }
        }
    }

    public byte[] Bytes => [.. Packets.SelectMany(static p => p)];

    /// <summary>Decodes these bytes as a file, with libsndfile.</summary>
    public static float[] Decode(byte[] file)
    {
        using var folder = new TempFolder();
        string path = folder["sound"];
        File.WriteAllBytes(path, file);
        using FileSource source = FileSource.Open(path);
        var all = new List<float>();
        float[] pcm = new float[4096 * source.Format.Channels];
        while (source.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
        {
            all.AddRange(pcm.AsSpan(0, read.Frames * source.Format.Channels));
        }

        return [.. all];
    }
}
