using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A client's connection, request by request and response by response.</summary>
internal sealed class HttpClientConnection(Socket socket) : IDisposable
{
    private readonly BufferedStream _stream = new(new NetworkStream(socket, ownsSocket: true));

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), HangLimit);

    public async Task SendChunkAsync(byte[] bytes)
    {
        await SendAsync(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
        await socket.SendAsync(bytes, HangLimit);
        await SendAsync("\r\n");
    }

    /// <summary>Reads a response's head, its empty line included.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (await ReadLineAsync() is string line)
        {
            head.Append(line).Append("\r\n");
            if (line.Length == 0)
            {
                break;
            }
        }

        return head.ToString();
    }

    /// <summary>Reads a whole response, by its length or its chunks.</summary>
    public async Task<(string Head, byte[] Body)> ReadResponseAsync()
    {
        string head = await ReadHeadAsync();
        string? length = head.Split("\r\n").FirstOrDefault(static l => l.StartsWith("Content-Length: ", StringComparison.Ordinal));
        return (head, length is null
            ? await ReadChunksAsync(int.MaxValue)
            : await ReadAsync(int.Parse(length["Content-Length: ".Length..], CultureInfo.InvariantCulture)));
    }

    /// <summary>Reads so many bytes, or fewer if the connection ends before.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        int read = await _stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, HangLimit);
        return bytes[..read];
    }

    /// <summary>Reads chunks until there are so many bytes, or the last chunk has come.</summary>
    public async Task<byte[]> ReadChunksAsync(int least)
    {
        using var body = new MemoryStream();
        while (body.Length < least)
        {
            int size = int.Parse((await ReadLineAsync())!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await ReadAsync(size));
            Assert.Equal("", await ReadLineAsync());
            if (size == 0)
            {
                break;
            }
        }

        return body.ToArray();
    }

    public void Dispose() => _stream.Dispose();

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await _stream.ReadAsync(one, HangLimit) > 0)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return line.Length > 0 ? line.ToString() : null;
    }
}
