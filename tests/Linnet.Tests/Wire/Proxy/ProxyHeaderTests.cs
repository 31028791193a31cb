using System.Buffers;
using System.Net;
using System.Text;
using Linnet.Wire.Proxy;

namespace Linnet.Tests.Wire.Proxy;

public class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";

    // Sent by HAProxy 2.6 with send-proxy-v2, from 127.0.0.1:33518 to 127.0.0.1:8000, with a CRC-32C.
    private const string WithChecksum = Signature + "21110013" + "7F0000017F00000182EE1F40" + "030004";

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000\r\n", "203.0.113.7:56324")]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535")]
    [InlineData("PROXY TCP6 2001:db8::7 ::1 56324 8000\r\n", "[2001:db8::7]:56324")]
    [InlineData("PROXY TCP6 ::ffff:203.0.113.7 ::1 0 8000\r\n", "203.0.113.7:0")]
    [InlineData("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", null)]
    [InlineData("PROXY UNKNOWN what ever\r\n", null)]
    public void A_line_names_the_client(string text, string? source)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(text), .. "GET / HTTP/1.1\r\n\r\n"u8];

        Assert.Equal(ProxyReadResult.Done, Parse(bytes, out ProxyHeader? header));

        Assert.Equal(source, header!.Source?.ToString());
        Assert.Equal(text.Length, header.Length);
        Assert.False(header.IsLocal);
    }

    [Theory]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY  TCP4 203.0.113.7 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 56324\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000 \r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000\n\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 056324 8000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 65536 8000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.7 127.0.0.1 -1 8000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.007 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY TCP4 203.7 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 ::1 56324 8000\r\n")]
    [InlineData("PROXY TCP6 203.0.113.7 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY TCP6 [2001:db8::7] ::1 56324 8000\r\n")]
    [InlineData("PROXY TCP6 fe80::7%1 ::1 56324 8000\r\n")]
    [InlineData("PROXY TCP6 2001:db8::7 nobody 56324 8000\r\n")]
    [InlineData("PROXY UDP4 203.0.113.7 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY tcp4 203.0.113.7 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.\u00FF 127.0.0.1 56324 8000\r\n")]
    [InlineData("PROXY UNKNOWN "
        + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n")]
    public void A_malformed_line_is_refused(string text)
    {
        Assert.Equal(ProxyReadResult.Invalid, Parse(Encoding.Latin1.GetBytes(text), out ProxyHeader? header));
        Assert.Null(header);
    }

    [Theory]
    [InlineData(Signature + "2111000C" + "CB007107" + "7F000001" + "DC041F40", "203.0.113.7:56324", false, false)]
    [InlineData(Signature + "21210024" + "20010DB8000000000000000000000007" + "00000000000000000000000000000001" + "DC041F40",
        "[2001:db8::7]:56324", false, false)]
    [InlineData(Signature + "21210024" + "00000000000000000000FFFFCB007107" + "00000000000000000000000000000001" + "DC041F40",
        "203.0.113.7:56324", false, false)]
    [InlineData(Signature + "20000000", null, true, false)]
    [InlineData(Signature + "20110003FFFFFF", null, true, false)]
    [InlineData(Signature + "21000000", null, false, false)]
    [InlineData(Signature + "21000004" + "04000141", null, false, false)]
    [InlineData(Signature + "2112000C" + "CB007107" + "7F000001" + "DC041F40", null, false, false)]
    [InlineData(Signature + "2111001A" + "CB007107" + "7F000001" + "DC041F40" + "200005" + "0100000000" + "04000341" + "4243",
        "203.0.113.7:56324", false, true)]
    [InlineData(Signature + "21110014" + "CB007107" + "7F000001" + "DC041F40" + "200005" + "0000000000", "203.0.113.7:56324", false, false)]
    public void A_block_names_the_client(string hex, string? source, bool isLocal, bool isTls)
    {
        byte[] bytes = [.. Convert.FromHexString(hex), 1, 2, 3];

        Assert.Equal(ProxyReadResult.Done, Parse(bytes, out ProxyHeader? header));

        Assert.Equal((source, isLocal, isTls, bytes.Length - 3), (header!.Source?.ToString(), header.IsLocal, header.IsTls, header.Length));
    }

    [Theory]
    [InlineData(Signature + "11110000")]
    [InlineData(Signature + "31110000")]
    [InlineData(Signature + "22110000")]
    [InlineData(Signature + "21410000")]
    [InlineData(Signature + "21130000")]
    [InlineData(Signature + "2111FFFF")]
    [InlineData(Signature + "21110FF1")]
    [InlineData(Signature + "2111000B" + "CB0071077F000001DC041F")]
    [InlineData(Signature + "2121000C" + "CB0071077F000001DC041F40")]
    [InlineData(Signature + "21310004" + "2F746D70")]
    [InlineData(Signature + "2111000E" + "CB0071077F000001DC041F40" + "0400")]
    [InlineData(Signature + "2111000F" + "CB0071077F000001DC041F40" + "040001")]
    [InlineData(Signature + "21110012" + "CB0071077F000001DC041F40" + "030003" + "000000")]
    [InlineData(WithChecksum + "00000000")]
    public void A_malformed_block_is_refused(string hex) =>
        Assert.Equal(ProxyReadResult.Invalid, Parse(Convert.FromHexString(hex), out _));

    [Fact]
    public void A_checksum_is_verified()
    {
        byte[] bytes = [.. Convert.FromHexString(WithChecksum), 0, 0, 0, 0];
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(^4..), ~crc);

        Assert.Equal(ProxyReadResult.Done, Parse(bytes, out ProxyHeader? header));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 33518), header!.Source);
        bytes[16] ^= 1;
        Assert.Equal(ProxyReadResult.Invalid, Parse(bytes, out _));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PUT /live HTTP/1.1\r\n")]
    [InlineData("PROPFIND / HTTP/1.1\r\n")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\n")]
    [InlineData("proxy TCP4 203.0.113.7 127.0.0.1 1 2\r\n")]
    [InlineData("\r\n\r\nGET / HTTP/1.1\r\n")]
    [InlineData("$\0\0\u0001x")]
    public void Bytes_with_another_beginning_are_not_a_header(string text) =>
        Assert.Equal(ProxyReadResult.Absent, Parse(Encoding.Latin1.GetBytes(text), out _));

    [Theory]
    [InlineData("50524F585920544350342032303350")]
    [InlineData("50524F5859205443503420312E322E332E3420312E322E332E3420312032" + "0D0A")]
    [InlineData(Signature + "2111000C" + "CB007107" + "7F000001" + "DC041F40")]
    public void An_incomplete_header_needs_more_bytes(string hex)
    {
        byte[] whole = Convert.FromHexString(hex);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(ProxyReadResult.NeedMore, Parse(whole[..length], out _));
        }
    }

    [Fact]
    public void A_header_is_read_from_pieces()
    {
        byte[] whole = "PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000\r\n"u8.ToArray();
        ReadOnlySequence<byte> pieces = Pieces.Of(whole, 1);

        Assert.Equal(ProxyReadResult.Done, ProxyHeader.TryParse(pieces, out ProxyHeader? header));
        Assert.Equal(whole.Length, header!.Length);
        Assert.True(ProxyHeader.IsAt(pieces));
    }

    [Fact]
    public void Noise_after_a_valid_beginning_never_throws()
    {
        var random = new Random(11);
        byte[] line = "PROXY TCP4 203.0.113.7 127.0.0.1 56324 8000\r\n"u8.ToArray();
        byte[] block =
            Convert.FromHexString(Signature + "2111001A" + "CB0071077F000001DC041F40" + "200005" + "0100000000" + "040003414243");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. i % 2 == 0 ? line : block];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(i % 2 == 0 ? 6 : 12, bytes.Length)] = (byte)random.Next(256);
            }

            ProxyReadResult result = Parse(bytes[..random.Next(bytes.Length + 1)], out ProxyHeader? header);
            Assert.Equal(result == ProxyReadResult.Done, header is not null);
            Assert.True(header is null || header.Length <= bytes.Length);
        }
    }

    private static ProxyReadResult Parse(byte[] bytes, out ProxyHeader? header) =>
        ProxyHeader.TryParse(new ReadOnlySequence<byte>(bytes), out header);
}
