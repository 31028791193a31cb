using System.Buffers.Binary;
using System.Security.Cryptography;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Transports.Rtp;

/// <summary>RFC 3711 written down a second time, from the text alone, to check what libsrtp makes.</summary>
internal sealed class SrtpReference(SrtpMasterKey master)
{
    private const int TagLength = 10;
    private const int RtcpIndexLength = 4;

    private readonly byte[] _rtpKey = Derive(master, 0, 16);
    private readonly byte[] _rtpAuth = Derive(master, 1, 20);
    private readonly byte[] _rtpSalt = Derive(master, 2, 14);
    private readonly byte[] _rtcpKey = Derive(master, 3, 16);
    private readonly byte[] _rtcpAuth = Derive(master, 4, 20);
    private readonly byte[] _rtcpSalt = Derive(master, 5, 14);

    /// <summary>Derives a session key (§4.3.1; the key derivation rate is 0).</summary>
    public static byte[] Derive(SrtpMasterKey master, byte label, int length)
    {
        byte[] x = new byte[16];
        master.Bytes[16..].CopyTo(x);
        x[7] ^= label;
        return Keystream(master.Bytes[..16].ToArray(), x, length);
    }

    /// <summary>AES in counter mode (§4.1.1).</summary>
    public static byte[] Keystream(byte[] key, byte[] iv, int length)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        byte[] blocks = new byte[(length + 15) / 16 * 16];
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        for (int i = 0; i < blocks.Length; i += 16)
        {
            BinaryPrimitives.WriteUInt128BigEndian(blocks.AsSpan(i), counter++);
        }

        return aes.EncryptEcb(blocks, PaddingMode.None)[..length];
    }

    /// <summary>The SRTP packet for an RTP packet without CSRCs and extension.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> packet, uint rollover)
    {
        byte[] bytes = Crypt(packet, rollover);
        byte[] counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, rollover);
        return [.. bytes, .. Tag(_rtpAuth, [.. bytes, .. counter])];
    }

    /// <summary>The RTP packet in an SRTP packet of that index; <see langword="null"/>: another index, or not authentic.</summary>
    public byte[]? Decrypt(ReadOnlySpan<byte> datagram, long index)
    {
        byte[] clear = Crypt(datagram[..^TagLength], (uint)(index >> 16));
        return datagram.SequenceEqual(Encrypt(clear, (uint)(index >> 16))) ? clear : null;
    }

    /// <summary>The SRTCP datagram for an RTCP datagram.</summary>
    public byte[] EncryptRtcp(ReadOnlySpan<byte> datagram, uint index)
    {
        byte[] encrypted = [.. datagram];
        byte[] iv = Iv(_rtcpSalt, BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]), index);
        Xor(encrypted.AsSpan(8), Keystream(_rtcpKey, iv, datagram.Length - 8));
        byte[] last = new byte[RtcpIndexLength];
        BinaryPrimitives.WriteUInt32BigEndian(last, index | 0x8000_0000);
        byte[] whole = [.. encrypted, .. last];
        return [.. whole, .. Tag(_rtcpAuth, whole)];
    }

    /// <summary>The RTCP datagram in an SRTCP datagram; <see langword="null"/>: not authentic.</summary>
    public byte[]? DecryptRtcp(ReadOnlySpan<byte> datagram, out uint index)
    {
        index = RtcpIndexOf(datagram);
        byte[] clear = EncryptRtcp(datagram[..^(TagLength + RtcpIndexLength)], index)[..^(TagLength + RtcpIndexLength)];
        return datagram.SequenceEqual(EncryptRtcp(clear, index)) ? clear : null;
    }

    public static uint RtcpIndexOf(ReadOnlySpan<byte> datagram) =>
        BinaryPrimitives.ReadUInt32BigEndian(datagram[^(TagLength + RtcpIndexLength)..]) & 0x7FFF_FFFF;

    private byte[] Crypt(ReadOnlySpan<byte> packet, uint rollover)
    {
        byte[] bytes = [.. packet];
        long index = ((long)rollover << 16) | BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        Xor(bytes.AsSpan(RtpHeader.Length), Keystream(_rtpKey, Iv(_rtpSalt, ssrc, index), bytes.Length - RtpHeader.Length));
        return bytes;
    }

    private static byte[] Iv(byte[] salt, uint ssrc, long index)
    {
        UInt128 iv = BinaryPrimitives.ReadUInt128BigEndian([.. salt, 0, 0]) ^ ((UInt128)ssrc << 64) ^ ((UInt128)index << 16);
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, iv);
        return bytes;
    }

    private static byte[] Tag(byte[] key, byte[] bytes)
    {
#pragma warning disable CA5350 // RFC 3711 says so.
        return HMACSHA1.HashData(key, bytes)[..TagLength];
#pragma warning restore CA5350
    }

    private static void Xor(Span<byte> bytes, byte[] keystream)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= keystream[i];
        }
    }
}
