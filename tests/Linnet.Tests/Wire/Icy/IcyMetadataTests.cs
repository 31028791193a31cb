using System.Text;
using Linnet.Audio;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;

namespace Linnet.Tests.Wire.Icy;

public class IcyMetadataTests
{
    [Fact]
    public void A_block_is_written_byte_for_byte()
    {
        Assert.Equal("\u0001StreamTitle='';\0", Encoding.Latin1.GetString(new IcyMetadata("").ToBlock()));
        Assert.Equal("\u0002StreamTitle='A - B';" + new string('\0', 12),
            Encoding.Latin1.GetString(IcyMetadata.Of(new TrackInfo("B", "A")).ToBlock()));
        Assert.Equal("\u0002StreamTitle='x';StreamUrl='y';\0\0", Encoding.Latin1.GetString(new IcyMetadata("x", "y").ToBlock()));
        Assert.Equal([0], IcyMetadata.Unchanged.ToArray());
    }

    [Theory]
    [InlineData("It's me")]
    [InlineData("'quoted'")]
    [InlineData("Пикник – Фиолетово-чёрный")]
    [InlineData("a;b=c")]
    [InlineData(";")]
    [InlineData("")]
    public void A_written_title_is_read_back(string title)
    {
        byte[] block = new IcyMetadata(title, "http://host/").ToBlock();

        Assert.Equal(block.Length, 1 + (16 * block[0]));
        Assert.Equal(new IcyMetadata(title, "http://host/"), IcyMetadata.Parse(block.AsSpan(1)));
    }

    [Fact]
    public void A_title_cannot_end_its_field_or_exceed_a_block()
    {
        Assert.Equal(new IcyMetadata("x’;StreamUrl='evil"),
            IcyMetadata.Parse(new IcyMetadata("x';StreamUrl='evil").ToBlock().AsSpan(1)) with { Url = null });
        Assert.Equal("a b", IcyMetadata.Parse(new IcyMetadata("a\r\n\0b").ToBlock().AsSpan(1)).Title);
        byte[] block = new IcyMetadata(new string('漢', 10_000), new string('字', 10_000)).ToBlock();
        Assert.InRange(block.Length, 1500, IcyMetadata.MaxBlock);
        Assert.Equal(new string('漢', 256), IcyMetadata.Parse(block.AsSpan(1)).Title);
    }

    [Theory]
    [InlineData("StreamTitle='a'", "a")]
    [InlineData("StreamTitle='a", "a")]
    [InlineData("StreamTitle='caf\u00E9';", "café")]
    [InlineData("StreamTitle='Don\u0092t \u0096 \u0093x\u0094';", "Don’t – “x”")]
    [InlineData("StreamTitle=\"a b\";StreamUrl='c';", "a b")]
    [InlineData("StreamTitle=\"It's 'so';\";StreamUrl=\"c\";", "It's 'so';")]
    [InlineData("StreamTitle='say \"x\";';", "say \"x\";")]
    [InlineData("StreamTitle=\"a", "a")]
    [InlineData("StreamTitle=\"a\"", "a")]
    [InlineData("StreamTitle=a b;StreamUrl='c';", "a b")]
    [InlineData("StreamTitle=\"\";", "")]
    [InlineData("StreamTitle=", "")]
    [InlineData("StreamUrl='b';", null)]
    [InlineData("StreamUrl='http://h/?StreamTitle=x';StreamTitle='Right';", "Right")]
    [InlineData("XStreamTitle='x'; StreamTitle='Right';", "Right")]
    [InlineData("  StreamTitle='Right';", "Right")]
    [InlineData("StreamUrl='x StreamTitle=y';", null)]
    [InlineData("", null)]
    [InlineData("streamtitle", null)]
    public void Blocks_of_other_programs_are_read_as_far_as_possible(string text, string? title) =>
        Assert.Equal(title, IcyMetadata.Parse(Encoding.Latin1.GetBytes(text)).Title);

    [Theory]
    [InlineData("StreamTitle='\u00CF\u00E8\u00EA\u00ED\u00E8\u00EA';", "windows-1251", "Пикник")]
    [InlineData("StreamTitle='\u00CF\u00E8\u00EA\u00ED\u00E8\u00EA';", null, "Ïèêíèê")]
    [InlineData("StreamTitle='\u00C3\u00A9';", "iso-8859-1", "Ã©")]
    [InlineData("StreamTitle='\u00C3\u00A9';", "utf-8", "é")]
    public void A_named_encoding_is_used(string text, string? name, string title)
    {
        byte[] block = Encoding.Latin1.GetBytes(text);
        var reader = new IcyStreamReader(1, Linnet.Audio.NamedEncoding.Find(name));
        ReadOnlySpan<byte> stream = [0, (byte)((block.Length + 15) / 16), .. block, .. new byte[15 - ((block.Length + 15) % 16)], 0];

        reader.Read(ref stream, out _);
        reader.Read(ref stream, out IcyMetadata? metadata);

        Assert.Equal(title, metadata?.Title);
    }

    [Fact]
    public void Audio_and_titles_are_separated_in_pieces_of_any_size()
    {
        byte[] stream =
        [
            .. "0123456789"u8, .. new IcyMetadata("One").ToBlock(), .. "abcdefghij"u8, 0, .. "ABCDEFGHIJ"u8,
            .. new IcyMetadata("Two").ToBlock(), .. "end"u8,
        ];
        foreach (int piece in new[] { 1, 3, 7, 1000 })
        {
            Assert.Equal("0123456789[One]abcdefghijABCDEFGHIJ[Two]end", ReadAll(stream, 10, () => piece));
        }

        Assert.Equal("0123", ReadAll("0123"u8.ToArray(), 0, () => 2));
    }

    [Fact]
    public void Any_input_is_separated_the_same_in_one_piece_and_in_many()
    {
        byte[][] samples =
            [[.. "01234"u8, .. new IcyMetadata("One").ToBlock(), .. "56789"u8, 0, .. "abcde"u8, .. new IcyMetadata("it's", "u").ToBlock()]];
        var noise = new Noise(4080);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stream = noise.Mutation(samples);
            Assert.Equal(ReadAll(stream, 5, () => int.MaxValue), ReadAll(stream, 5, () => noise.Next(9)));
        }
    }

    private static string ReadAll(byte[] stream, int interval, Func<int> next)
    {
        var reader = new IcyStreamReader(interval);
        var text = new StringBuilder();
        for (int at = 0; at < stream.Length;)
        {
            ReadOnlySpan<byte> piece = stream.AsSpan(at, Math.Clamp(next(), 1, stream.Length - at));
            at += piece.Length;
            while (!piece.IsEmpty)
            {
                int before = piece.Length;
                string sound = Encoding.Latin1.GetString(reader.Read(ref piece, out IcyMetadata? metadata));
                text.Append(metadata is null ? "" : $"[{metadata.Title}]").Append(sound);
                Assert.True(piece.Length < before);
            }
        }

        return text.ToString();
    }
}
