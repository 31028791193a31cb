using System.Buffers.Binary;
using Linnet.Native;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using static Linnet.Tests.Transports.Rtp.SrtpEnds;

namespace Linnet.Tests.Transports.Rtp;

/// <summary>What is encrypted, and what is refused.</summary>
public sealed class SrtpSessionTests : IDisposable
{
    private readonly SrtpSession _server = Create(isServer: true);
    private readonly SrtpSession _client = Create(isServer: false);

    private static byte[] Report
    {
        get
        {
            byte[] bytes = new byte[32];
            new ReceiverReport(ListenerSsrc) { Blocks = [new ReportBlock(AudioSsrc, 0, 0, 100, 0, 0, 0)] }.Write(bytes);
            return bytes;
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public void The_reference_gives_the_keystream_of_RFC_3711_B_2()
    {
        byte[] keystream = SrtpReference.Keystream(
            Convert.FromHexString("2B7E151628AED2A6ABF7158809CF4F3C"), Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), 48);

        Assert.Equal(
            "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
            Convert.ToHexString(keystream));
    }

    [Fact]
    public void The_reference_derives_the_keys_of_RFC_3711_B_3()
    {
        Assert.Equal("C61E7A93744F39EE10734AFE3FF7A087", Convert.ToHexString(SrtpReference.Derive(Key, 0, 16)));
        Assert.Equal("30CBBC08863D8C85D49DB34A9AE1", Convert.ToHexString(SrtpReference.Derive(Key, 2, 14)));
        Assert.Equal("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4", Convert.ToHexString(SrtpReference.Derive(Key, 1, 20)));
    }

    // With its own, Debian's libsrtp takes six times as long.
    [Fact]
    public void Libsrtp_accepts_the_AES_and_HMAC_of_dotnet() => Assert.True(SrtpPrimitives.AreInUse);

    [Fact]
    public void Packets_of_both_streams_are_encrypted_as_RFC_3711_says_across_a_wrap()
    {
        var reference = new SrtpReference(Key);
        foreach (uint ssrc in new[] { AudioSsrc, RtxSsrc })
        {
            for (int index = 65_533; index < 65_540; index++)
            {
                byte[] packet = Packet((ushort)index, ssrc, length: 1 + (index % 5 * 171));

                Assert.Equal(reference.Encrypt(packet, (uint)(index >> 16)), _server.Encrypt(packet));
            }
        }
    }

    [Fact]
    public void Reports_are_encrypted_as_RFC_3711_says_in_both_directions()
    {
        var reference = new SrtpReference(Key);
        byte[] ofServer = new byte[8];
        new ReceiverReport(AudioSsrc).Write(ofServer);
        for (uint index = 1; index < 5; index++)
        {
            Assert.Equal(reference.EncryptRtcp(Report, index), _client.EncryptRtcp(Report));
            Assert.Equal(reference.EncryptRtcp(ofServer, index), _server.EncryptRtcp(ofServer));
        }
    }

    [Fact]
    public void What_one_end_encrypts_the_other_decrypts()
    {
        byte[] packet = Packet(7, length: 1200);

        Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(_server.Encrypt(packet), out byte[] clear));
        Assert.Equal(packet, clear);
        Assert.Equal(SrtpVerdict.Authentic, _server.DecryptRtcp(_client.EncryptRtcp(Report), out clear));
        Assert.Equal(Report, clear);
        Assert.Equal((0, 0, 0, 0), (_client.Forged, _client.Repeated, _server.Forged, _server.Repeated));
    }

