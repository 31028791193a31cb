using Linnet.Native;

namespace Linnet.Tests.Codecs;

/// <summary>Packets in the voice modes of libopus, which our own encoder does not use.</summary>
internal static class OpusVoice
{
    private const int ApplicationVoip = 2048;

    /// <summary>Encodes something like a voice.</summary>
    /// <param name="channels">1 or 2.</param>
    /// <param name="frames">Frames per packet.</param>
    /// <param name="length">Frames in all.</param>
    /// <param name="fec">Whether packets have a copy of the sound before them.</param>
    /// <param name="isDiscontinuous">Whether every fourth half second is silent, and silence has almost no packets.</param>
    /// <param name="bitRate">Bits per second and channel.</param>
    internal static unsafe byte[][] Encode(
        int channels, int frames, int length, bool fec, bool isDiscontinuous, int bitRate = 24_000)
    {
        using OpusEncoderHandle encoder = LibOpus.CreateEncoder(48_000, channels, ApplicationVoip, out int error);
        Assert.Equal(LibOpus.Ok, error);
        LibOpus.Set(encoder, LibOpus.SetBitRate, bitRate * channels);
        LibOpus.Set(encoder, LibOpus.SetInbandFec, fec ? 1 : 0);
        LibOpus.Set(encoder, LibOpus.SetPacketLossPercent, fec ? 25 : 0);
        LibOpus.Set(encoder, LibOpus.SetDtx, isDiscontinuous ? 1 : 0);

        float[] pcm = new float[frames * channels];
        byte[][] packets = new byte[length / frames][];
        byte[] packet = new byte[4000];
        for (int i = 0; i < packets.Length; i++)
        {
            for (int f = 0; f < frames; f++)
            {
                int at = (i * frames) + f;
                float sample = isDiscontinuous && at / 24_000 % 4 == 3 ? 0 : Sample(at / 48_000.0);
                pcm.AsSpan(f * channels, channels).Fill(sample);
            }

            fixed (float* samples = pcm)
            {
                fixed (byte* bytes = packet)
                {
                    int coded = LibOpus.Encode(encoder, samples, frames, bytes, packet.Length);
                    Assert.True(coded > 0);
                    packets[i] = packet[..coded];
                }
            }
        }

        return packets;
    }

    private static float Sample(double t)
    {
        double pitch = 110 + (25 * Math.Sin(2 * Math.PI * 0.7 * t));
        double voice = 0;
        for (int harmonic = 1; harmonic <= 12; harmonic++)
        {
            voice += Math.Sin(2 * Math.PI * harmonic * pitch * t) / harmonic;
        }

        return (float)(0.2 * voice * (1 + Math.Sin(2 * Math.PI * 3.1 * t)) / 2);
    }
}
