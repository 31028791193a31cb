using System.Text;
using Linnet.Wire.Http;

namespace Linnet.Tests.Wire.Http;

public class HttpBodyReaderTests
{
    private static readonly HttpBodyFraming Chunked = new(HttpBodyKind.Chunked);

    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("5\r\nhello\r\n00006\r\n world\r\n0\r\n\r\nrest", "hello world")]
    [InlineData("5;a=b;c=\"d\"\r\nhello\r\n0;x\r\nTrailer: y\r\nOther: z\r\n\r\nrest", "hello")]
    [InlineData("A\n0123456789\n0\n\n", "0123456789")]
    [InlineData("a \r\n0123456789\r\n0\r\n\r\n", "0123456789")]
    [InlineData("0\r\n\r\n", "")]
    public void Chunks_are_put_together_whatever_the_pieces(string body, string expected)
    {
        foreach (int piece in new[] { 1, 2, 3, 1000 })
        {
            var reader = new HttpBodyReader(Chunked);
            Assert.Equal(expected, ReadAll(reader, Encoding.ASCII.GetBytes(body), () => piece));
            Assert.Equal((true, false), (reader.HasEnded, reader.IsInvalid));
        }
    }

    [Theory]
    [InlineData("\r\n", "no size")]
    [InlineData("-5\r\nhello", "a sign")]
    [InlineData("0x5\r\nhello", "a prefix")]
    [InlineData("g\r\n", "no digit")]
    [InlineData(";a\r\n", "an extension without a size")]
    [InlineData("100000001\r\n", "more than a chunk may have")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF\r\n", "more than a number holds")]
    [InlineData("5\r\nhello0\r\n\r\n", "no line end behind a chunk")]
    [InlineData("5\r\nhello\r\r\n", "two CRs behind a chunk")]
    public void Malformed_chunks_are_refused(string body, string why)
    {
        var reader = new HttpBodyReader(Chunked);
        ReadAll(reader, Encoding.ASCII.GetBytes(body), () => 1);

        Assert.True(reader.IsInvalid && reader.HasEnded, why);
    }

    [Fact]
    public void Sizes_extensions_and_trailers_end_somewhere()
    {
        foreach (string body in new[]
        {
            new string('0', 2000), "5;" + new string('a', 2000), "0\r\n" + new string('a', 2000),
            "0\r\n" + string.Concat(Enumerable.Repeat("a: b\r\n", 40)),
        })
        {
            var reader = new HttpBodyReader(Chunked);
            ReadAll(reader, Encoding.ASCII.GetBytes(body), () => 100);
            Assert.True(reader.IsInvalid, body[..10]);
        }
    }

    [Fact]
    public void A_length_ends_the_body_and_without_one_nothing_does()
    {
        var counted = new HttpBodyReader(new HttpBodyFraming(HttpBodyKind.Length, 5));
        Assert.Equal("hello", ReadAll(counted, "hello world"u8.ToArray(), () => 2));
        Assert.True(counted.HasEnded);
        Assert.True(new HttpBodyReader(new HttpBodyFraming(HttpBodyKind.Length, 0)).HasEnded);

        var endless = new HttpBodyReader(new HttpBodyFraming(HttpBodyKind.UntilClose));
        Assert.Equal("hello world", ReadAll(endless, "hello world"u8.ToArray(), () => 2));
        Assert.False(endless.HasEnded);
    }

    [Fact]
    public void Any_input_is_read_the_same_in_one_piece_and_in_many()
    {
        byte[][] samples = ["5\r\nhello\r\n6\r\n world\r\n0\r\nA: b\r\n\r\n"u8.ToArray(), "a;x=y\r\n0123456789\r\n0\r\n\r\n"u8.ToArray()];
        var noise = new Noise(9112);
        int whole = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] body = noise.Mutation(samples);
            var one = new HttpBodyReader(Chunked);
            var many = new HttpBodyReader(Chunked);
            Assert.Equal(ReadAll(one, body, () => int.MaxValue), ReadAll(many, body, () => noise.Next(9)));
            Assert.Equal((one.HasEnded, one.IsInvalid), (many.HasEnded, many.IsInvalid));
            whole += one is { HasEnded: true, IsInvalid: false } ? 1 : 0;
        }

        Assert.InRange(whole, 3_000, 27_000);
    }

    private static string ReadAll(HttpBodyReader reader, byte[] body, Func<int> next)
    {
        var text = new StringBuilder();
        for (int at = 0; at < body.Length && !reader.HasEnded;)
        {
            ReadOnlySpan<byte> piece = body.AsSpan(at, Math.Clamp(next(), 1, body.Length - at));
            at += piece.Length;
            while (!piece.IsEmpty && !reader.HasEnded)
            {
                int before = piece.Length;
                text.Append(Encoding.ASCII.GetString(reader.Read(ref piece)));
                Assert.True(piece.Length < before);
            }
        }

        return text.ToString();
    }
}
