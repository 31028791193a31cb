using Linnet.Clock;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Wire.Rtcp;

public class RtcpCompoundTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        var block = new ReportBlock(7, 255, -3, 0x0001_FFFF, 12, 0x1234_5678, 65_536);
        RtcpPacket[] packets =
        [
            new SenderReport(1, new NtpTime(0x0123_4567_89AB_CDEF), 2, 3, 4) { Blocks = [block] },
            new ReceiverReport(5) { Blocks = [block, block with { CumulativeLost = 0x7F_FFFF }] },
            new SourceDescription(1, "linnet@host", name: "Übung", tool: "Linnet"),
            new Goodbye([1, 2], "the end"),
        ];
        byte[] datagram = new byte[1200];

        int length = RtcpCompound.Write(datagram, packets);

        Assert.Equal(packets.Sum(packet => packet.Length), length);
        Assert.True(RtcpCompound.TryParse(datagram.AsSpan(0, length), out RtcpCompound? compound));
        Assert.Equivalent(packets, compound.Packets, strict: true);
        Assert.Equal(0, compound.Skipped);
    }
}
