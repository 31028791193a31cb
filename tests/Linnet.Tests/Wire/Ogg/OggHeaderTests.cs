using Linnet.Audio;
using Linnet.Codecs.Vorbis;
using Linnet.Tests.Codecs.Vorbis;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Wire.Ogg;

public class OggHeaderTests
{
    /// <summary>The first packet of oggenc 1.4 (libvorbis 1.3.7) for stereo at 44.1 kHz, quality 3.</summary>
    private const string VorbisFirst = "01766F72626973 00000000 02 44AC0000 00000000 80B50100 00000000 B8 01";

    [Fact]
    public void The_first_packet_of_Opus_is_written_byte_for_byte_and_read_back()
    {
        var head = new OpusHead(2, 312, 44_100, -256);

        Assert.Equal("4F70757348656164" + "01" + "02" + "3801" + "44AC0000" + "00FF" + "00", Convert.ToHexString(head.ToArray()));
        Assert.True(OpusHead.TryParse(head.ToArray(), out OpusHead? read));
        Assert.Equal((head.Channels, head.PreSkip, head.InputSampleRate, head.OutputGain),
            (read.Channels, read.PreSkip, read.InputSampleRate, read.OutputGain));

        byte[] surround = Bytes("4F70757348656164 01 06 3801 80BB0000 0000 01 04 02 000401020305");
        Assert.True(OpusHead.TryParse(surround, out read));
        Assert.Equal(surround, read.ToArray());
    }

    [Theory]
    [InlineData("4F70757348656164 01 02 3801 80BB0000 0000", "no mapping family")]
    [InlineData("4F70757348656165 01 02 3801 80BB0000 0000 00", "another name")]
    [InlineData("4F70757348656164 10 02 3801 80BB0000 0000 00", "a later version")]
    [InlineData("4F70757348656164 01 00 3801 80BB0000 0000 00", "no channel")]
    [InlineData("4F70757348656164 01 03 3801 80BB0000 0000 00", "three channels of family 0")]
    [InlineData("4F70757348656164 01 06 3801 80BB0000 0000 01 04 02 0004010203", "a mapping too short")]
    [InlineData("4F70757348656164 01 06 3801 80BB0000 0000 01 00 00 000401020305", "no stream")]
    [InlineData("4F70757348656164 01 06 3801 80BB0000 0000 01 02 03 000401020305", "more pairs than streams")]
    [InlineData("4F70757348656164 01 06 3801 80BB0000 0000 01 04 02 000401020306", "a channel that is not there")]
    public void An_invalid_first_packet_of_Opus_is_refused(string hex, string why) =>
        Assert.False(OpusHead.TryParse(Bytes(hex), out _), why);

    [Fact]
    public void Tags_are_written_and_read_back_in_all_three_forms()
    {
        VorbisComment comment = VorbisComment.Of("Linnet", new TrackInfo("Ünder Größe", "A=B"));

        Assert.True(VorbisComment.TryParseOpus(comment.ToOpusTags(), out VorbisComment opus));
        Assert.True(VorbisComment.TryParseVorbis(comment.ToVorbisHeader(), out VorbisComment vorbis));
        Assert.All([opus, vorbis, VorbisComment.Parse(comment.ToArray())], read =>
        {
            Assert.Equal(("Linnet", "A=B"), (read.Vendor, read["artist"]));
            Assert.Equal(new TrackInfo("Ünder Größe", "A=B"), read.Tags.Track);
        });
        Assert.False(VorbisComment.TryParseOpus(comment.ToVorbisHeader(), out _));
        Assert.Throws<ArgumentException>(() => comment.Add("A=B", "c"));
        Assert.Throws<ArgumentException>(() => comment.Add("é", "c"));
    }

    [Fact]
    public void A_picture_is_skipped_and_the_lines_after_it_are_read()
    {
        var comment = new VorbisComment("x");
        comment.Add("METADATA_BLOCK_PICTURE", new string('A', 100_000));
        comment.Add("TITLE", "Song");

        VorbisComment read = VorbisComment.Parse(comment.ToArray());

        Assert.Equal("Song", read.Tags.Title);
        Assert.Single(read.Lines);
        Assert.Null(VorbisComment.Parse(comment.ToArray().AsSpan(0, 50_000)).Tags.Track);
    }

    [Fact]
    public void Tags_with_wrong_lengths_are_read_as_far_as_possible()
    {
        byte[] whole = VorbisComment.Of("v", new TrackInfo("t", "a")).ToArray();
        var noise = new Noise(5);
        for (int i = 0; i < 30_000; i++)
        {
            VorbisComment read = VorbisComment.Parse(noise.Mutation([whole]));
            Assert.True(read.Lines.Count <= VorbisComment.MaxLines);
        }

        byte[] many = new byte[8 + (5 * 1000)];
        many[4] = 0xFF;
        many[5] = 0xFF;
        for (int at = 8; at < many.Length; at += 5)
        {
            many[at] = 1;
        }

        Assert.Empty(VorbisComment.Parse(many).Lines);
    }

