using CsCheck;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Wire.Rtp;

public class RtpPacketTests
{
    [Fact]
    public void A_header_is_written_byte_for_byte()
    {
        byte[] header = new byte[12];

        new RtpHeader(10, Marker: false, 0x07DA, 0x8EF8_96C2, 0x0488_7D45).Write(header);

        Assert.Equal("800A07DA8EF896C204887D45", Convert.ToHexString(header));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(RtpHeader).Write(new byte[11]));
    }

    [Fact]
    public void A_written_packet_is_read_back() => Gen
        .Select(Gen.Byte[0, 127], Gen.Bool, Gen.UShort, Gen.UInt, Gen.UInt, Gen.Byte.Array[0, 60])
        .Sample((type, marker, sequence, timestamp, ssrc, payload) =>
        {
            var header = new RtpHeader(type, marker, sequence, timestamp, ssrc);
            byte[] datagram = [.. new byte[RtpHeader.Length], .. payload];
            header.Write(datagram);

            Assert.True(RtpPacket.TryParse(datagram, out RtpPacket packet));
            Assert.Equal(header, packet.Header);
            Assert.Equal(payload, packet.Payload.ToArray());
        });

    [Theory]
    [InlineData("800A07DA8EF896C204887D45", "")]
    [InlineData("800A07DA8EF896C204887D4500000000019B", "00000000019B")]
    [InlineData("820A00010000000200000003 AAAAAAAA BBBBBBBB 0102", "0102")]
    [InlineData("900A00010000000200000003 BEDE0001 10FF0000 0102", "0102")]
    [InlineData("900A00010000000200000003 BEDE0000 0102", "0102")]
    [InlineData("B10A00010000000200000003 AAAAAAAA BEDE0001 10FF0000 0102 000003", "0102")]
    [InlineData("A00A00010000000200000003 01", "")]
    [InlineData("A00A00010000000200000003 010203 0004", "01")]
    public void Sources_extensions_and_padding_are_not_part_of_the_payload(string datagram, string payload)
    {
        Assert.True(RtpPacket.TryParse(Bytes(datagram), out RtpPacket packet));
        Assert.Equal(Bytes(payload), packet.Payload.ToArray());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("800A07DA8EF896C204887D", "shorter than a header")]
    [InlineData("000A07DA8EF896C204887D45", "version 0")]
    [InlineData("400A07DA8EF896C204887D45", "version 1")]
    [InlineData("C00A07DA8EF896C204887D45", "version 3")]
    [InlineData("810A00010000000200000003", "a source is announced and missing")]
    [InlineData("8F0A00010000000200000003 AAAAAAAA", "fourteen of fifteen sources are missing")]
    [InlineData("900A00010000000200000003", "an extension is announced and missing")]
    [InlineData("900A00010000000200000003 BEDE00", "half an extension's header")]
    [InlineData("900A00010000000200000003 BEDE0002 10FF0000", "half an extension")]
    [InlineData("900A00010000000200000003 BEDEFFFF 10FF0000", "an extension of 256 KiB")]
    [InlineData("A00A00010000000200000003 0100", "padding of no byte")]
    [InlineData("A00A00010000000200000003 0103", "padding longer than the payload")]
    [InlineData("A00A00010000000200000003 01FF", "padding longer than the packet")]
    [InlineData("B00A00010000000200000003 BEDE0001 10FF0005", "padding reaches into the extension")]
    public void A_malformed_packet_is_refused(string datagram, string why) => Assert.False(RtpPacket.TryParse(Bytes(datagram), out _), why);

    [Fact]
    public void For_any_input_the_payload_lies_within_the_datagram()
    {
        var noise = new Noise(3550);
        byte[][] samples =
        [
            Bytes("800A07DA8EF896C204887D4500000000019B019B032E032E"),
            Bytes("B10A00010000000200000003 AAAAAAAA BEDE0001 10FF0000 0102 000003"),
            Bytes("8FE000010000000200000003"),
        ];
        int packets = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] datagram = noise.Mutation(samples);
            if (RtpPacket.TryParse(datagram, out RtpPacket packet))
            {
                packets++;
                Assert.True(packet.Payload.IsEmpty || datagram.AsSpan(RtpHeader.Length).Overlaps(packet.Payload),
                    Convert.ToHexString(datagram));
            }
        }

        Assert.InRange(packets, 20_000, 180_000);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
