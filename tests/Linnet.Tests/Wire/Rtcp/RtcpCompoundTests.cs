using CsCheck;
using Linnet.Clock;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Wire.Rtcp;

public class RtcpCompoundTests
{
    private static readonly Gen<ReportBlock> Block = Gen
        .Select(Gen.UInt, Gen.Byte, Gen.Int[-0x80_0000, 0x7F_FFFF], Gen.UInt, Gen.UInt, Gen.UInt, Gen.UInt)
        .Select((ssrc, fraction, lost, sequence, jitter, last, delay) =>
            new ReportBlock(ssrc, fraction, lost, sequence, jitter, last, delay));

    private static readonly Gen<string> Text = Gen.String[Gen.Char["abc @.\u00e9\u4e16\0"], 0, 80];

    private static readonly Gen<string?> MaybeText = Gen.Select(Gen.Bool, Text, (none, text) => none ? null : text);

    private static readonly Gen<RtcpPacket> Report = Gen.OneOf(
        Gen.Select(Gen.UInt, Gen.ULong, Gen.UInt, Gen.UInt, Gen.UInt, Block.Array[0, 31])
            .Select((ssrc, time, timestamp, packets, octets, blocks) =>
            (RtcpPacket)new SenderReport(ssrc, new NtpTime(time), timestamp, packets, octets) { Blocks = blocks }),
        Gen.Select(Gen.UInt, Block.Array[0, 31]).Select((ssrc, blocks) => (RtcpPacket)new ReceiverReport(ssrc) { Blocks = blocks }));

    private static readonly Gen<RtcpPacket> Other = Gen.OneOf(
        Gen.Select(Gen.UInt, MaybeText, MaybeText, MaybeText, MaybeText)
            .Select((ssrc, cname, name, tool, note) => new SourceDescriptionChunk(ssrc, cname, name, tool, note))
            .Array[0, 31].Select(chunks => (RtcpPacket)new SourceDescription(chunks)),
        Gen.Select(Gen.UInt, Gen.ULong, Gen.ULong)
            .Select((ssrc, upper, lower) => (RtcpPacket)new RouteProof(ssrc, new UInt128(upper, lower))),
        Gen.Select(Gen.UInt.Array[0, 31], MaybeText).Select((ssrcs, reason) => (RtcpPacket)new Goodbye(ssrcs, reason)));

    [Fact]
    public void A_written_datagram_is_read_back() => Gen.Select(Report, Gen.OneOf(Report, Other).Array[0, 4]).Sample((report, others) =>
    {
        RtcpPacket[] packets = [report, .. others];
        byte[] datagram = new byte[65_536];

        int length = RtcpCompound.Write(datagram, packets);

        Assert.Equal(packets.Sum(packet => packet.Length), length);
        Assert.True(RtcpCompound.TryParse(datagram.AsSpan(0, length), out RtcpCompound? compound));
        Assert.Equal(packets.Select(Describe), compound.Packets.Select(Describe));
        Assert.Equal(0, compound.Skipped);
    });

    [Fact]
    public void A_sender_report_from_GStreamer_is_read()
    {
        RtcpCompound compound = Parse(
            "80C80006F3357B1FEEAEAF615E5679899443D3E500000069000042A9"
            + "81CA000CF3357B1F011C757365723232333339343531353340686F73742D643533363837663306094753747265616D6572000000");

        Assert.Equal(
            [
                Describe(new SenderReport(0xF335_7B1F, new NtpTime(0xEEAE_AF61_5E56_7989), 0x9443_D3E5, 105, 17_065)),
                Describe(new SourceDescription(0xF335_7B1F, "user2233945153@host-d53687f3", tool: "GStreamer")),
            ],
            compound.Packets.Select(Describe));
    }

    [Fact]
    public void A_receiver_report_from_GStreamer_with_a_negative_loss_is_read()
    {
        RtcpCompound compound = Parse(
            "81C90007A18D9A2FF3357B1F00FFFFFF00007EEB00000002AF615E5600025DAB"
            + "81CA000CA18D9A2F011C757365723332393535373538363640686F73742D636366333966333706094753747265616D6572000000");

        ReportBlock block = Assert.Single(Assert.IsType<ReceiverReport>(compound.Packets[0]).Blocks);
        Assert.Equal(new ReportBlock(0xF335_7B1F, 0, -1, 0x7EEB, 2, 0xAF61_5E56, 0x25DAB), block);
    }

