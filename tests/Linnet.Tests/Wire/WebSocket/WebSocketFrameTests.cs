using Linnet.Wire.WebSocket;

namespace Linnet.Tests.Wire.WebSocket;

public class WebSocketFrameTests
{
    [Theory]
    [InlineData(0, "8200")]
    [InlineData(125, "827d")]
    [InlineData(126, "827e007e")]
    [InlineData(65_535, "827effff")]
    [InlineData(65_536, "827f0000000000010000")]
    public void A_header_is_as_short_as_the_length_allows(int length, string hex)
    {
        byte[] header = new byte[WebSocketFrame.MaxHeaderLength];

        int written = WebSocketFrame.WriteHeader(header, WebSocketOpcode.Binary, length);

        Assert.Equal(hex, Convert.ToHexStringLower(header.AsSpan(0, written)));
        Assert.Equal(WebSocketFrame.HeaderLength(length), written);
    }

    [Fact]
    public void A_reason_that_is_too_long_is_cut_between_characters()
    {
        byte[] frame = WebSocketFrame.Close(WebSocketClose.TryAgainLater, string.Concat(Enumerable.Repeat("né", 60)));

        Assert.Equal([0x88, 125, 0x03, 0xf5], frame[..4]);
        Assert.EndsWith("né", System.Text.Encoding.UTF8.GetString(frame[4..]), StringComparison.Ordinal);
        Assert.Equal(127, frame.Length);
    }

    [Fact]
    public void A_packets_header_is_read_as_it_was_written()
    {
        var header = new LivePacketHeader(960, -312, 1L << 50);
        byte[] bytes = new byte[LivePacketHeader.Length];
        header.Write(bytes);

        Assert.Equal("01000000000003c0fffffffffffffec80004000000000000", Convert.ToHexStringLower(bytes));
        Assert.True(LivePacketHeader.TryParse(bytes, out LivePacketHeader read));
        Assert.Equal(header, read);
        Assert.False(LivePacketHeader.TryParse(bytes.AsSpan(0, 23), out _));
        Assert.False(LivePacketHeader.TryParse([2, .. bytes[1..]], out _));
    }
}
