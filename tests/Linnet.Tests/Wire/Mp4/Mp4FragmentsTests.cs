using System.Buffers;
using System.Buffers.Binary;
using CsCheck;
using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Mp4;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Wire.Mp4;

public class Mp4FragmentsTests
{
    private const int EntryHead = 28;

    private static readonly Mp4AudioTrack Opus = Mp4AudioTrack.Opus(new OpusHead(2, 0));

    [Fact]
    public void The_init_segment_holds_one_track_without_packets()
    {
        IReadOnlyList<Mp4Box> boxes = Mp4Box.Read(Mp4Fragments.InitSegment(Opus));

        Assert.Equal(
            """
            ftyp
            moov
             mvhd
             trak
              tkhd
              mdia
               mdhd
               hdlr
               minf
                smhd
                dinf
                 dref
                  url
                stbl
                 stsd
                  Opus
                   dOps
                 stts
                 stsc
                 stsz
                 stco
                 sgpd
                 sbgp
             mvex
              trex
            """.Split('\n'),
            boxes.SelectMany(static box => box.Outline()));
        Mp4Box moov = boxes[1];
        Assert.Equal("iso6\0\0\0\0iso6mp42"u8.ToArray(), boxes[0].Content);
        Assert.Equal(48_000u, moov["mvhd"].UInt32(12));
        Assert.Equal(48_000u, moov["trak/mdia/mdhd"].UInt32(12));
        Assert.Equal("soun"u8.ToArray(), moov["trak/mdia/hdlr"].Content[8..12]);
        Assert.Equal("00000000" + "00000001" + "00000001" + "00000000" + "00000000" + "02000000", Hex(moov["mvex/trex"]));
        Mp4Box table = moov["trak/mdia/minf/stbl"];
        Assert.Equal("01000000" + "726F6C6C" + "00000002" + "00000001" + "FFFC", Hex(table["sgpd"]));
        Assert.Equal("00000000" + "726F6C6C" + "00000000", Hex(table["sbgp"]));
        Assert.Equal("000000000000" + "0001" + "0000000000000000" + "0002" + "0010" + "00000000" + "BB800000",
            Hex(table["stsd/Opus"])[..(2 * EntryHead)]);
    }

    [Fact]
    public void Equal_tracks_have_equal_init_segments()
    {
        byte[] info = new FlacStreamInfo(new AudioFormat(44_100, 2), 16, 4096, 4096).ToBlock(isLast: false);

        Assert.Equal(Mp4Fragments.InitSegment(Mp4AudioTrack.Flac(info)), Mp4Fragments.InitSegment(Mp4AudioTrack.Flac(info.ToArray())));
        Assert.NotEqual(
            Mp4Fragments.InitSegment(Mp4AudioTrack.Aac(44_100, 2)), Mp4Fragments.InitSegment(Mp4AudioTrack.Aac(44_100, 1)));
    }

    [Theory]
    [InlineData(44_100, 44_100)]
    [InlineData(96_000, 48_000)]
    [InlineData(192_000, 48_000)]
    [InlineData(176_400, 44_100)]
    [InlineData(383_999, 65_535)]
    public void A_rate_of_more_than_16_bits_is_halved_in_the_sample_entry_only(int rate, int shown)
    {
        var info = new FlacStreamInfo(new AudioFormat(rate, 1), 16, 4096, 4096);

        Mp4Box track = Mp4Box.Read(Mp4Fragments.InitSegment(Mp4AudioTrack.Flac(info.ToBlock(isLast: false))))[1]["trak/mdia"];

        Assert.Equal((uint)shown << 16, track["minf/stbl/stsd/fLaC"].UInt32(24));
        Assert.Equal((uint)rate, track["mdhd"].UInt32(12));
    }

    [Fact]
    public void A_fragment_is_written_byte_for_byte()
    {
        byte[] segment = Write(Opus, 7, 1L << 32, [new((byte[])[1, 2, 3], 960), new((byte[])[4, 5], 960)]);

        Assert.Equal(
            "00000018" + "73747970" + "6D736468" + "00000000" + "6D736468" + "69736F36"
            + "00000080" + "6D6F6F66"
            + "00000010" + "6D666864" + "00000000" + "00000007"
            + "00000068" + "74726166"
            + "00000014" + "74666864" + "00020008" + "00000001" + "000003C0"
            + "00000014" + "74666474" + "01000000" + "0000000100000000"
            + "0000001C" + "7472756E" + "00000201" + "00000002" + "00000088" + "00000003" + "00000002"
            + "0000001C" + "73626770" + "00000000" + "726F6C6C" + "00000001" + "00000002" + "00000001"
            + "0000000D" + "6D646174" + "0102030405",
            Convert.ToHexString(segment));
    }

