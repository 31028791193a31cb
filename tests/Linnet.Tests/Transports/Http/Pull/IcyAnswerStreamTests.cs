using System.Text;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;

namespace Linnet.Tests.Transports.Http.Pull;

public sealed class IcyAnswerStreamTests
{
    [Theory]
    [InlineData("ICY 200 OK\r\n\r\nICY 200 OK", "HTTP/1.0 200 OK\r\n\r\nICY 200 OK")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nICY 200 OK", "HTTP/1.1 200 OK\r\n\r\nICY 200 OK")]
    [InlineData("\r\n\n\rICY 302 Found\r\n", "HTTP/1.0 302 Found\r\n")]
    [InlineData("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nHTTP/1.0 200", "HTTP/1.0 200")]
    [InlineData("IC", "IC")]
    [InlineData("\r\n", "")]
    [InlineData("", "")]
    public async Task An_answer_of_SHOUTcast_is_read_as_HTTP(string sent, string read)
    {
        for (int piece = 1; piece <= 40; piece++)
        {
            Assert.Equal(read, await ReadAsync(sent, piece, room: 41 - piece));
        }
    }

    [Theory]
    [InlineData("ID3\u0004\0\0\0")]
    [InlineData("RTSP/1.0 200 OK", "speaks RTSP")]
    [InlineData("icy 200 OK")]
    [InlineData("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\nHTTP/1.0 200")]
    public async Task Other_bytes_are_refused_at_once(string sent, string said = "does not speak HTTP")
    {
        for (int piece = 1; piece <= 20; piece++)
        {
            TransportException e = await Assert.ThrowsAsync<TransportException>(() => ReadAsync(sent, piece, room: 100));
            Assert.Contains(said, e.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<string> ReadAsync(string sent, int piece, int room)
    {
        await using var stream = new IcyAnswerStream(new Pieces(Encoding.Latin1.GetBytes(sent), piece));
        var read = new StringBuilder();
        byte[] buffer = new byte[room];
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and int length)
        {
            read.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }

        return read.ToString();
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
