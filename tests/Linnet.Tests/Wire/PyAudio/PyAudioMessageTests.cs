using System.Buffers.Binary;
using System.Text;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Wire.PyAudio;

public class PyAudioMessageTests
{
    // Protocol, bytes of audio, the bytes before and after the audio, from Python 3.11: struct.pack("Q", …) and pickle.dumps.
    public static TheoryData<int, int, string, string> Table { get; } = new()
    {
        { 4, 0, "0f00000000000000 8004 95 0400000000000000 4300", "942e" },
        { 4, 1, "1000000000000000 8004 95 0500000000000000 4301", "942e" },
        { 4, 255, "0e01000000000000 8004 95 0301000000000000 43ff", "942e" },
        { 4, 256, "1201000000000000 8004 95 0701000000000000 4200010000", "942e" },
        { 4, 4064, "f20f000000000000 8004 95 e70f000000000000 42e00f0000", "942e" },
        { 4, 4096, "1210000000000000 8004 95 0710000000000000 4200100000", "942e" },
        { 4, 40_960, "12a0000000000000 8004 95 07a0000000000000 4200a00000", "942e" },
        { 4, 65_535, "1100010000000000 8004 95 0600010000000000 42ffff0000", "942e" },
        { 4, 65_536, "0900010000000000 8004 4200000100", "942e" },
        { 3, 0, "0700000000000000 8003 4300", "71002e" },
        { 3, 1, "0800000000000000 8003 4301", "71002e" },
        { 3, 255, "0601000000000000 8003 43ff", "71002e" },
        { 3, 256, "0a01000000000000 8003 4200010000", "71002e" },
        { 3, 4064, "ea0f000000000000 8003 42e00f0000", "71002e" },
        { 3, 4096, "0a10000000000000 8003 4200100000", "71002e" },
        { 3, 40_960, "0aa0000000000000 8003 4200a00000", "71002e" },
        { 3, 65_535, "0900010000000000 8003 42ffff0000", "71002e" },
        { 3, 65_536, "0a00010000000000 8003 4200000100", "71002e" },
        { 5, 0, "0f00000000000000 8005 95 0400000000000000 4300", "942e" },
        { 5, 1, "1000000000000000 8005 95 0500000000000000 4301", "942e" },
        { 5, 255, "0e01000000000000 8005 95 0301000000000000 43ff", "942e" },
        { 5, 256, "1201000000000000 8005 95 0701000000000000 4200010000", "942e" },
        { 5, 4064, "f20f000000000000 8005 95 e70f000000000000 42e00f0000", "942e" },
        { 5, 4096, "1210000000000000 8005 95 0710000000000000 4200100000", "942e" },
        { 5, 40_960, "12a0000000000000 8005 95 07a0000000000000 4200a00000", "942e" },
        { 5, 65_535, "1100010000000000 8005 95 0600010000000000 42ffff0000", "942e" },
        { 5, 65_536, "0900010000000000 8005 4200000100", "942e" },
    };

