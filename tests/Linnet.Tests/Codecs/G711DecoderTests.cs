using Linnet.Audio;
using Linnet.Codecs.Pcm;

namespace Linnet.Tests.Codecs;

public class G711DecoderTests
{
    // ITU-T G.711 tables 1a–2b, decoder output values, times 8 (A-law) and 4 (µ-law) to fill 16 bits.
    [Theory]
    [InlineData(0x80, 32124)]
    [InlineData(0x00, -32124)]
    [InlineData(0x8F, 16764)]
    [InlineData(0x9F, 8316)]
    [InlineData(0xAF, 4092)]
    [InlineData(0xBF, 1980)]
    [InlineData(0xCF, 924)]
    [InlineData(0xDF, 396)]
    [InlineData(0xEF, 132)]
    [InlineData(0xFE, 8)]
    [InlineData(0x7E, -8)]
    [InlineData(0xFF, 0)]
    [InlineData(0x7F, 0)]
    public void Mu_law_bytes_have_the_values_of_the_table(byte code, int value) => Assert.Equal(value, G711.MuLawValue(code));

    [Theory]
    [InlineData(0xD5, 8)]
    [InlineData(0x55, -8)]
    [InlineData(0xD4, 24)]
    [InlineData(0xC5, 264)]
    [InlineData(0xF5, 528)]
    [InlineData(0xE5, 1056)]
    [InlineData(0x95, 2112)]
    [InlineData(0x85, 4224)]
    [InlineData(0xB5, 8448)]
    [InlineData(0xA5, 16896)]
    [InlineData(0xAA, 32256)]
    [InlineData(0x2A, -32256)]
    public void A_law_bytes_have_the_values_of_the_table(byte code, int value) => Assert.Equal(value, G711.ALawValue(code));

    [Fact]
    public void Steps_grow_with_the_level_and_the_halves_are_symmetric()
    {
        // Both laws invert bits; the codes are in order once that is undone.
        int[] mu = [.. Enumerable.Range(0, 128).Select(code => G711.MuLawValue((byte)~code))];
        int[] a = [.. Enumerable.Range(0, 128).Select(code => G711.ALawValue((byte)((code | 0x80) ^ 0x55)))];

        foreach (int[] values in new[] { mu, a })
        {
            int[] magnitudes = [.. values.Select(Math.Abs)];
            int[] steps = [.. magnitudes.Skip(1).Zip(magnitudes, (next, value) => next - value)];
            Assert.All(steps, step => Assert.True(step > 0));
            Assert.Equal(steps.Order(), steps);
        }

        for (int code = 0; code < 128; code++)
        {
            Assert.Equal(-G711.MuLawValue((byte)code), G711.MuLawValue((byte)(code | 0x80)));
            Assert.Equal(-G711.ALawValue((byte)code), G711.ALawValue((byte)(code | 0x80)));
        }
    }

    [Fact]
    public void A_packet_of_bytes_is_as_many_samples()
    {
        using G711Decoder mu = G711Decoder.ForMuLaw(new AudioFormat(8_000, 1));
        using G711Decoder a = G711Decoder.ForALaw(new AudioFormat(16_000, 2));
        float[] pcm = new float[16_000];

        Assert.True(mu.TryDecode([0x80, 0x00, 0xFF], pcm, out int frames));
        Assert.Equal(3, frames);
        Assert.Equal([32124 / 32768f, -32124 / 32768f, 0], pcm[..3]);

        Assert.True(a.TryDecode([0xAA, 0x2A], pcm, out frames));
        Assert.Equal(1, frames);
        Assert.Equal([32256 / 32768f, -32256 / 32768f], pcm[..2]);

        Assert.False(a.TryDecode([0xAA], pcm, out _));
    }
}