    [Fact]
    public void A_bare_sender_report_from_ffmpeg_is_read() => Assert.Equal(
        Describe(new SenderReport(0x0488_7D45, new NtpTime(0xEEAE_AF98_8F9D_B22D), 0x8EFB_F6AC, 648, 884_736)),
        Describe(Assert.Single(Parse("80C8000604887D45EEAEAF988F9DB22D8EFBF6AC00000288000D8000").Packets)));

    [Theory]
    [InlineData("80C9000100000001", 1, 0)]
    [InlineData("80C9000100000001 80CC000200000001 41424344", 1, 1)]
    [InlineData("80C9000100000001 81CE000200000001 00000002 8FCD000300000001 00000002 00000000", 1, 2)]
    [InlineData("80C9000100000001 80CF000100000001", 2, 0)]
    [InlineData("80C9000200000001 DEADBEEF", 1, 0)]
    [InlineData("80C9000100000001 81CA000200000001 00000000", 2, 0)]
    [InlineData("80C9000100000001 81CB000100000001", 2, 0)]
    [InlineData("80C9000100000001 80CB0000", 2, 0)]
    [InlineData("80C9000100000001 A1CB000200000001 00000004", 2, 0)]
    public void Unknown_packets_are_skipped_and_counted(string datagram, int packets, int skipped)
    {
        RtcpCompound compound = Parse(datagram);

        Assert.Equal(packets, compound.Packets.Count);
        Assert.Equal(skipped, compound.Skipped);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("80C900", "shorter than a header")]
    [InlineData("00C9000100000001", "version 0")]
    [InlineData("C0C9000100000001", "version 3")]
    [InlineData("81CA000200000001 00000000", "the first is not a report")]
    [InlineData("81CB000100000001", "the first is a goodbye")]
    [InlineData("A0C9000200000001 00000004", "the first is padded")]
    [InlineData("80C90000", "a report without a reporter")]
    [InlineData("80C9000200000001", "longer than the datagram")]
    [InlineData("80C9FFFF00000001", "longer than any datagram")]
    [InlineData("80C900010000000100", "a byte too many")]
    [InlineData("81C9000100000001", "a block is announced and missing")]
    [InlineData("80C80005000000010000000000000000000000000000000A", "a sender report without its count of octets")]
    [InlineData("80C9000100000001 40CB0000", "version 1 in the second")]
    [InlineData("80C9000100000001 A0CC000200000001 00000004 80CB0000", "padding before the last")]
    [InlineData("80C9000100000001 A1CB000200000001 00000000", "padding of no byte")]
    [InlineData("80C9000100000001 A1CB000200000001 00000003", "padding of three bytes")]
    [InlineData("80C9000100000001 A1CB000200000001 00000010", "padding longer than the packet")]
    [InlineData("80C9000100000001 A1CB000200000001 0000000C", "padding that reaches the header")]
    [InlineData("80C9000100000001 81CA0000", "a chunk is announced and missing")]
    [InlineData("80C9000100000001 81CA000100000001", "a chunk without end")]
    [InlineData("80C9000100000001 81CA000200000001 01024142", "items without end")]
    [InlineData("80C9000100000001 81CA000200000001 01FF4142", "an item longer than the packet")]
    [InlineData("80C9000100000001 81CA000200000001 01014101", "an item without length")]
    [InlineData("80C9000100000001 82CA000200000001 00000000", "the second of two chunks is missing")]
    [InlineData("80C9000100000001 82CB000100000001", "a source is announced and missing")]
    [InlineData("80C9000100000001 81CB000200000001 04414243", "a reason longer than the packet")]
    public void A_malformed_datagram_is_refused(string datagram, string why) =>
        Assert.False(RtcpCompound.TryParse(Bytes(datagram), out _), why);

