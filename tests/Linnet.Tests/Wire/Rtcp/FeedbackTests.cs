using CsCheck;
using Linnet.Clock;
using Linnet.Wire.Rtcp;

namespace Linnet.Tests.Wire.Rtcp;

/// <summary>Generic NACK, extended reports, and datagrams of reduced size.</summary>
public class FeedbackTests
{
    private static readonly Gen<NackEntry> Entry =
        Gen.Select(Gen.UShort, Gen.UShort).Select((first, following) => new NackEntry(first, following));

    private static readonly Gen<ReferenceDelay> Delay =
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt).Select((ssrc, last, delay) => new ReferenceDelay(ssrc, last, delay));

    [Fact]
    public void A_nack_is_written_byte_for_byte()
    {
        byte[] datagram = new byte[16];

        GenericNack nack = GenericNack.For(0xA18D_9A2F, 0xF335_7B1F, [0x7EEB, 0x7EEC, 0x7EFB], out int taken);

        Assert.Equal(3, taken);
        Assert.Equal(16, RtcpCompound.WriteReducedSize(datagram, nack));
        Assert.Equal("81CD0003A18D9A2FF3357B1F7EEB8001", Convert.ToHexString(datagram));
    }

    [Fact]
    public void A_written_nack_is_read_back() =>
        Gen.Select(Gen.UInt, Gen.UInt, Entry.Array[1, GenericNack.MaxEntries]).Sample((ssrc, media, entries) =>
    {
        byte[] datagram = new byte[1200];
        int length = RtcpCompound.Write(datagram, new ReceiverReport(ssrc), new GenericNack(ssrc, media) { Entries = entries });

        Assert.True(RtcpCompound.TryParse(datagram.AsSpan(0, length), out RtcpCompound? compound));
        GenericNack nack = Assert.IsType<GenericNack>(compound.Packets[1]);
        Assert.Equal((ssrc, media), (nack.Ssrc, nack.MediaSsrc));
        Assert.Equal(entries, nack.Entries);
    });

    [Fact]
    public void A_nack_requests_exactly_the_missing_packets() => Gen
        .Select(Gen.UShort, Gen.Int[1, 40].Array[0, 300])
        .Sample((start, steps) =>
        {
            var missing = new List<ushort> { start };
            foreach (int step in steps)
            {
                missing.Add(unchecked((ushort)(missing[^1] + step)));
            }

            GenericNack nack = GenericNack.For(1, 2, missing.ToArray(), out int taken);

            Span<ushort> named = stackalloc ushort[NackEntry.MaxPackets];
            var asked = new List<ushort>();
            foreach (NackEntry entry in nack.Entries)
            {
                asked.AddRange(named[..entry.CopyTo(named)]);
            }

            Assert.Equal(missing.Take(taken), asked);
            Assert.True(taken == missing.Count || nack.Entries.Count == GenericNack.MaxEntries);
        });

    [Fact]
    public void A_written_extended_report_is_read_back() => Gen
        .Select(Gen.UInt, Gen.Bool, Gen.ULong, Delay.Array[0, 31])
        .Sample((ssrc, hasTime, time, delays) =>
        {
            var report = new ExtendedReport(ssrc) { ReferenceTime = hasTime ? new NtpTime(time) : null, Delays = delays };
            byte[] datagram = new byte[1200];
            int length = RtcpCompound.Write(datagram, new ReceiverReport(ssrc), report);

            Assert.True(RtcpCompound.TryParse(datagram.AsSpan(0, length), out RtcpCompound? compound));
            ExtendedReport read = Assert.IsType<ExtendedReport>(compound.Packets[1]);
            Assert.Equal((ssrc, report.ReferenceTime), (read.Ssrc, read.ReferenceTime));
            Assert.Equal(delays, read.Delays);
        });

    [Theory]
    [InlineData("81CD0003 00000001 00000002 00030001", "one entry")]
    [InlineData("80CF0004 00000001 04000002 0000000100000002", "a reference time")]
    [InlineData("80CF0005 00000001 05000003 00000001 00000002 00000003", "a delay")]
    [InlineData("80CF0001 00000001", "no block")]
    [InlineData("80CF0003 00000001 01000001 DEADBEEF", "a block of another kind")]
    public void Feedback_without_a_report_is_read_only_if_reduced_size_was_negotiated(string datagram, string what)
    {
        Assert.False(RtcpCompound.TryParse(Bytes(datagram), out _), what);
        Assert.True(RtcpCompound.TryParse(Bytes(datagram), out RtcpCompound? compound, reducedSize: true), what);
        Assert.Single(compound.Packets);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("81CD0001 00000001", "no media source")]
    [InlineData("81CD0002 00000001 00000002", "no entry")]
    [InlineData("A1CD0004 00000001 00000002 00030001 00000003", "padding of three bytes")]
    [InlineData("81CD0004 00000001 00000002 00030001", "longer than the datagram")]
    [InlineData("80CF0000", "an extended report without a reporter")]
    [InlineData("80CF0002 00000001 04000002", "a time longer than the packet")]
    [InlineData("80CF0003 00000001 04000001 00000001", "a time of one word")]
    [InlineData("80CF0004 00000001 05000002 00000001 00000002", "a delay of two words")]
    [InlineData("80CF0003 00000001 01000002 00000001", "an unknown block longer than the packet")]
    public void Malformed_feedback_is_refused(string datagram, string why) =>
        Assert.False(RtcpCompound.TryParse(Bytes(datagram), out _, reducedSize: true), why);

    [Fact]
    public void Feedback_beyond_the_limits_is_refused()
    {
        string entries = string.Concat(Enumerable.Repeat("00010000", GenericNack.MaxEntries));
        Assert.True(RtcpCompound.TryParse(
            Bytes($"81CD{2 + GenericNack.MaxEntries:X4}0000000100000002{entries}"), out _, reducedSize: true));
        Assert.False(
            RtcpCompound.TryParse(
                Bytes($"81CD{3 + GenericNack.MaxEntries:X4}0000000100000002{entries}00010000"), out _, reducedSize: true));

        string blocks = string.Concat(Enumerable.Repeat("01000000", ExtendedReport.MaxBlocks));
        Assert.True(RtcpCompound.TryParse(Bytes($"80CF{1 + ExtendedReport.MaxBlocks:X4}00000001{blocks}"), out _, reducedSize: true));
        Assert.False(
            RtcpCompound.TryParse(Bytes($"80CF{2 + ExtendedReport.MaxBlocks:X4}00000001{blocks}01000000"), out _, reducedSize: true));

        string delays = string.Concat(Enumerable.Repeat("000000010000000200000003", 32));
        Assert.False(RtcpCompound.TryParse(Bytes($"80CF{2 + (32 * 3):X4}00000001 05 00 {32 * 3:X4} {delays}"), out _, reducedSize: true));
    }

    [Fact]
    public void Feedback_that_was_read_is_read_the_same_after_writing_it()
    {
        var noise = new Noise(5506);
        byte[][] samples =
        [
            Bytes("81CD0005 00000001 00000002 00030001 FFFE8000 12340000"),
            Bytes("80CF000D 00000001 04000002 0000000100000002 01000001 DEADBEEF 05000006 000000010000000200000003 "
                + "000000040000000500000006"),
            Bytes("80C9000100000001 81CD0003 00000001 00000002 00030001 A0CF0005 00000001 04000002 0000000100000002 00000004"),
        ];
        byte[] first = new byte[65_536];
        byte[] second = new byte[65_536];
        int read = 0;
        for (int i = 0; i < 150_000; i++)
        {
            byte[] datagram = noise.Mutation(samples);
            if (RtcpCompound.TryParse(datagram, out RtcpCompound? compound, reducedSize: true))
            {
                read++;
                int written = RtcpCompound.WriteReducedSize(first, [.. compound.Packets]);
                if (written > 0)
                {
                    Assert.True(RtcpCompound.TryParse(first.AsSpan(0, written), out RtcpCompound? again, reducedSize: true),
                        Convert.ToHexString(datagram));
                    int rewritten = RtcpCompound.WriteReducedSize(second, [.. again.Packets]);
                    Assert.True(first.AsSpan(0, written).SequenceEqual(second.AsSpan(0, rewritten)), Convert.ToHexString(datagram));
                }
            }
        }

        Assert.InRange(read, 20_000, 140_000);
    }

    [Fact]
    public void The_writer_checks_its_arguments()
    {
        Assert.Throws<ArgumentException>(() => RtcpCompound.Write(new byte[100], GenericNack.For(1, 2, [3], out _)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenericNack(1, 2) { Entries = [] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenericNack(1, 2) { Entries = new NackEntry[GenericNack.MaxEntries + 1] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExtendedReport(1) { Delays = new ReferenceDelay[32] });
        Assert.Throws<ArgumentOutOfRangeException>(() => default(NackEntry).CopyTo(new ushort[16]));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
