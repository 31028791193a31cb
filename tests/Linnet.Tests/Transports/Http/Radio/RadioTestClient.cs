using System.Net.Sockets;
using System.Text;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>A client connection of a test.</summary>
internal sealed class RadioTestClient(TcpClient client) : IDisposable
{
    private readonly NetworkStream _stream = client.GetStream();

    public TcpClient Client => client;

    /// <summary>Reads the head of the response, including its empty line.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
            && await _stream.ReadAsync(one, TestContext.Current.CancellationToken) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>Reads this many bytes, or fewer at the end.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        int read = await _stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        return bytes[..read];
    }

    /// <summary>Reads until the connection ends, including the head.</summary>
    public async Task<string> ReadAllAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(all, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // The connection was reset.
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    public Task SayAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    public void Dispose() => client.Dispose();
}