    [Fact]
    public void A_datagram_with_too_many_packets_is_refused()
    {
        string report = "80C9000100000001";

        Assert.True(RtcpCompound.TryParse(Bytes(string.Concat(Enumerable.Repeat(report, RtcpCompound.MaxPackets))), out _));
        Assert.False(RtcpCompound.TryParse(Bytes(string.Concat(Enumerable.Repeat(report, RtcpCompound.MaxPackets + 1))), out _));
        Assert.False(RtcpCompound.TryParse(Bytes(report + string.Concat(Enumerable.Repeat("80CC0000", RtcpCompound.MaxPackets))), out _));
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_between_characters()
    {
        byte[] datagram = new byte[1200];
        string name = new string('x', 254) + "\u00e9";

        int length = RtcpCompound.Write(datagram, new ReceiverReport(1), new SourceDescription(1, name), new Goodbye([1], name));

        RtcpCompound compound = Parse(Convert.ToHexString(datagram.AsSpan(0, length)));
        Assert.Equal(name[..254], Assert.Single(Assert.IsType<SourceDescription>(compound.Packets[1]).Chunks).CanonicalName);
        Assert.Equal(name[..254], Assert.IsType<Goodbye>(compound.Packets[2]).Reason);
    }

    [Fact]
    public void A_loss_beyond_24_bits_is_clamped()
    {
        Assert.Equal(0x7F_FFFF, LossAfterTheWire(int.MaxValue));
        Assert.Equal(-0x80_0000, LossAfterTheWire(int.MinValue));
    }

    [Fact]
    public void The_writer_checks_its_arguments()
    {
        Assert.Throws<ArgumentException>(() => RtcpCompound.Write(new byte[100], new Goodbye([1])));
        Assert.Throws<ArgumentException>(() => RtcpCompound.Write(new byte[100]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RtcpCompound.Write(new byte[7], new ReceiverReport(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Goodbye(new uint[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReceiverReport(1) { Blocks = new ReportBlock[32] });
    }

    [Theory]
    [InlineData("80C8", true)]
    [InlineData("80DF", true)]
    [InlineData("8060", false)]
    [InlineData("80E0", false)]
    [InlineData("80BF", false)]
    [InlineData("80", false)]
    public void Rtcp_and_rtp_are_told_apart(string datagram, bool expected) => Assert.Equal(expected, RtcpCompound.IsRtcp(Bytes(datagram)));

    [Fact]
    public void A_datagram_that_was_read_is_read_the_same_after_writing_it()
    {
        var noise = new Noise(4585);
        byte[] full = new byte[1200];
        int length = RtcpCompound.Write(
            full,
            new SenderReport(1, new NtpTime(2), 3, 4, 5) { Blocks = [new ReportBlock(1, 2, -3, 4, 5, 6, 7)] },
            new SourceDescription([new(1, "a@b", "c", "d", "e"), new(2, null), new(3, "longer@example")]),
            new Goodbye([1, 2], "the end"));
        byte[][] samples =
        [
            full[..length],
            Bytes("81C90007A18D9A2FF3357B1F00FFFFFF00007E5F00000006000000000000000081CA0003A18D9A2F0104757365720000"),
            Bytes("80C9000100000001 81CE000200000001 00000002 A1CB000200000001 00000004"),
        ];
        byte[] first = new byte[65_536];
        byte[] second = new byte[65_536];
        int compounds = 0;
        for (int i = 0; i < 150_000; i++)
        {
            byte[] datagram = noise.Mutation(samples);
            if (RtcpCompound.TryParse(datagram, out RtcpCompound? compound))
            {
                compounds++;
                int written = RtcpCompound.Write(first, [.. compound.Packets]);
                Assert.True(RtcpCompound.TryParse(first.AsSpan(0, written), out RtcpCompound? again), Convert.ToHexString(datagram));
                int rewritten = RtcpCompound.Write(second, [.. again.Packets]);
                Assert.True(first.AsSpan(0, written).SequenceEqual(second.AsSpan(0, rewritten)), Convert.ToHexString(datagram));
            }
        }

        Assert.InRange(compounds, 20_000, 140_000);
    }

    private static int LossAfterTheWire(int lost)
    {
        byte[] datagram = new byte[32];
        RtcpCompound.Write(datagram, new ReceiverReport(1) { Blocks = [new ReportBlock(1, 2, lost, 4, 5, 6, 7)] });
        ReportBlock block = Assert.Single(Assert.IsType<ReceiverReport>(Parse(Convert.ToHexString(datagram)).Packets[0]).Blocks);
        Assert.Equal(2, block.FractionLost);
        return block.CumulativeLost;
    }

    private static string Describe(RtcpPacket packet) => packet switch
    {
        SenderReport report => $"{report with { Blocks = [] }} {string.Join(' ', report.Blocks)}",
        ReceiverReport report => $"{report with { Blocks = [] }} {string.Join(' ', report.Blocks)}",
        SourceDescription description => $"SDES {string.Join(' ', description.Chunks)}",
        Goodbye goodbye => $"BYE {string.Join(' ', goodbye.Ssrcs)} '{goodbye.Reason ?? "none"}'",
        _ => packet.ToString(),
    };

    private static RtcpCompound Parse(string hex)
    {
        Assert.True(RtcpCompound.TryParse(Bytes(hex), out RtcpCompound? compound));
        return compound;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
