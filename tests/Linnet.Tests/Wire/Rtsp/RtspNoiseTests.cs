using System.Buffers;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class RtspNoiseTests
{
    private const int Inputs = 100_000;

    private static readonly byte[][] Connections =
    [
        Vectors.Bytes("ffmpeg-client.bin"), Vectors.Bytes("gstreamer-client.bin"), Vectors.Bytes("gstreamer-server.bin"),
        Vectors.Text("live555-client.txt"), Vectors.Text("live555-server.txt"),
        "PLAY * RTSP/1.0\r\nContent-Length: 4\r\nX: a\r\n b\r\n\r\nbody$\0\0\u0002ab"u8.ToArray(),
    ];

    private static readonly byte[][] Values =
    [
        "RTP/AVP;unicast;client_port=5138-5139;server_port=56916-56917;ssrc=D911A183;mode=\"PLAY\""u8.ToArray(),
        "RTP/SAVP;multicast;ttl=5;port=5000-5001;destination=1.2.3.4;source=a,RTP/AVP/TCP;interleaved=0-1"u8.ToArray(),
        "url=rtsp://127.0.0.1:8554/opus/stream=0;seq=29031;rtptime=2460575343,url=\"b,c\";seq=1"u8.ToArray(),
        "azGlcQjqXtGTMD4O;timeout=60"u8.ToArray(),
        "npt=now-"u8.ToArray(), "npt=0.000-12.5"u8.ToArray(), "npt=1:02:03.25-;time=x"u8.ToArray(),
        "rtsp://user:pass@[fe80::1%25eth0]:8554/jazz/opus%2D5ms/track1?a=b"u8.ToArray(),
        "rtsp://host:554/a/b/c"u8.ToArray(),
    ];

    [Fact]
    public void Any_input_is_read_the_same_in_one_piece_and_in_many()
    {
        var noise = new Noise(2326);
        for (int i = 0; i < Inputs; i++)
        {
            byte[] input = noise.Mutation(Connections);
            var reader = new RtspReader();
            var buffer = new ReadOnlySequence<byte>(input);
            while (reader.Read(ref buffer, out _) == RtspReadResult.Done)
            {
            }

            // Reading in pieces costs ten times as much, so not every input is.
            if (i % 16 == 0)
            {
                List<string> pieces = Reading.All(new RtspReader(), input, _ => noise.Next(40), segmented: true);
                Assert.True(Reading.All(input).SequenceEqual(pieces), Convert.ToBase64String(input));
            }
        }
    }

    [Fact]
    public void Whatever_was_read_can_be_written_and_read_again()
    {
        var noise = new Noise(10);
        int messages = 0;
        for (int i = 0; i < Inputs / 16; i++)
        {
            var reader = new RtspReader();
            var buffer = new ReadOnlySequence<byte>(noise.Mutation(Connections));
            while (reader.Read(ref buffer, out RtspInput input) == RtspReadResult.Done)
            {
                if (input.Message is RtspMessage message)
                {
                    byte[] written = message.ToArray();
                    Assert.Equal(written, Reading.Message(written).ToArray());
                    messages++;
                }
            }
        }

        Assert.InRange(messages, Inputs / 16, int.MaxValue);
    }

    [Fact]
    public void Whatever_a_header_says_is_understood_the_same_when_repeated()
    {
        var noise = new Noise(12);
        for (int i = 0; i < Inputs; i++)
        {
            string text = Encoding.UTF8.GetString(noise.Mutation(Values));
            Repeat(text, value =>
                TransportHeader.TryParse(value, out IReadOnlyList<TransportSpec>? specs) ? TransportHeader.Write(specs) : null);
            Repeat(text, value => RtpInfoHeader.Write(RtpInfoHeader.Parse(value)));
            Repeat(text, value => SessionHeader.TryParse(value, out SessionHeader? header) ? header.ToString() : null);
            Repeat(text, value => RangeHeader.TryParse(value, out RangeHeader? header) ? header.ToString() : null);
            Repeat(text, value => RtspUri.TryParse(value, out RtspUri? uri) ? uri.ToString() : null);
        }
    }

    private static void Repeat(string text, Func<string, string?> readAndWrite)
    {
        string? once = readAndWrite(text);
        if (once is not null && readAndWrite(once) != once)
        {
            Assert.Fail($"'{text}' was read as '{once}', and that as '{readAndWrite(once)}'.");
        }
    }
}
