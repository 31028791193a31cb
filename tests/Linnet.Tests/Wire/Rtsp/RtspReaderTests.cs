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
        "RTSP/1.0 200 OK\nCSeq : 3\nX-Folded: one\n\ttwo\n\n" +
        "RTSP/1.0 999\r\n\r\n";

    private static readonly string[] ExchangeRead =
    [
        "OPTIONS rtsp://[::1]:8554/jazz | CSeq=1 User-Agent=someone | ",
        "SET_PARAMETER rtsp://h/jazz | cseq=2 Content-Length=5 | ab\r\nc",
        "$1 \r\n$",
        "$0 ",
        "200 OK | CSeq=3 X-Folded=one two | ",
        "999  |  | ",
    ];

    [Fact]
    public void Messages_and_frames_are_read_in_order() => Assert.Equal(ExchangeRead, ReadAll(Exchange, _ => int.MaxValue));

    [Fact]
    public void They_are_the_same_whatever_pieces_they_arrive_in()
    {
        for (int at = 1; at < Exchange.Length; at++)
        {
            Assert.Equal(ExchangeRead, ReadAll(Exchange, start => start == 0 ? at : int.MaxValue));
        }
    }

    [Fact]
    public void They_are_the_same_byte_by_byte() => Assert.Equal(ExchangeRead, ReadAll(Exchange, _ => 1));

    private static List<string> ReadAll(string text, Func<int, int> next)
    {
        var read = new List<string>();
        var reader = new RtspReader();
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        byte[] pending = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(next(at), bytes.Length - at);
            var buffer = new ReadOnlySequence<byte>([.. pending, .. bytes.AsSpan(at, length)]);
            at += length;
            while (true)
            {
                RtspReadResult result = reader.Read(ref buffer, out RtspInput input);
                Assert.NotEqual(RtspReadResult.Invalid, result);
                if (result == RtspReadResult.NeedMore)
                {
                    break;
                }

                read.Add(Describe(input));
            }

            pending = buffer.ToArray();
        }

        Assert.Empty(pending);
        return read;
    }

    private static string Describe(RtspInput input) => input.Message is RtspMessage message
        ? $"{message} | {string.Join(' ', message.Headers.Select(h => $"{h.Key}={h.Value}"))} | {Encoding.Latin1.GetString(message.Body.Span)}"
        : $"${input.Frame.Channel} {Encoding.Latin1.GetString(input.Frame.Payload)}";
}
