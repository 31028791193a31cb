using System.Buffers.Binary;
using System.Text;
using Linnet.Sources.Files;

namespace Linnet.Tests.Sources.Files;

public class Mp4LengthTests
{
    [Fact]
    public void The_length_is_the_track_from_the_start_of_its_edit() =>
        Assert.Equal(new Mp4Length(146_853, 44_100), Read(Movie(1000, Sound(44_100, 147_877, Edit(3330, 1024)))));

    [Fact]
    public void An_edit_that_ends_well_before_the_track_sets_the_length() =>
        Assert.Equal(new Mp4Length(1_000_000, 44_100), Read(Movie(44_100, Sound(44_100, 1_003_520, Edit(1_000_000, 2112)))));

    [Fact]
    public void Without_an_edit_the_iTunes_tag_sets_the_length() =>
        Assert.Equal(new Mp4Length(0x3F31F6, 44_100),
            Read(Movie(600, Sound(44_100, 4_144_128), Tag(" 00000000 00000840 000001CA 00000000003F31F6 00000000"))));

    [Fact]
    public void A_long_form_of_each_box_is_read_too() =>
        Assert.Equal(
            new Mp4Length(146_853, 44_100), Read(Movie(1000, Sound(44_100, 147_877, Edit(3330, 1024, isLong: true), isLong: true))));

    [Fact]
    public void Only_the_first_audio_track_counts() =>
        Assert.Equal(new Mp4Length(500, 8000), Read(Movie(1000, Track("vide", 90_000, 1_000_000), Sound(8000, 500), Sound(8000, 900))));

    [Fact]
    public void A_missing_or_contradictory_declaration_gives_no_length()
    {
        Assert.Null(Read("RIFF"u8.ToArray()));
        Assert.Null(Read([]));
        Assert.Null(Read(Movie(1000)));
        Assert.Null(Read(Movie(1000, Sound(44_100, 0))));
        Assert.Null(Read(Movie(1000, Sound(0, 1000))));
        Assert.Null(Read(Movie(1000, Sound(44_100, 1000, Edit(10, 5000)))));
        Assert.Null(Read(
            Movie(1000, Sound(44_100, 100_000, Box("edts", Box("elst", [0, 0, 0, 0, 0, 0, 0, 2, .. Line(10, 0), .. Line(10, 50_000)]))))));
    }

    [Fact]
    public void Noise_and_damage_never_throw()
    {
        byte[] whole = Movie(1000, Sound(44_100, 147_877, Edit(3330, 1024)), Tag(" 0 840 1CA 3F31F6"));
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. whole];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            Assert.True(Read(damaged[..random.Next(damaged.Length + 1)]) is null or { Units: > 0, PerSecond: > 0 });
        }
    }

    private static Mp4Length? Read(byte[] file) => Mp4Length.TryRead(new MemoryStream(file));

    private static byte[] Movie(uint scale, params byte[][] inside) =>
        [.. Box("ftyp", "M4A "u8), .. Box("mdat", new byte[100]),
            .. Box("moov", [.. Box("mvhd", Header(scale, 5000, isLong: false)), .. inside.SelectMany(b => b)])];

    private static byte[] Sound(uint scale, long duration, byte[]? edits = null, bool isLong = false) =>
        Track("soun", scale, duration, edits, isLong);

    private static byte[] Track(string handler, uint scale, long duration, byte[]? edits = null, bool isLong = false) => Box(
        "trak",
        [.. edits ?? [],
            .. Box("mdia",
                [.. Box("mdhd", Header(scale, duration, isLong)),
                    .. Box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(handler), .. new byte[12]])])]);

    private static byte[] Header(uint scale, long duration, bool isLong)
    {
        byte[] body = new byte[isLong ? 36 : 24];
        body[0] = (byte)(isLong ? 1 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(isLong ? 20 : 12), scale);
        if (isLong)
        {
            BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(24), duration);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(16), (uint)duration);
        }

        return body;
    }

    private static byte[] Edit(uint length, int start, bool isLong = false) =>
        Box("edts", Box(
            "elst", isLong ? [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. Line(length, 0)[..4], 0, 0, 0, 0, .. Line(0, start)[4..]] : [0, 0, 0,
                0, 0, 0, 0, 1, .. Line(length, start)]));

    private static byte[] Line(uint length, int start)
    {
        byte[] line = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(line, length);
        BinaryPrimitives.WriteInt32BigEndian(line.AsSpan(4), start);
        line[9] = 1;
        return line;
    }

    private static byte[] Tag(string text) => Box("udta", Box("meta", [0, 0, 0, 0, .. Box("ilst", Box("----",
        [.. Box("mean", [0, 0, 0, 0, .. "com.apple.iTunes"u8]), .. Box("name", [0, 0, 0, 0, .. "iTunSMPB"u8]),
            .. Box("data", [0, 0, 0, 1, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(text)])]))]));

    private static byte[] Box(string name, ReadOnlySpan<byte> inside)
    {
        byte[] head = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(head, 8 + inside.Length);
        return [.. head, .. Encoding.ASCII.GetBytes(name), .. inside];
    }
}