    [Fact]
    public void Packets_of_different_durations_each_have_their_own()
    {
        byte[] segment = Write(Mp4AudioTrack.Aac(48_000, 2), 1, 0, [new((byte[])[1], 1024), new((byte[])[2, 3], 960)]);

        Mp4Box fragment = Mp4Box.Read(segment)[1]["traf"];

        Assert.Equal(["traf", " tfhd", " tfdt", " trun"], fragment.Outline());
        Assert.Equal("00020000" + "00000001", Hex(fragment["tfhd"]));
        Assert.Equal("00000301" + "00000002" + "00000070" + "00000400" + "00000001" + "000003C0" + "00000002", Hex(fragment["trun"]));
    }

    [Fact]
    public void A_fragment_of_any_packets_leads_to_each_of_them() => Gen
        .Select(Gen.Int[1, 8], Gen.UInt, Gen.Long[0, long.MaxValue], Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[1, 65_535]).Array[1, 60])
        .Sample((channels, sequence, time, packets) =>
        {
            var track = Mp4AudioTrack.Flac(new FlacStreamInfo(new AudioFormat(48_000, channels), 24, 16, 65_535).ToBlock(isLast: false));

            byte[] segment = Write(track, sequence, time, [.. packets.Select(static p => new Mp4Sample(p.Item1, p.Item2))]);

            IReadOnlyList<Mp4Box> boxes = Mp4Box.Read(segment);
            Assert.Equal(["styp", "moof", "mdat"], boxes.Select(static box => box.Type));
            Assert.Equal(sequence, boxes[1]["mfhd"].UInt32(4));
            Assert.Equal((ulong)time, boxes[1]["traf/tfdt"].UInt64(4));
            Assert.Equal(packets.Select(static p => (Convert.ToHexString(p.Item1), p.Item2)), PacketsOf(segment, boxes[1]));
            Assert.Equal(channels, BinaryPrimitives.ReadUInt16BigEndian(
                Mp4Box.Read(Mp4Fragments.InitSegment(track))[1]["trak/mdia/minf/stbl/stsd/fLaC"].Content.AsSpan(16)));
        });

    [Fact]
    public void A_fragment_without_packets_or_time_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Write(Opus, 1, 0, []));
        Assert.Throws<ArgumentException>(() => Write(Opus, 1, 0, [new((byte[])[1], 960), new((byte[])[1], 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(Opus, 1, -1, [new((byte[])[1], 960)]));
    }

    /// <summary>The packets that the lengths and durations in a fragment describe.</summary>
    private static IEnumerable<(string Bytes, int Frames)> PacketsOf(byte[] segment, Mp4Box fragment)
    {
        Mp4Box run = fragment["traf/trun"];
        bool hasDurations = (run.UInt32(0) & 0x100) != 0;
        uint usual = hasDurations ? 0 : fragment["traf/tfhd"].UInt32(8);
        int at = fragment.Start + (int)run.UInt32(8);
        int line = 12;
        for (uint i = 0; i < run.UInt32(4); i++)
        {
            uint frames = hasDurations ? run.UInt32(line) : usual;
            line += hasDurations ? 4 : 0;
            int length = (int)run.UInt32(line);
            line += 4;
            yield return (Convert.ToHexString(segment.AsSpan(at, length)), (int)frames);
            at += length;
        }

        Assert.Equal((line, at), (run.Content.Length, segment.Length));
    }

    private static byte[] Write(Mp4AudioTrack track, uint sequence, long time, Mp4Sample[] samples)
    {
        var output = new ArrayBufferWriter<byte>();
        Mp4Fragments.Write(track, sequence, time, samples, output);
        return output.WrittenSpan.ToArray();
    }

    private static string Hex(Mp4Box box) => Convert.ToHexString(box.Content);
}
