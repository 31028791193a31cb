using System.Buffers.Binary;

namespace Linnet.Tests.Shared;

/// <summary>WAV files of integer PCM, made without code of the project.</summary>
internal static class PcmWav
{
    /// <summary>Bytes before the sound.</summary>
    public const int HeadLength = 44;

    /// <summary>A complete file.</summary>
    public static byte[] Of(int rate, int channels, int bits, ReadOnlySpan<byte> sound) =>
        [.. Head(rate, channels, bits, (uint)sound.Length), .. sound];

    /// <summary>A complete file of random samples, always the same ones: no two encoded packets of it are equal.</summary>
    public static byte[] Noise(int rate, int channels, int bits, int seconds)
    {
        byte[] sound = new byte[seconds * rate * channels * bits / 8];
        new Random(7).NextBytes(sound);
        return Of(rate, channels, bits, sound);
    }

    /// <summary>What stands before <paramref name="length"/> bytes of sound.</summary>
    public static byte[] Head(int rate, int channels, int bits, uint length)
    {
        int frame = channels * bits / 8;
        byte[] head = new byte[HeadLength];
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), HeadLength - 8 + length);
        "WAVEfmt "u8.CopyTo(head.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(22), (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(28), rate * frame);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(32), (short)frame);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(34), (short)bits);
        "data"u8.CopyTo(head.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(40), length);
        return head;
    }
}