    [Fact]
    public void The_first_packet_of_Vorbis_is_parsed()
    {
        Assert.True(VorbisHead.TryParse(Bytes(VorbisFirst), out VorbisHead head));
        Assert.Equal(new VorbisHead(new AudioFormat(44_100, 2), 112_000, 256, 2048), head);
    }

    [Theory]
    [InlineData("01766F72626973 01000000 02 44AC0000 00000000 80B50100 00000000 B8 01", "a later version")]
    [InlineData("01766F72626973 00000000 00 44AC0000 00000000 80B50100 00000000 B8 01", "no channel")]
    [InlineData("01766F72626973 00000000 09 44AC0000 00000000 80B50100 00000000 B8 01", "nine channels")]
    [InlineData("01766F72626973 00000000 02 FFFFFFFF 00000000 80B50100 00000000 B8 01", "a rate out of range")]
    [InlineData("01766F72626973 00000000 02 44AC0000 00000000 80B50100 00000000 8B 01", "a short block longer than a long one")]
    [InlineData("01766F72626973 00000000 02 44AC0000 00000000 80B50100 00000000 E8 01", "a block beyond 8192")]
    [InlineData("01766F72626973 00000000 02 44AC0000 00000000 80B50100 00000000 B8 00", "no framing bit")]
    [InlineData("01766F72626973 00000000 02 44AC0000 00000000 80B50100 00000000 B8", "too short")]
    public void An_invalid_first_packet_of_Vorbis_is_refused(string hex, string why) =>
        Assert.False(VorbisHead.TryParse(Bytes(hex), out _), why);

    [Fact]
    public void Code_books_that_would_fill_memory_are_refused()
    {
        // One book: 255 entries of 65,535 numbers each. With two numbers each it would be like a real one.
        byte[] setup = [5, .. "vorbis"u8, 0, 0x42, 0x43, 0x56, 0xFF, 0xFF, 0xFF, 0, 0, .. new byte[2000]];

        Assert.False(VorbisSetup.IsReasonable(setup));
        (setup[11], setup[12]) = (2, 0);
        Assert.True(VorbisSetup.IsReasonable(setup));
        Assert.False(VorbisSetup.IsReasonable("\u0005vorbis"u8));
        var noise = new Noise(50);
        for (int i = 0; i < 20_000; i++)
        {
            VorbisSetup.IsReasonable(noise.Mutation([setup]));
        }
    }

    [Theory]
    [InlineData(1, 1 << 9, 0, true)]
    [InlineData(1, 1 << 12, 0, false)]
    [InlineData(1, 1 << 12, 200, true)]
    [InlineData(1, 1 << 17, 10_000, true)]
    [InlineData(1, 1 << 18, 10_000, false)]
    [InlineData(4_000, 1, 0, true)]
    [InlineData(20_000, 1, 0, false)]
    [InlineData(20_000, 1, 200, true)]
    [InlineData(1000, 1 << 11, 10_000, true)]
    [InlineData(1000, 1 << 12, 100_000, false)]
    public void Code_books_must_be_in_proportion_to_their_bytes(int dimensions, int entries, int zeros, bool isReasonable) =>
        Assert.Equal(isReasonable, VorbisSetup.IsReasonable(VorbisSetups.WithBook(dimensions, entries, zeros)));

    [Fact]
    public void Code_books_of_the_encoder_are_accepted()
    {
        foreach (int rate in (int[])[8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
        {
            for (int channels = 1; channels <= 8; channels++)
            {
                using var encoder = new VorbisEncoder(new AudioFormat(rate, channels), rate * channels);
                Assert.True(VorbisSetup.IsReasonable(encoder.Headers[2].Span), $"{rate} Hz, {channels} channels");
            }
        }
    }

    [Fact]
    public void The_first_packet_of_Flac_is_read()
    {
        var info = new FlacStreamInfo(new AudioFormat(48_000, 2), 24, 4096, 4096);

        byte[] packet = Sources.Files.SoundFiles.FirstOfOggFlac(info.ToBlock(isLast: false));

        Assert.StartsWith("7F464C4143" + "0100" + "0001" + "664C6143" + "00000022", Convert.ToHexString(packet), StringComparison.Ordinal);
        Assert.True(OggFlacHead.TryParse(packet, out FlacStreamInfo? read));
        Assert.Equal(info, read);
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(OggFlacHead.TryParse(packet.AsSpan(0, length), out _));
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
