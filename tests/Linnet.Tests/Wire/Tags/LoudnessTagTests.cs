using Linnet.Audio;
using Linnet.Sources.Files;
using Linnet.Wire.Ogg;
using Linnet.Wire.Tags;

namespace Linnet.Tests.Wire.Tags;

public class LoudnessTagTests
{
    private const string Name = "REPLAYGAIN_TRACK_GAIN";

    private static readonly byte[] Picture = [.. new byte[5000]];

    [Theory]
    [InlineData(2, "TXX", 0)]
    [InlineData(2, "TXX", 1)]
    [InlineData(3, "TXXX", 0)]
    [InlineData(3, "TXXX", 1)]
    [InlineData(4, "TXXX", 0)]
    [InlineData(4, "TXXX", 1)]
    [InlineData(4, "TXXX", 2)]
    [InlineData(4, "TXXX", 3)]
    public void ID3_texts_after_a_picture_are_read_in_every_version_and_encoding(int version, string id, int encoding)
    {
        byte[] tag = TagBytes.Id3(
            version,
            0,
            TagBytes.Frame(version, version == 2 ? "PIC" : "APIC", Picture),
            TagBytes.Frame(version, id, TagBytes.Text("something", "else", encoding)),
            TagBytes.Frame(version, id, TagBytes.Text(Name, "-7.5 dB", encoding)),
            TagBytes.Frame(version, id, TagBytes.Text("replaygain_track_peak", "0.5", encoding)));

        Assert.Equal(new ReplayGain(-7.5f, 0.5f), Read(tag));
    }

    [Fact]
    public void ID3_is_read_with_unsynchronisation_groups_and_length_fields()
    {
        byte[] text = TagBytes.Text(Name, "-7.5 dB", 1);
        byte[] stuffed = [.. text.SelectMany(static b => b == 0xFF ? (byte[])[0xFF, 0] : [b])];

        Assert.Equal(
            -7.5f, Read(TagBytes.Id3(
                3, 0x80, TagBytes.Frame(3, "TXXX", text).SelectMany(static b => b == 0xFF ? (byte[])[0xFF, 0] : [b]).ToArray())).TrackGain);
        Assert.Equal(-7.5f, Read(TagBytes.Id3(4, 0x80, TagBytes.Frame(4, "TXXX", stuffed, format: 2))).TrackGain);
        Assert.Equal(-7.5f, Read(TagBytes.Id3(4, 0, TagBytes.Frame(4, "TXXX", [7, 0, 0, 0, 40, .. text], format: 0x41))).TrackGain);
        Assert.Equal(-7.5f, Read(TagBytes.Id3(3, 0, TagBytes.Frame(3, "TXXX", [7, .. text], format: 0x20))).TrackGain);
        Assert.Null(Read(TagBytes.Id3(4, 0, TagBytes.Frame(4, "TXXX", text, format: 8))).TrackGain);
        Assert.Equal(-7.5f, Read(TagBytes.Id3(3, 0x40, [0, 0, 0, 6, 0, 0, 0, 0, 0, 0], TagBytes.Frame(3, "TXXX", text))).TrackGain);
        Assert.Equal(-7.5f, Read(TagBytes.Id3(4, 0x40, [0, 0, 0, 6, 1, 0], TagBytes.Frame(4, "TXXX", text))).TrackGain);
    }

