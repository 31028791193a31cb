using CsCheck;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Wire.Rtp;

/// <summary>Retransmissions and payloads with copies.</summary>
public class RepairPayloadTests
{
    [Fact]
    public void A_retransmission_is_written_byte_for_byte()
    {
        byte[] original = Bytes("80E007DA 8EF896C2 04887D45 0102030405");

        byte[] datagram = RtxPayload.Wrap(original, new RtpHeader(97, Marker: false, 0x1234, 0, 0xAABB_CCDD));

        Assert.Equal("80E112348EF896C2AABBCCDD07DA0102030405", Convert.ToHexString(datagram));
    }

    [Fact]
    public void A_retransmission_contains_the_original_payload() => Gen
        .Select(Gen.Bool, Gen.UShort, Gen.UInt, Gen.UShort, Gen.Byte.Array[1, 60])
        .Sample((marker, sequence, timestamp, own, payload) =>
        {
            byte[] original = [.. new byte[RtpHeader.Length], .. payload];
            new RtpHeader(96, marker, sequence, timestamp, 1).Write(original);

            byte[] datagram = RtxPayload.Wrap(original, new RtpHeader(97, !marker, own, 99, 2));

            Assert.True(RtpPacket.TryParse(datagram, out RtpPacket packet));
            Assert.Equal(new RtpHeader(97, marker, own, timestamp, 2), packet.Header);
            Assert.True(RtxPayload.TryParse(packet.Payload, out RtxPayload again));
            Assert.Equal(sequence, again.OriginalSequenceNumber);
            Assert.Equal(payload, again.Payload.ToArray());
        });

    [Theory]
    [InlineData("")]
    [InlineData("07")]
    [InlineData("07DA")]
    public void A_retransmission_without_an_original_is_refused(string payload) => Assert.False(RtxPayload.TryParse(Bytes(payload), out _));

    [Fact]
    public void Redundancy_from_GStreamer_is_read()
    {
        // rtpredenc distance=2: one copy, 1920 ticks older, of the first ten bytes here; both of payload type 96.
        Assert.True(RedPayload.TryParse(Bytes("E01E000A 60 F8AFEA6D24743330B901 F8B1"), out RedPayload red));

        Assert.Equal(1, red.Copies);
        Assert.Equal((96, "F8B1"), (red.PrimaryType, Convert.ToHexString(red.Primary)));
        RedCopy copy = red.GetCopy(0);
        Assert.Equal((96, 1920, "F8AFEA6D24743330B901"), (copy.PayloadType, copy.Offset, Convert.ToHexString(copy.Payload)));
    }

    [Fact]
    public void Written_copies_are_read_back() => Gen
        .Select(
            Gen.Select(Gen.Byte[0, 127], Gen.Int[0, RedPayload.MaxOffset],
                Gen.OneOf(Gen.Byte.Array[0, 20], Gen.Byte.Array[1023, 1023])).Array[0, RedPayload.MaxCopies],
            Gen.Byte[0, 127],
            Gen.Byte.Array[0, 40])
        .Sample((copies, type, primary) =>
        {
            byte[] payload = Write(copies, type, primary);

            Assert.True(RedPayload.TryParse(payload, out RedPayload red));
            Assert.Equal((copies.Length, type), (red.Copies, red.PrimaryType));
            Assert.Equal(primary, red.Primary.ToArray());
            for (int i = 0; i < copies.Length; i++)
            {
                RedCopy copy = red.GetCopy(i);
                Assert.Equal((copies[i].Item1, copies[i].Item2), (copy.PayloadType, copy.Offset));
                Assert.Equal(copies[i].Item3, copy.Payload.ToArray());
            }
        });

    [Theory]
    [InlineData("", "empty")]
    [InlineData("E0", "a copy's header cut short")]
    [InlineData("E0000001", "no header of the primary payload")]
    [InlineData("E000000160", "the copy is missing")]
    [InlineData("E00003FF60 01", "the copy is cut short")]
    [InlineData("E0000001 E0000001 60 01", "the second copy is missing")]
    public void A_payload_shorter_than_its_headers_state_is_refused(string payload, string why) =>
        Assert.False(RedPayload.TryParse(Bytes(payload), out _), why);

    [Fact]
    public void Copies_beyond_the_limits_are_refused()
    {
        string copies = string.Concat(Enumerable.Repeat("E0000000", RedPayload.MaxCopies));
        Assert.True(RedPayload.TryParse(Bytes($"{copies}60"), out RedPayload red));
        Assert.Equal(RedPayload.MaxCopies, red.Copies);
        Assert.False(RedPayload.TryParse(Bytes($"{copies}E000000060"), out _));

        byte[] header = new byte[4];
        Assert.Throws<ArgumentOutOfRangeException>(() => RedPayload.WriteCopyHeader(header, 96, RedPayload.MaxOffset + 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RedPayload.WriteCopyHeader(header, 96, -1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RedPayload.WriteCopyHeader(header, 96, 0, RedPayload.MaxCopyLength + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(RedPayload).GetCopy(0));
    }

    [Fact]
    public void For_any_input_copies_lie_within_the_payload()
    {
        var noise = new Noise(2198);
        byte[][] samples =
        [
            Bytes("E01E000A 60 F8AFEA6D24743330B901 F8B1"),
            Bytes("E0280003 E0140004 60 010203 01020304 05060708"),
            Bytes("60 F8AFEA6D24743330"),
        ];
        int read = 0;
        for (int i = 0; i < 150_000; i++)
        {
            byte[] payload = noise.Mutation(samples);
            if (RedPayload.TryParse(payload, out RedPayload red))
            {
                read++;
                int length = red.Primary.Length;
                for (int c = 0; c < red.Copies; c++)
                {
                    RedCopy copy = red.GetCopy(c);
                    length += copy.Payload.Length;
                    Assert.True(copy.Payload.IsEmpty || payload.AsSpan().Overlaps(copy.Payload), Convert.ToHexString(payload));
                    Assert.InRange(copy.Offset, 0, RedPayload.MaxOffset);
                }

                Assert.Equal(payload.Length, length + (red.Copies * RedPayload.CopyHeaderLength) + RedPayload.PrimaryHeaderLength);
            }
        }

        Assert.InRange(read, 20_000, 145_000);
    }

    private static byte[] Write((byte Type, int Offset, byte[] Payload)[] copies, byte type, byte[] primary)
    {
        byte[] headers = new byte[(copies.Length * RedPayload.CopyHeaderLength) + RedPayload.PrimaryHeaderLength];
        for (int i = 0; i < copies.Length; i++)
        {
            RedPayload.WriteCopyHeader(
                headers.AsSpan(i * RedPayload.CopyHeaderLength), copies[i].Type, copies[i].Offset, copies[i].Payload.Length);
        }

        RedPayload.WritePrimaryHeader(headers.AsSpan(copies.Length * RedPayload.CopyHeaderLength), type);
        return [.. headers, .. copies.SelectMany(copy => copy.Payload), .. primary];
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
