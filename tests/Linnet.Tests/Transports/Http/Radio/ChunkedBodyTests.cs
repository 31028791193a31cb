using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast.Streams;
using Linnet.Transports;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>A listener's audio in chunks, over a connection that accepts it in any parts.</summary>
public sealed class ChunkedBodyTests : IDisposable
{
    private static readonly byte[] Head = "HTTP/1.1 200 OK\r\n\r\n"u8.ToArray();

    private readonly Socket _near = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _far;
    private readonly ConnectionOutput _output;
    private readonly MemoryStream _received = new();

    public ChunkedBodyTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);

        // Larger than a segment of the loopback: into a smaller window, the kernel sends only when a timer expires.
        listener.Server.ReceiveBufferSize = 256 * 1024;
        listener.Start();
        _near.SendBufferSize = 4096;
        _near.Connect((IPEndPoint)listener.LocalEndpoint);
        _far = listener.AcceptSocket();
        _output = ConnectionOutput.ToSocket(_near);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_the_connection_accepts_the_chunks_hold_the_audio_and_end_with_the_last_chunk(int seed)
    {
        var random = new Random(seed);
        byte[] audio = StreamPiece.Allocate(2_000_000);
        random.NextBytes(audio);
        var body = new ChunkedBody(Head);
        int parts = 0;
        for (int at = 0; at < audio.Length;)
        {
            (int sent, int offered) = Send(body, audio, at, random);
            Assert.InRange(sent, 0, offered);
            at += sent;
            parts += sent < offered ? 1 : 0;
            Receive(random.Next(_far.Available + 1));

            // What has arrived occupies the sender's buffer until it is acknowledged, which may be later.
            if (sent == 0 && _far.Available == 0)
            {
                Assert.True(_near.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectWrite));
            }
        }

        Assert.True(parts > 10, $"{parts}");
        Assert.True(body.TryEnd(out ReadOnlyMemory<byte> last));
        Task ending = EndAsync(last);
        Receive(int.MaxValue);
        await ending;

        (byte[] heard, HttpBodyReader reader) = Read();
        Assert.Equal(audio, heard);
        Assert.Equal((true, false), (reader.HasEnded, reader.IsInvalid));
    }

    [Fact]
    public void A_body_without_audio_is_the_head_and_the_last_chunk()
    {
        Assert.True(new ChunkedBody(Head).TryEnd(out ReadOnlyMemory<byte> last));
        Assert.Equal("HTTP/1.1 200 OK\r\n\r\n0\r\n\r\n", Encoding.ASCII.GetString(last.Span));
    }

    [Fact]
    public void A_chunk_that_was_announced_and_not_sent_cannot_end_in_order()
    {
        var body = new ChunkedBody(Head);
        byte[] audio = StreamPiece.Allocate(8_000_000);

        Assert.InRange(body.Send(_output, [], [new StreamPiece(audio, 0, audio.Length)]), 1, audio.Length - 1);

        Assert.False(body.TryEnd(out _));
    }

    [Fact]
    public void A_broken_connection_is_told()
    {
        _near.Dispose();

        Assert.Equal(-1, new ChunkedBody(Head).Send(_output, [1], [new StreamPiece([1], 0, 1)]));
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        _received.Dispose();
    }

    private async Task EndAsync(ReadOnlyMemory<byte> last)
    {
        await _output.SendAllAsync(last, TestContext.Current.CancellationToken);
        _output.Shutdown();
    }

    private (int Sent, int Offered) Send(ChunkedBody body, byte[] audio, int at, Random random)
    {
        int start = at;
        byte[] lead = audio[at..Math.Min(audio.Length, at + (random.Next(3) == 0 ? random.Next(4000) : 0))];
        at += lead.Length;
        var pieces = new List<StreamPiece>();
        for (int count = random.Next(1, 8); count > 0 && at < audio.Length; count--)
        {
            int length = Math.Min(audio.Length - at, random.Next(1, 30_000));
            pieces.Add(new StreamPiece(audio, at, length));
            at += length;
        }

        return pieces.Count == 0 && lead.Length == 0 ? (0, 0) : (body.Send(_output, lead, pieces.ToArray()), at - start);
    }

    private void Receive(int most)
    {
        byte[] buffer = new byte[60_000];
        int received;
        while (most > 0 && (received = _far.Receive(buffer, Math.Min(most, buffer.Length), SocketFlags.None)) > 0)
        {
            _received.Write(buffer, 0, received);
            most = most == int.MaxValue ? most : 0;
        }
    }

    private (byte[] Body, HttpBodyReader Reader) Read()
    {
        ReadOnlySpan<byte> bytes = _received.ToArray();
        Assert.True(bytes.StartsWith(Head));
        bytes = bytes[Head.Length..];
        var reader = new HttpBodyReader(new HttpBodyFraming(HttpBodyKind.Chunked));
        using var body = new MemoryStream();
        while (!bytes.IsEmpty && !reader.HasEnded)
        {
            body.Write(reader.Read(ref bytes));
        }

        return (body.ToArray(), reader);
    }
}
