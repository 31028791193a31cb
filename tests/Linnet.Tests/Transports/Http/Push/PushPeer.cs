using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Tests.Transports.Http.Push;

/// <summary>The other end of a connection that is served.</summary>
internal sealed class PushPeer
{
    private readonly Pipe _in =
        new(new PipeOptions(pauseWriterThreshold: 1 << 16, resumeWriterThreshold: 1 << 15, useSynchronizationContext: false));
    private readonly Pipe _out = new();
    private readonly StringBuilder _read = new();

    internal PushPeer(PushServer server, HttpRequestHead head, bool isForwarded = false)
        : this(server, head, new ForwardedRequest(
            new ClientOrigin(new IPEndPoint(IPAddress.Loopback, 1234)), Uri.UriSchemeHttp, null, isForwarded))
    {
    }

    internal PushPeer(PushServer server, HttpRequestHead head, ForwardedRequest request)
        : this(ends =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var connection = new HttpConnection(
                ends, socket, ConnectionOutput.ToPipe(ends.Output, null, socket.Dispose), request.Origin, IsProxy: false);
            var sender = new HttpResponseSender(new RadioServerOptions(), TimeProvider.System);
            return server.ServeAsync(new DirectExchange(head, request, connection, sender), TestContext.Current.CancellationToken);
        })
    {
    }

    internal PushPeer(Func<IDuplexPipe, Task> serve) => _ = RunAsync(serve);

    internal static HttpRequestHead Head(params string[] lines)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"));
        Assert.Equal(HttpReadResult.Done, HttpRequestHead.TryParse(buffer, null, out HttpRequestHead? head, out _));
        return head!;
    }

    internal static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    internal ValueTask<FlushResult> SendAsync(byte[] bytes) => _in.Writer.WriteAsync(bytes, TestContext.Current.CancellationToken);

    internal ValueTask BreakAsync() => _in.Writer.CompleteAsync(new IOException("It broke."));

    internal ValueTask EndAsync() => _in.Writer.CompleteAsync();

    internal async Task<string> ReadUntilAsync(string end)
    {
        while (!_read.ToString().Contains(end, StringComparison.Ordinal) && await ReadMoreAsync())
        {
        }

        string all = _read.ToString();
        int length = all.IndexOf(end, StringComparison.Ordinal) + end.Length;
        _read.Remove(0, length);
        return all[..length];
    }

    internal async Task<string> ReadToEndAsync()
    {
        while (await ReadMoreAsync())
        {
        }

        return _read.ToString();
    }

    private async Task<bool> ReadMoreAsync()
    {
        ReadResult read = await _out.Reader.ReadAsync(TestContext.Current.CancellationToken);
        _read.Append(Encoding.UTF8.GetString(read.Buffer));
        _out.Reader.AdvanceTo(read.Buffer.End);
        return !read.IsCompleted;
    }

    private async Task RunAsync(Func<IDuplexPipe, Task> serve)
    {
        await serve(new Ends(_in.Reader, _out.Writer));
        await _in.Reader.CompleteAsync();
        await _out.Writer.CompleteAsync();
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
