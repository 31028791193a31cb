using Linnet.Transports.Rtp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtp;

/// <summary>Both ends of SRTP sessions.</summary>
internal static class SrtpEnds
{
    public const uint AudioSsrc = 0xCAFE_BABE;
    public const uint RtxSsrc = 0xCAFE_0001;
    public const uint ListenerSsrc = 0xBEEF_0001;

    /// <summary>The master key of RFC 3711 §B.3.</summary>
    public static SrtpMasterKey Key => new(Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"));

    public static LinnetSrtpHeader Terms => new(Key, AudioSsrc, RtxSsrc, ListenerSsrc);

    public static SrtpSession Create(bool isServer, LinnetSrtpHeader? terms = null)
    {
        Assert.True(SrtpSession.TryCreate(terms ?? Terms, isServer, out SrtpSession? session, out string? problem), problem);
        return session;
    }

    public static byte[] Packet(ushort sequence, uint ssrc = AudioSsrc, int length = 40)
    {
        byte[] packet = new byte[RtpHeader.Length + length];
        new RtpHeader(96, false, sequence, (uint)sequence * 960, ssrc).Write(packet);
        new Random(sequence).NextBytes(packet.AsSpan(RtpHeader.Length));
        return packet;
    }

    public static byte[] Encrypt(this SrtpSession session, byte[] packet)
    {
        byte[] buffer = [.. packet, .. new byte[SrtpSession.MaxTrailer]];
        return buffer[..session.Encrypt(buffer, packet.Length)];
    }

    public static byte[] EncryptRtcp(this SrtpSession session, byte[] datagram)
    {
        byte[] buffer = [.. datagram, .. new byte[SrtpSession.MaxTrailer]];
        return buffer[..session.EncryptRtcp(buffer, datagram.Length)];
    }

    public static SrtpVerdict Decrypt(this SrtpSession session, byte[] datagram, out byte[] clear)
    {
        byte[] buffer = new byte[SrtpSession.MaxDatagram];
        SrtpVerdict verdict = session.Decrypt(datagram, buffer, out int length);
        clear = buffer[..length];
        return verdict;
    }

    public static SrtpVerdict DecryptRtcp(this SrtpSession session, byte[] datagram, out byte[] clear)
    {
        byte[] buffer = new byte[SrtpSession.MaxDatagram];
        SrtpVerdict verdict = session.DecryptRtcp(datagram, buffer, out int length);
        clear = buffer[..length];
        return verdict;
    }
}
