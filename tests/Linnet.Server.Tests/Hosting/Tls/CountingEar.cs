using System.Buffers.Binary;
using System.Text;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>Listens to a <see cref="CountingSource"/>, and fails at the first sample that is not the next one.</summary>
internal sealed class CountingEar
{
    private const int DataLength = 4;
    private const int RtpHeader = 12;

    private readonly Stream _stream;
    private readonly bool _isRtp;
    private long _next = -1;

    private CountingEar(Stream stream, bool isRtp) => (_stream, _isRtp) = (stream, isRtp);

    /// <summary>Asks for the audio over HTTP, as WAV.</summary>
    public static async Task<CountingEar> OfWavAsync(Stream stream, CancellationToken cancellationToken)
    {
        await AskAsync(stream, "GET /jazz.wav HTTP/1.0\r\n\r\n", cancellationToken);
        await ReadUntilAsync(stream, "data", cancellationToken);
        await stream.ReadExactlyAsync(new byte[DataLength], cancellationToken);
        return new CountingEar(stream, isRtp: false);
    }

    /// <summary>Asks for the audio over RTSP in the connection, as L16.</summary>
    public static async Task<CountingEar> OfL16Async(Stream stream, CancellationToken cancellationToken)
    {
        string setUp = await AskAsync(
            stream,
            "SETUP rtsps://x/jazz/l16 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
            cancellationToken);
        string session = setUp.Split("Session: ")[1].Split(';')[0];
        await AskAsync(
            stream, $"PLAY rtsps://x/jazz/l16 RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n", cancellationToken);
        return new CountingEar(stream, isRtp: true);
    }

    /// <summary>Hears a number of samples at least.</summary>
    public Task HearAsync(int samples, CancellationToken cancellationToken) => HearUntilAsync(_next + samples, cancellationToken);

    /// <summary>Hears all samples up to a frame.</summary>
    public async Task HearUntilAsync(long frame, CancellationToken cancellationToken)
    {
        do
        {
            byte[] samples = _isRtp ? await ReadPacketAsync(cancellationToken) : await ReadAsync(100, cancellationToken);
            for (int i = 0; i < samples.Length; i += 2)
            {
                ReadOnlySpan<byte> sample = samples.AsSpan(i);
                ushort heard = _isRtp ? BinaryPrimitives.ReadUInt16BigEndian(sample) : BinaryPrimitives.ReadUInt16LittleEndian(sample);
                _next = _next < 0 ? heard : _next;
                Assert.Equal((ushort)_next, heard);
                _next++;
            }
        }
        while (_next <= frame);
    }

    private static async Task<string> AskAsync(Stream stream, string request, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        string head = await ReadUntilAsync(stream, "\r\n\r\n", cancellationToken);
        Assert.Contains(" 200 ", head, StringComparison.Ordinal);
        return head;
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string end, CancellationToken cancellationToken)
    {
        var read = new StringBuilder();
        byte[] one = new byte[1];
        while (!read.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            read.Append((char)one[0]);
        }

        return read.ToString();
    }

    private async Task<byte[]> ReadPacketAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            byte[] frame = await ReadAsync(4, cancellationToken);
            Assert.Equal((byte)'$', frame[0]);
            byte[] packet = await ReadAsync(BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(2)), cancellationToken);

            // Channel 1 has reports.
            if (frame[1] == 0)
            {
                return packet[RtpHeader..];
            }
        }
    }

    private async Task<byte[]> ReadAsync(int length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        await _stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