    [Fact]
    public void A_relative_volume_is_a_gain_and_a_text_takes_precedence()
    {
        // -6 dB with a peak of half of full scale, after another channel; and the album's 3 dB without a peak.
        byte[] track = TagBytes.Frame(4, "RVA2", [.. "track\0"u8, 2, 0, 0, 0, 1, 0xF4, 0x00, 16, 0x40, 0x00]);
        byte[] album = TagBytes.Frame(4, "RVA2", [.. "album\0"u8, 1, 0x06, 0x00, 0]);

        Assert.Equal(new ReplayGain(-6, 0.5f, 3), Read(TagBytes.Id3(4, 0, track, album)));
        Assert.Equal(-1, Read(TagBytes.Id3(4, 0, track, TagBytes.Frame(4, "TXXX", TagBytes.Text(Name, "-1 dB", 3)))).TrackGain);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_APE_tag_is_found_at_the_end_and_before_an_old_ID3(bool hasId3V1)
    {
        byte[] file = [.. new byte[1000], .. TagBytes.Ape(("Title", "x"), (Name, "-7.5 dB"), ("replaygain_album_gain", "2 dB"))];
        byte[] old = [.. "TAG"u8, .. new byte[125]];

        Assert.Equal(new SoundTags("x", null, new ReplayGain(-7.5f, AlbumGain: 2)),
            FileTags.Read(new MemoryStream(hasId3V1 ? [.. file, .. old] : file)));
    }

    [Fact]
    public void An_old_ID3_tag_fills_in_what_no_other_tag_has()
    {
        byte[] old = [.. "TAG"u8, .. "Lied\0"u8, .. new byte[25], .. "Vogel"u8, .. new byte[90]];
        byte[] ape = TagBytes.Ape(("title", "Better"), ("artist", "Known"));

        Assert.Equal(new SoundTags("Lied", "Vogel"), FileTags.Read(new MemoryStream([.. new byte[1000], .. old])));
        Assert.Equal(new SoundTags("Better", "Known"), FileTags.Read(new MemoryStream([.. new byte[1000], .. ape, .. old])));
        Assert.Equal(SoundTags.None, FileTags.Read(new MemoryStream(old[1..])));
    }

    [Fact]
    public void Comments_give_title_artist_and_loudness()
    {
        var tags = new VorbisComment("test");
        tags.Add("TITLE", "x");
        tags.Add("artist", "y");
        tags.Add(Name, "-7.5 dB");
        var opusTags = new VorbisComment("test");
        opusTags.Add("METADATA_BLOCK_PICTURE", new string('x', 100_000));
        opusTags.Add("R128_TRACK_GAIN", "-1536");

        Assert.Equal(new SoundTags("x", "y", new ReplayGain(-7.5f)), VorbisComment.Parse(tags.ToArray()).Tags);
        Assert.Equal(new SoundTags(null, null, new ReplayGain(-1)), VorbisComment.Parse(opusTags.ToArray()).Tags);
        Assert.Equal(SoundTags.None, VorbisComment.Parse([]).Tags);
    }

    [Fact]
    public void Texts_after_a_picture_of_any_size_are_read_and_the_picture_is_not_kept()
    {
        byte[] tag = TagBytes.Id3(3, 0, TagBytes.Frame(3, "APIC", new byte[3 << 20]), TagBytes.Frame(3, "TIT2", [0, .. "Song"u8]));
        byte[] stuffed = TagBytes.Id3(
            3, 0x80, [.. TagBytes.Frame(3, "APIC", [.. Enumerable.Repeat((byte)0xFF, 70_000)])
                .SelectMany(static b => b == 0xFF ? (byte[])[0xFF, 0] : [b]), .. TagBytes.Frame(3, "TIT2", [0, .. "Song"u8])]);

        Assert.Equal("Song", Skim(stuffed, 1000).Title);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("Song", Skim(tag, 1000).Title);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }

    [Fact]
    public void Truncation_and_damage_at_any_byte_never_throw()
    {
        byte[][] files =
        [
            TagBytes.Id3(4, 0x80, TagBytes.Frame(4, "TXXX", TagBytes.Text(Name, "-7.5 dB", 1), format: 3),
                TagBytes.Frame(4, "RVA2", [.. "track\0"u8, 1, 0xF4, 0x00, 16, 0x40, 0x00])),
            TagBytes.Id3(3, 0x40, [0, 0, 0, 6, 0, 0, 0, 0, 0, 0], TagBytes.Frame(3, "TXXX", TagBytes.Text(Name, "-7.5 dB", 0))),
            TagBytes.Id3(2, 0, TagBytes.Frame(2, "TXX", TagBytes.Text(Name, "-7.5 dB", 0))),
            [.. new byte[40], .. TagBytes.Ape((Name, "-7.5 dB"))],
            [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVELIST"u8, 22, 0, 0, 0, .. "INFOINAM"u8, 5, 0, 0, 0, .. "Song\0\0IA"u8, .. "id3 "u8, 20, 0, 0,
                0, .. "ID3"u8, .. new byte[20]],
        ];
        var random = new Random(20);
        foreach (byte[] file in files)
        {
            for (int length = 0; length <= file.Length; length++)
            {
                FileTags.Read(new MemoryStream(file[..length]));
                Skim(file[..length], 7);
                Id3Tag.Read(file.AsSpan(0, length));
                ApeTag.Read(file.AsSpan(0, length));
            }

            for (int i = 0; i < 20_000; i++)
            {
                byte[] damaged = [.. file];
                for (int n = random.Next(1, 6); n > 0; n--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
                }

                SoundTags tags = FileTags.Read(new MemoryStream(damaged)).Or(Skim(damaged, 50));
                Assert.InRange(tags.Loudness?.Factor ?? 1, 0, Gain.Max);
            }
        }
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x7F)]
    public void A_tag_that_claims_to_be_huge_uses_no_memory(byte length)
    {
        byte[] id3 = [.. "ID3"u8, 4, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F, .. "TXXX"u8, length, length, length, length, 0, 0, 1, 2, 3];
        byte[] wav = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVELIST"u8, length, length, length, length, .. "INFOINAM"u8, length, length, length,
            length];
        byte[] ape = [.. new byte[8], .. "APETAGEX"u8, .. new byte[4], length, length, length, length, .. new byte[12]];
        long before = GC.GetAllocatedBytesForCurrentThread();

        foreach (byte[] file in (byte[][])[id3, wav, ape])
        {
            Assert.Equal(SoundTags.None, FileTags.Read(new MemoryStream(file)));
            Assert.Equal(SoundTags.None, Skim(file, 1000));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
    }

    private static ReplayGain Read(byte[] tag) => Skim(tag, 3).Loudness ?? ReplayGain.None;

    private static SoundTags Skim(byte[] tag, int piece)
    {
        var skimmer = new Id3Skimmer();
        skimmer.Begin();
        for (int at = 0; at < tag.Length; at += piece)
        {
            skimmer.Write(tag.AsSpan(at, Math.Min(piece, tag.Length - at)));
        }

        return skimmer.Read();
    }
}
