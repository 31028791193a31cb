using System.Text;
using Linnet.Audio;
using Linnet.Wire.Tags;

namespace Linnet.Tests.Wire.Tags;

public class Id3TrackTests
{
    [Fact]
    public void Title_and_artist_are_read_in_every_encoding()
    {
        foreach ((byte version, byte encoding, Encoding how, byte[] mark) in new (byte, byte, Encoding, byte[])[]
        {
            (3, 0, Encoding.Latin1, []), (3, 1, Encoding.Unicode, [0xFF, 0xFE]), (4, 1, Encoding.BigEndianUnicode, [0xFE, 0xFF]),
            (4, 2, Encoding.BigEndianUnicode, []), (4, 3, Encoding.UTF8, []),
        })
        {
            byte[] tag = Tag(version, Frame(version, "TSSE", [3, .. new byte[200]]),
                Frame(version, "TPE1", [encoding, .. mark, .. how.GetBytes("Ä\0B")]),
                Frame(version, "TIT2", [encoding, .. mark, .. how.GetBytes("Größe\r\n")]));

            Assert.Equal(new SoundTags("Größe", "Ä"), Id3Track.Read(tag));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Text_marked_Latin_1_or_UTF_8_is_read_as_UTF_8_if_valid_otherwise_as_Windows_1252(byte encoding)
    {
        byte[] tag = Tag(4, Frame(4, "TIT2", [encoding, .. "Don"u8, 0x92, .. "t"u8]), Frame(4, "TPE1", [encoding, .. "Größe"u8]));

        Assert.Equal(new SoundTags("Don’t", "Größe"), Id3Track.Read(tag));
    }

    [Fact]
    public void Frames_with_wrong_lengths_or_of_other_kinds_are_not_read()
    {
        byte[] title = Frame(4, "TIT2", [3, (byte)'x']);
        Assert.NotNull(Id3Track.Read(Tag(4, title)).Title);
        Assert.Null(Id3Track.Read(Tag(5, title)).Title);
        Assert.Equal(new SoundTags(null, "x"), Id3Track.Read(Tag(4, Frame(4, "TPE1", [3, (byte)'x']))));
        Assert.Null(Id3Track.Read(Tag(4, Frame(4, "TIT2", [9, (byte)'x']))).Title);
        Assert.Null(Id3Track.Read(Tag(4, title).AsSpan()[..^1]).Title);

        var noise = new Noise(3);
        byte[][] samples = [Tag(4, Frame(4, "TPE1", [1, 0xFF, 0xFE, 65, 0]), title), Tag(3, title)];
        for (int i = 0; i < 30_000; i++)
        {
            Assert.True(Id3Track.Read(noise.Mutation(samples)) is not { Title.Length: > TagText.MaxLength });
        }
    }

    private static byte[] Tag(byte version, params byte[][] frames)
    {
        byte[] body = [.. frames.SelectMany(frame => frame)];
        return [.. "ID3"u8, version, 0, 0, 0, 0, (byte)(body.Length >> 7), (byte)(body.Length & 0x7F), .. body];
    }

    private static byte[] Frame(byte version, string id, byte[] body)
    {
        byte[] length = version == 4
            ? [0, 0, (byte)(body.Length >> 7), (byte)(body.Length & 0x7F)] : [0, 0, (byte)(body.Length >> 8), (byte)body.Length];
        return [.. Encoding.ASCII.GetBytes(id), .. length, 0, 0, .. body];
    }
}