    [Fact]
    public void A_datagram_with_one_bit_changed_is_refused_and_the_right_one_still_counts()
    {
        byte[] datagram = _server.Encrypt(Packet(7));
        byte[] report = _client.EncryptRtcp(Report);
        for (int bit = 0; bit < datagram.Length * 8; bit++)
        {
            byte[] changed = [.. datagram];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(SrtpVerdict.Authentic, _client.Decrypt(changed, out _));
        }

        for (int bit = 0; bit < report.Length * 8; bit++)
        {
            byte[] changed = [.. report];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(SrtpVerdict.Authentic, _server.DecryptRtcp(changed, out _));
        }

        Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(datagram, out _));
        Assert.Equal(SrtpVerdict.Authentic, _server.DecryptRtcp(report, out _));
    }

    [Fact]
    public void Noise_of_any_length_is_refused_and_counted()
    {
        var random = new Random(1);
        for (int length = 0; length < 2300; length += length < 60 ? 1 : 97)
        {
            byte[] noise = new byte[length];
            random.NextBytes(noise);
            if (length >= RtpHeader.Length)
            {
                // Well-formed as far as it goes, and of the right stream.
                noise[0] = (byte)(0x80 | (noise[0] & 0x1F));
                BinaryPrimitives.WriteUInt32BigEndian(noise.AsSpan(8), AudioSsrc);
            }

            Assert.Equal(SrtpVerdict.Forged, _client.Decrypt(noise, out _));
            Assert.Equal(SrtpVerdict.Forged, _client.DecryptRtcp(noise, out _));
        }

        Assert.Equal(0, _client.Repeated);
        Assert.InRange(_client.Forged, 150, 200);
    }

    [Fact]
    public void A_packet_that_comes_again_is_refused_as_repeated()
    {
        byte[] datagram = _server.Encrypt(Packet(7));
        byte[] report = _client.EncryptRtcp(Report);
        _client.Decrypt(datagram, out _);
        _server.DecryptRtcp(report, out _);

        Assert.Equal(SrtpVerdict.Repeated, _client.Decrypt(datagram, out _));
        Assert.Equal(SrtpVerdict.Repeated, _server.DecryptRtcp(report, out _));
        Assert.Equal((1, 1), (_client.Repeated, _server.Repeated));
    }

    [Fact]
    public void A_packet_that_is_a_thousand_packets_late_still_counts_and_one_that_is_later_does_not()
    {
        byte[][] datagrams = [.. Enumerable.Range(1, 1100).Select(i => _server.Encrypt(Packet((ushort)i)))];
        Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(datagrams[^1], out _));

        Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(datagrams[^1000], out _));
        Assert.Equal(SrtpVerdict.Repeated, _client.Decrypt(datagrams[0], out _));
    }

    [Fact]
    public void A_reflected_datagram_is_refused()
    {
        byte[] datagram = _server.Encrypt(Packet(7));
        byte[] report = _client.EncryptRtcp(Report);

        Assert.Equal(SrtpVerdict.Forged, _server.Decrypt(datagram, out _));
        Assert.Equal(SrtpVerdict.Forged, _client.DecryptRtcp(report, out _));
    }

    [Fact]
    public void Another_key_decrypts_nothing()
    {
        using SrtpSession other = Create(isServer: false, Terms with { Key = SrtpMasterKey.Random() });

        Assert.Equal(SrtpVerdict.Forged, other.Decrypt(_server.Encrypt(Packet(7)), out _));
        Assert.Equal(1, other.Forged);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(5000, 3)]
    public void No_number_is_encrypted_twice_or_so_late_that_it_might_be(int first, int second)
    {
        _server.Encrypt(Packet((ushort)first));

        Assert.Throws<InvalidOperationException>(() => _server.Encrypt(Packet((ushort)second, length: 60)));
    }

    [Fact]
    public void A_wrap_within_the_packets_that_are_lost_at_the_start_does_no_harm()
    {
        foreach (uint ssrc in new[] { AudioSsrc, RtxSsrc })
        {
            byte[][] datagrams = [.. Enumerable.Range(65_500, 100).Select(i => _server.Encrypt(Packet((ushort)i, ssrc)))];

            // A forgery first, which must not settle the counter.
            byte[] forged = [.. datagrams[50]];
            forged[20] ^= 1;
            Assert.Equal(SrtpVerdict.Forged, _client.Decrypt(forged, out _));
            Assert.All(datagrams[50..], d => Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(d, out _)));

            // The packets before the wrap come late.
            Assert.All(datagrams[20..30], d => Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(d, out _)));
        }
    }

    [Fact]
    public void A_long_stream_with_losses_is_decrypted_to_its_end()
    {
        var random = new Random(2);
        for (int i = 60_000; i < 200_000; i++)
        {
            byte[] datagram = _server.Encrypt(Packet((ushort)i, length: 4));
            if (random.Next(4) > 0)
            {
                Assert.Equal(SrtpVerdict.Authentic, _client.Decrypt(datagram, out _));
            }
        }
    }

    [Fact]
    public void After_its_end_a_session_neither_encrypts_nor_decrypts()
    {
        byte[] datagram = _server.Encrypt(Packet(7));
        _server.Dispose();
        _client.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _server.Encrypt(Packet(8)));
        Assert.Equal(SrtpVerdict.Forged, _client.Decrypt(datagram, out _));
    }
}