    // What is wrong, and the message.
    public static TheoryData<string, string> Refused { get; } = new()
    {
        { "a length of 2^50", "0000000000000400 8004" },
        { "a length above the limit", "0100100000000000" },
        { "the largest possible length", "ffffffffffffffff" },
        { "a length too short for any message", "0400000000000000" },
        { "no protocol", "0f00000000000000 43" },
        { "protocol 2", "0f00000000000000 8002" },
        { "protocol 6", "0f00000000000000 8006" },
        { "a frame shorter than the rest", "0f00000000000000 8004 95 0300000000000000" },
        { "a frame longer than the rest", "0f00000000000000 8004 95 0500000000000000" },
        { "two frames", "1800000000000000 8004 95 0d00000000000000 95 0400000000000000 4300 942e" },
        { "a text", "1300000000000000 8004 95 0800000000000000 8c 04 61626364 942e" },
        { "nothing (None)", "0400000000000000 8004 4e 2e" },
        { "a global, which could create any object", "1900000000000000 8003 63 6f730a73797374656d0a" },
        { "a stack global", "1d00000000000000 8004 95 1200000000000000 93" },
        { "a call", "1d00000000000000 8004 95 1200000000000000 52" },
        { "sound that is longer than its message", "0f00000000000000 8004 95 0400000000000000 4303" },
        { "sound that is shorter than its message", "1300000000000000 8004 95 0800000000000000 4300" },
        { "sound of 2^64 − 1 bytes", "1600000000000000 8004 95 0b00000000000000 8e ffffffffffffffff" },
        { "sound of 2^32 − 1 bytes", "1200000000000000 8004 95 0700000000000000 42 ffffffff" },
        { "no end", "0f00000000000000 8004 95 0400000000000000 4300 9494" },
        { "an end too early", "0f00000000000000 8004 95 0400000000000000 4300 2e2e" },
        { "a bytes object and then a call", "1000000000000000 8004 95 0500000000000000 4300 94 52 2e" },
        { "a memo of four bytes", "0a00000000000000 8003 4300 72000000002e" },
        { "a length field that does not fit", "0500000000000000 8003 42" },
        { "a frame that does not fit", "0500000000000000 8003 95" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_length_and_protocol_is_read_byte_for_byte(int protocol, int soundLength, string head, string tail)
    {
        byte[] message = Build(head, soundLength, tail);

        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read([.. message, 0xFF], out PyAudioMessage read));
        Assert.Equal(protocol, message[9]);
        Assert.Equal(message.Length, read.Length);
        Assert.Equal(Sound(soundLength), read.Sound.ToArray());
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_length_is_written_byte_for_byte_as_protocol_4(int protocol, int soundLength, string head, string tail)
    {
        if (protocol != 4)
        {
            return;
        }

        byte[] message = new byte[PyAudioMessage.HeadLength(soundLength) + soundLength + PyAudioMessage.TailLength];
        Sound(soundLength).CopyTo(message, PyAudioMessage.HeadLength(soundLength));

        Assert.Equal(message.Length, PyAudioMessage.WriteAround(message, soundLength));
        Assert.Equal(Build(head, soundLength, tail), message);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_message_cut_anywhere_needs_more(int protocol, int soundLength, string head, string tail)
    {
        byte[] message = Build(head, soundLength, tail);
        Assert.Equal(protocol, message[9]);
        for (int length = 0; length < message.Length; length++)
        {
            Assert.Equal(PyAudioReadResult.NeedMore, PyAudioMessage.Read(message.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Anything_else_is_refused_as_soon_as_possible(string what, string message)
    {
        byte[] bytes = Hex(message);

        Assert.True(PyAudioMessage.Read(bytes, out _) is PyAudioReadResult.Invalid, what);

        // No further bytes can make it valid.
        Assert.True(PyAudioMessage.Read([.. bytes, .. new byte[70_000]], out _) is PyAudioReadResult.Invalid, what);
    }

    [Fact]
    public void Other_encodings_of_the_same_object_are_read_too()
    {
        byte[] plain = Hex("0700000000000000 8003 4302 abab 2e");
        byte[] framed = Hex("1600000000000000 8005 95 0b00000000000000 8e 0000000000000000 94 2e");
        byte[] numbered = Hex("0800000000000000 8004 4301 ab 71 ff 2e");

        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(plain, out PyAudioMessage read));
        Assert.Equal([0xAB, 0xAB], read.Sound.ToArray());
        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(framed, out read));
        Assert.Equal(0, read.Sound.Length);
        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(numbered, out read));
        Assert.Equal([0xAB], read.Sound.ToArray());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("DESCRIBE rtsp://localhost/ RTSP/1.0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    public void Text_of_another_protocol_is_refused(string text) =>
        Assert.Equal(PyAudioReadResult.Invalid, PyAudioMessage.Read(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void The_longest_message_is_read_and_written_and_one_longer_is_not()
    {
        int soundLength = PyAudioMessage.MaxLength - PyAudioMessage.HeadLength(1 << 20) - PyAudioMessage.TailLength;
        byte[] message = new byte[PyAudioMessage.MaxLength + 1];

        Assert.Equal(PyAudioMessage.MaxLength, PyAudioMessage.WriteAround(message, soundLength));
        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(message, out PyAudioMessage read));
        Assert.Equal(soundLength, read.Sound.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => PyAudioMessage.WriteAround(message, soundLength + 1));
    }

    [Fact]
    public void Noise_never_throws_and_only_the_known_shapes_are_accepted()
    {
        var noise = new Noise(9610);
        byte[][] samples =
            [.. Table.Select(row => row.Data).Where(row => row.Item2 <= 256).Select(row => Build(row.Item3, row.Item2, row.Item4))];
        int read = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] input = noise.Mutation(samples);
            if (PyAudioMessage.Read(input, out PyAudioMessage message) is not PyAudioReadResult.Done)
            {
                continue;
            }

            read++;
            Assert.InRange(message.Length, 13, input.Length);
            Assert.True(IsOneOfTheShapes(input.AsSpan(8, message.Length - 8), message.Sound), Convert.ToHexString(input));
            Assert.Equal((ulong)message.Length - 8, BinaryPrimitives.ReadUInt64LittleEndian(input));
        }

        Assert.InRange(read, 10_000, 190_000);
    }

    /// <summary>Builds every allowed shape around this audio, and looks for the pickle among them.</summary>
    private static bool IsOneOfTheShapes(ReadOnlySpan<byte> pickle, ReadOnlySpan<byte> sound)
    {
        byte[] n = BitConverter.GetBytes((ulong)sound.Length);
        byte[] opcode = pickle[2] == 0x95 ? [pickle[11]] : [pickle[2]];
        byte[] object_ = [.. opcode, .. opcode[0] switch { 0x43 => n[..1], 0x42 => n[..4], 0x8E => n, _ => [] }, .. sound];
        foreach (byte[] tail in (byte[][])[[0x2E], [0x94, 0x2E], [0x71, pickle[^2], 0x2E]])
        {
            byte[] body = [.. object_, .. tail];
            byte[] framed = [0x95, .. BitConverter.GetBytes((ulong)body.Length), .. body];
            for (byte protocol = 3; protocol <= 5; protocol++)
            {
                byte[] plain = [0x80, protocol, .. body];
                byte[] inFrame = [0x80, protocol, .. framed];
                if (pickle.SequenceEqual(plain) || pickle.SequenceEqual(inFrame))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static byte[] Build(string head, int soundLength, string tail) => [.. Hex(head), .. Sound(soundLength), .. Hex(tail)];

    private static byte[] Sound(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
