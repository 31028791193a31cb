using System.Buffers;
using System.Text;
using Linnet.Wire.WebSocket;

namespace Linnet.Tests.Wire.WebSocket;

public class WebSocketReaderTests
{
    private static readonly byte[] Mask = [0x37, 0xfa, 0x21, 0x3d];

    [Fact]
    public void The_examples_of_RFC_6455_are_read()
    {
        // §5.7: a masked text, whole and in the bytes of a masked pong.
        byte[] text = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        byte[] pong = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];

        Assert.Equal([(WebSocketOpcode.Text, "Hello"), (WebSocketOpcode.Pong, "Hello")], Read([.. text, .. pong], out _));
    }

    [Fact]
    public void Messages_come_out_whole_however_they_are_cut()
    {
        byte[] bytes = [
            .. Frame(0x01, "one "), .. Frame(0x89, "ping"), .. Frame(0x00, "two "), .. Frame(0x80, "three"), .. Frame(0x81, ""),
            .. Frame(0x82, new string('x', 126)), .. Frame(0x81, new string('y', 1024)), .. Frame(0x88, "\x03\xe8")];
        (WebSocketOpcode, string)[] expected =
        [
            (WebSocketOpcode.Ping, "ping"), (WebSocketOpcode.Text, "one two three"), (WebSocketOpcode.Text, ""),
            (WebSocketOpcode.Binary, new string('x', 126)), (WebSocketOpcode.Text, new string('y', 1024)),
            (WebSocketOpcode.Close, "\x03\xe8"),
        ];

        foreach (int step in (int[])[1, 2, 3, 7, 100, bytes.Length])
        {
            var reader = new WebSocketReader();
            var messages = new List<(WebSocketOpcode, string)>();
            int taken = 0;
            for (int end = 0; end < bytes.Length;)
            {
                end = Math.Min(bytes.Length, end + step);
                var buffer = new ReadOnlySequence<byte>(bytes, taken, end - taken);
                while (reader.TryRead(ref buffer, out WebSocketMessage message))
                {
                    messages.Add((message.Kind, Encoding.Latin1.GetString(message.Payload.Span)));
                }

                taken = end - (int)buffer.Length;
            }

            Assert.Null(reader.Fault);
            Assert.Equal(expected, messages);
        }
    }

    [Fact]
    public void A_message_of_many_pieces_is_refused()
    {
        byte[] pieces = [.. Frame(0x01, "x"), .. Enumerable.Range(0, 15).SelectMany(static _ => Frame(0x00, ""))];
        Assert.Equal([(WebSocketOpcode.Text, "x")], Read([.. pieces[..^6], .. Frame(0x80, "")], out WebSocketClose? none));
        Assert.Null(none);

        Assert.Empty(Read([.. pieces, .. Frame(0x80, "")], out WebSocketClose? fault));
        Assert.Equal(WebSocketClose.PolicyViolation, fault);
    }

    [Theory]
    [InlineData("8105 48656c6c6f", WebSocketClose.ProtocolError)] // Not masked.
    [InlineData("c185 00000000 48656c6c6f", WebSocketClose.ProtocolError)] // A reserved bit.
    [InlineData("8385 00000000 48656c6c6f", WebSocketClose.ProtocolError)] // An opcode that does not exist.
    [InlineData("8b80 00000000", WebSocketClose.ProtocolError)] // A control opcode that does not exist.
    [InlineData("0980 00000000", WebSocketClose.ProtocolError)] // A ping in fragments.
    [InlineData("89fe 007e 00000000", WebSocketClose.ProtocolError)] // A ping that is too long.
    [InlineData("8080 00000000", WebSocketClose.ProtocolError)] // Continues nothing.
    [InlineData("0180 00000000 8180 00000000", WebSocketClose.ProtocolError)] // Begins within another.
    [InlineData("81fe 0005 00000000 48656c6c6f", WebSocketClose.ProtocolError)] // A length that is longer than it needs to be.
    [InlineData("81fe 0401 00000000", WebSocketClose.TooBig)]
    [InlineData("81ff 0000000000010000 00000000", WebSocketClose.TooBig)]
    [InlineData("81ff ffffffffffffffff 00000000", WebSocketClose.TooBig)]
    [InlineData("8182 00000000 c328", WebSocketClose.InvalidData)] // Not UTF-8.
    [InlineData("8881 00000000 03", WebSocketClose.ProtocolError)] // Half a code.
    [InlineData("8882 00000000 03ec", WebSocketClose.ProtocolError)] // 1004 is reserved.
    [InlineData("8882 00000000 0000", WebSocketClose.ProtocolError)]
    [InlineData("8884 00000000 03e8c328", WebSocketClose.InvalidData)] // A reason that is not UTF-8.
    internal void What_breaks_the_protocol_is_refused(string hex, WebSocketClose fault)
    {
        Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out WebSocketClose? found);

        Assert.Equal(fault, found);
    }

    [Fact]
    public void Fragments_together_have_the_limit_of_a_message()
    {
        Read([.. Frame(0x01, new string('x', 1000)), .. Frame(0x80, new string('x', 25))], out WebSocketClose? fault);

        Assert.Equal(WebSocketClose.TooBig, fault);
    }

    [Fact]
    public void Noise_never_throws_and_makes_no_long_message()
    {
        var noise = new Noise(seed: 16);
        byte[][] samples = [
            [.. Frame(0x81, """{"type":"time","sent":1}""")], [.. Frame(0x01, "a"), .. Frame(0x80, "b")], [.. Frame(0x89, "p")],
            [.. Frame(0x88, "\x03\xe8")]];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = noise.Mutation(samples);
            foreach ((WebSocketOpcode kind, string payload) in Read(bytes, out WebSocketClose? _))
            {
                Assert.InRange(payload.Length, 0, WebSocketReader.MaxMessage);
                Assert.NotEqual(WebSocketOpcode.Continuation, kind);
            }
        }
    }

    [Fact]
    public void Noise_in_place_of_a_question_never_throws()
    {
        var noise = new Noise(seed: 17);
        byte[][] samples = [
            """{"type":"time","sent":1}"""u8.ToArray(), """{"type":"\ud800","sent":1e999}"""u8.ToArray(),
            """[{"type":[[]]}]"""u8.ToArray()];
        for (int i = 0; i < 50_000; i++)
        {
            LiveMessage.TryRead(noise.Mutation(samples), out _);
        }

        Assert.True(LiveMessage.TryRead(samples[0], out long? sent) && sent == 1);
    }

    private static byte[] Frame(byte first, string payload)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(payload);
        byte[] length = bytes.Length < 126 ? [(byte)(0x80 | bytes.Length)] : [0xFE, (byte)(bytes.Length >> 8), (byte)bytes.Length];
        return [first, .. length, .. Mask, .. bytes.Select(static (b, i) => (byte)(b ^ Mask[i % 4]))];
    }

    private static List<(WebSocketOpcode Kind, string Payload)> Read(byte[] bytes, out WebSocketClose? fault)
    {
        var reader = new WebSocketReader();
        var buffer = new ReadOnlySequence<byte>(bytes);
        var messages = new List<(WebSocketOpcode, string)>();
        while (reader.TryRead(ref buffer, out WebSocketMessage message))
        {
            messages.Add((message.Kind, Encoding.Latin1.GetString(message.Payload.Span)));
        }

        fault = reader.Fault;
        return messages;
    }
}
