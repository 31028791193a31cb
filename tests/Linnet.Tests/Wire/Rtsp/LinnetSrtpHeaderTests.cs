using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

/// <summary>The key in the answer to SETUP.</summary>
public class LinnetSrtpHeaderTests
{
    private const string Key = "inline:4fl6DT4Bi+DWT6MsBt5BOQ7Gda1Jiv7rtpYLOqvm";
    private const string Good = $"AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000B;listener=CAFEBABE";

    [Fact]
    public void It_is_read_as_it_is_written()
    {
        var header = new LinnetSrtpHeader(SrtpMasterKey.Random(), 1, 0xFFFF_FFFF, 3);

        Assert.True(LinnetSrtpHeader.TryParse(header.Write(), out LinnetSrtpHeader? read));

        Assert.Equal(header.Key.Bytes, read.Key.Bytes);
        Assert.Equal((1u, 0xFFFF_FFFFu, 3u), (read.Stream, read.Retransmissions, read.Listener));
        Assert.True(LinnetSrtpHeader.TryParse(Good, out read));
        Assert.Equal(Good, read.Write());
    }

    [Fact]
    public void The_key_is_not_printed_by_accident()
    {
        Assert.True(LinnetSrtpHeader.TryParse(Good, out LinnetSrtpHeader? header));

        Assert.DoesNotContain("4fl6DT4B", $"{header} {header.Key}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(";;;")]
    [InlineData("AES_CM_128_HMAC_SHA1_80;stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_32 {Key};stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData($"1 AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key}|2^20;stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key}AAAA;stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData("AES_CM_128_HMAC_SHA1_80 inline:AAAA;stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData("AES_CM_128_HMAC_SHA1_80 inline:4fl6DT4Bi+DWT6MsBt5BOQ7Gda1Jiv7rtpYLOqv=;stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData("AES_CM_128_HMAC_SHA1_80 inline:4fl6DT4Bi+DWT6MsBt5BOQ7Gda1Jiv7rtpYLOq!!;stream=0000000A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};stream=A;rtx=0000000B;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000B")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000B;listener=0x0000FF")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};rtx=0000000B;stream=0000000A;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000A;listener=CAFEBABE")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000B;listener=0000000A")]
    [InlineData($"AES_CM_128_HMAC_SHA1_80 {Key};stream=0000000A;rtx=0000000B;listener=0000000B")]
    [InlineData($"{Good};more=1")]
    public void Anything_else_is_refused(string? text) => Assert.False(LinnetSrtpHeader.TryParse(text, out _));

    [Fact]
    public void Noise_is_refused()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = Good.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(32, 300);
            if (LinnetSrtpHeader.TryParse(new string(text), out LinnetSrtpHeader? header))
            {
                Assert.Equal(new string(text), header.Write(), ignoreCase: true);
            }
        }
    }
}
