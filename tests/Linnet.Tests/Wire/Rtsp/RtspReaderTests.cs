using System.Buffers;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class RtspReaderTests
{
    private const string Exchange =
        "OPTIONS rtsp://[::1]:8554/jazz RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: someone\r\n\r\n" +
        "\r\nSET_PARAMETER rtsp://h/jazz RTSP/1.0\r\ncseq:2\r\nContent-Length: 5\r\n\r\nab\r\nc" +
        "$\x01\0\x03\r\n$" +
        "$\0\0\0" +
        "RTSP/1.0 200 OK\nCSeq : 3\nX-Folded: one\n\t two \n \n\n" +
        "RTSP/1.0 999\r\n\r\n";

    private static readonly string[] ExchangeRead =
    [
        "OPTIONS rtsp://[::1]:8554/jazz | CSeq=1 User-Agent=someone | ",
        "SET_PARAMETER rtsp://h/jazz | cseq=2 Content-Length=5 | ab\r\nc",
        "$1 \r\n$",
        "$0 ",
        "200 OK | CSeq=3 X-Folded=one two | ",
        "999  |  | ",
        "0 left",
    ];

    private static readonly byte[] ExchangeBytes = Encoding.Latin1.GetBytes(Exchange);

    [Fact]
    public void Messages_and_frames_are_read_in_order() => Assert.Equal(ExchangeRead, Reading.All(ExchangeBytes));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_are_the_same_wherever_the_pieces_part(bool segmented)
    {
        for (int at = 1; at < Exchange.Length; at++)
        {
            int first = at;
            Assert.Equal(ExchangeRead, Reading.All(new RtspReader(), ExchangeBytes, start => start == 0 ? first : int.MaxValue, segmented));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void They_are_the_same_a_few_bytes_at_a_time(int length) =>
        Assert.Equal(ExchangeRead, Reading.All(new RtspReader(), ExchangeBytes, _ => length, segmented: true));

    [Fact]
    public void A_dollar_within_a_message_starts_no_frame() => Assert.Equal(
        ["PLAY * | $a=1 Content-Length=4 | $\0\0\0", "$7 ", "0 left"],
        Reading.All("PLAY * RTSP/1.0\r\n$a: 1\r\nContent-Length: 4\r\n\r\n$\0\0\0$\u0007\0\0"u8));

    [Theory]
    [InlineData("ffmpeg-client.bin", 5, 0)]
    [InlineData("gstreamer-client.bin", 5, 2)]
    [InlineData("gstreamer-server.bin", 5, 3)]
    public void A_real_connection_is_read_whole(string vector, int messages, int frames)
    {
        List<string> read = Reading.All(Vectors.Bytes(vector));

        Assert.Equal("0 left", read[^1]);
        Assert.Equal(frames, read.Count(line => line.StartsWith('$')));
        Assert.Equal(messages, read.Count - 1 - frames);
        Assert.Equal(read, Reading.All(new RtspReader(), Vectors.Bytes(vector), _ => 3));
    }

    [Theory]
    [InlineData("live555-client.txt", 6)]
    [InlineData("live555-server.txt", 4)]
    public void Messages_as_live555_writes_them_are_read(string vector, int messages)
    {
        List<string> read = Reading.All(Vectors.Text(vector));

        Assert.Equal(messages + 1, read.Count);
        Assert.Equal("0 left", read[^1]);
    }

    [Theory]
    [InlineData("rtsp://h/a RTSP/1.0\r\n\r\n", 400, "no method")]
    [InlineData("PLAY RTSP/1.0\r\n\r\n", 400, "no URI")]
    [InlineData("PLAY\r\n\r\n", 400, "one word")]
    [InlineData("PLAY  RTSP/1.0\r\n\r\n", 400, "an empty URI")]
    [InlineData("PLAY rtsp://h/a b RTSP/1.0\r\n\r\n", 400, "a space in the URI")]
    [InlineData("PLAY rtsp://h/\u00e9 RTSP/1.0\r\n\r\n", 400, "a URI beyond ASCII")]
    [InlineData("PL(AY rtsp://h/ RTSP/1.0\r\n\r\n", 400, "a separator in the method")]
    [InlineData(" PLAY rtsp://h/ RTSP/1.0\r\n\r\n", 400, "a space before the method")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0 \r\n\r\n", 400, "a space after the version")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400, "another protocol")]
    [InlineData("PLAY rtsp://h/ RTSP/2.0\r\n\r\n", 505, "RTSP 2.0")]
    [InlineData("PLAY rtsp://h/ RTSP/1.00\r\n\r\n", 400, "no version")]
    [InlineData("PLAY rtsp://h/ rtsp/1.0\r\n\r\n", 400, "a version in lower case")]
    [InlineData("RTSP/2.0 200 OK\r\n\r\n", 505, "a response of RTSP 2.0")]
    [InlineData("RTSP/1.0 20 OK\r\n\r\n", 400, "two digits of status")]
    [InlineData("RTSP/1.0 2000 OK\r\n\r\n", 400, "four digits of status")]
    [InlineData("RTSP/1.0 020 OK\r\n\r\n", 400, "a status below 100")]
    [InlineData("RTSP/1.0 2x0 OK\r\n\r\n", 400, "a letter in the status")]
    [InlineData("RTSP/1.0\r\n\r\n", 400, "no status")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nCSeq 1\r\n\r\n", 400, "no colon")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\n: 1\r\n\r\n", 400, "no name")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nC Seq: 1\r\n\r\n", 400, "a space in the name")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nA: b\rc\r\n\r\n", 400, "a lone CR in a value")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nA: b\0c\r\n\r\n", 400, "a zero in a value")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\r\n\r\n", 400, "two CRs")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\n folded: 1\r\n\r\n", 400, "a folded line that continues nothing")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 1\r\n 2\r\n\r\n", 400, "a folded Content-Length")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: -1\r\n", 400, "a negative Content-Length")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: +1\r\n", 400, "a sign before Content-Length")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 0x10\r\n", 400, "a hexadecimal Content-Length")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length:\r\n", 400, "an empty Content-Length")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 5, 5\r\n", 400, "a list of Content-Lengths")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 5\r\ncontent-length: 5\r\n", 400, "two Content-Lengths")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 65537\r\n", 413, "a body one byte too long")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 2147483648\r\n", 413, "2 GB to come")]
    [InlineData("PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 99999999999999999999\r\n", 413, "more to come than 64 bits can tell")]
    public void Violations_of_the_grammar_are_refused_at_once(string text, int status, string why)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new RtspReader();
        var buffer = new ReadOnlySequence<byte>(bytes);

        Assert.True(reader.Read(ref buffer, out _) == RtspReadResult.Invalid, why);
        Assert.Equal((RtspStatus)status, reader.Refusal?.Status);
        Assert.Equal(reader.Refusal, Refusal(bytes, piece: 1));
    }

    [Fact]
    public void A_refused_reader_stays_so()
    {
        var reader = new RtspReader();
        var bad = new ReadOnlySequence<byte>("nonsense\r\n"u8.ToArray());
        var good = new ReadOnlySequence<byte>(ExchangeBytes);

        Assert.Equal(RtspReadResult.Invalid, reader.Read(ref bad, out _));
        Assert.Equal(RtspReadResult.Invalid, reader.Read(ref good, out _));
    }

    [Fact]
    public void A_refusal_is_answered_with_the_sequence_number_and_says_that_it_closes()
    {
        RtspRefusal? refusal = Refusal("PLAY rtsp://h/ RTSP/1.0\r\nCSeq: 77\r\nContent-Length: x\r\n"u8.ToArray(), 100);

        Assert.Equal(
            "RTSP/1.0 400 Bad Request\r\nCSeq: 77\r\nConnection: close\r\n\r\n", Encoding.UTF8.GetString(refusal!.ToResponse().ToArray()));
    }

    private static RtspRefusal? Refusal(byte[] bytes, int piece)
    {
        var reader = new RtspReader();
        Reading.All(reader, bytes, _ => piece);
        return reader.Refusal;
    }
}
