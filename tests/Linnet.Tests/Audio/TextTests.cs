using System.Text;
using Linnet.Audio;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Audio;

/// <summary>Decoding untrusted bytes to text.</summary>
public class TextTests
{
    [Fact]
    public void Bytes_that_are_not_UTF_8_are_Windows_1252()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        string text = CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(all);

        Assert.Equal(text, Windows1252.Decode(all));
        Assert.True(Windows1252.TryEncode(text, out byte[] again));
        Assert.Equal(all, again);
        Assert.False(Windows1252.TryEncode("日", out _));
        Assert.False(Windows1252.TryEncode("\u0100", out _));
        Assert.Equal("Don’t – €", TagText.Decode([.. "Don"u8, 0x92, .. "t "u8, 0x96, .. " "u8, 0x80]));
        Assert.Equal("Don’t – €", TagText.Decode("Don’t – €"u8));
    }

    [Fact]
    public void A_long_title_is_not_cut_inside_a_character()
    {
        for (int shift = 0; shift < 4; shift++)
        {
            string text = new string('a', shift) + string.Concat(Enumerable.Repeat("😀", 1000));

            Assert.Equal(text[..(256 - (shift % 2))], TagText.Decode(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Theory]
    [InlineData("windows-1251", 1251)]
    [InlineData("CP1251", 1251)]
    [InlineData("cp-1251", 1251)]
    [InlineData(" \"koi8-r\" ", 20866)]
    [InlineData("Shift_JIS", 932)]
    [InlineData("gb18030", 54936)]
    [InlineData("iso-8859-2", 28592)]
    [InlineData("ISO-8859-1", 1252)]
    [InlineData("latin1", 1252)]
    [InlineData("utf-16", 1200)]
    [InlineData("utf-8", null)]
    [InlineData("us-ascii", null)]
    [InlineData("utf-7", null)]
    [InlineData("klingon", null)]
    [InlineData("cp99999999999", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_encoding_is_found_by_any_name_that_dotnet_knows(string? name, int? codePage) =>
        Assert.Equal(codePage, NamedEncoding.Find(name)?.CodePage);

    [Fact]
    public void No_byte_is_lost_in_text()
    {
        var noise = new Noise(4);
        byte[][] samples = [[.. "Caf\u00E9 日本 😀 a.wav"u8], [0xE9, 0x80, 0xFF, 0xED, 0xB2, 0x80, 0xC3]];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = noise.Mutation(samples);
            string text = ByteText.Decode(bytes);

            Assert.Equal(bytes, ByteText.Encode(text));
            Assert.Equal(ByteText.HasBytes(text), !IsUtf8(bytes));
            Assert.False(ByteText.HasBytes(ByteText.Shown(text)));
        }

        static bool IsUtf8(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes);
    }

    [Fact]
    public void Each_name_of_a_path_is_decoded_separately()
    {
        string path = ByteText.Decode([.. "/Mühe/Caf"u8, 0xE9, .. "/日.wav"u8]);

        Assert.Equal("/Mühe/Café/日.wav", ByteText.Shown(path));
        Assert.Equal("/a/日.wav", ByteText.Shown("/a/日.wav"));
        Assert.Equal("Пикник", ByteText.ToText(ByteText.Decode([0xCF, 0xE8, 0xEA, 0xED, 0xE8, 0xEA]), NamedEncoding.Find("windows-1251")));
    }
}
