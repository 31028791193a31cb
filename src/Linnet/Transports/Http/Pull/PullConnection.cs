using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Linnet.Wire;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Pull;

/// <summary>One connection to a server that is pulled from. It asks once and reads the answer; every wait has an end.</summary>
internal sealed class PullConnection : IAsyncDisposable
{
    /// <summary>The longest playlist that is read.</summary>
    internal const int MaxPlaylist = 64 * 1024;

    // Answers before the answer (1xx). Real servers send none or one.
    private const int MaxInterim = 4;

    // Wider than for requests to us: a content network adds many kilobytes of headers, such as policies and cookies, and we fetch from
    // one server at a time.
    private static readonly HttpLimits AnswerLimits = new() { MaxHeaders = 256, MaxHeaderLine = 16 * 1024, MaxHead = 64 * 1024 };

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    // For the whole head, and for a whole playlist: a server that sends a byte now and then must not hold the station for hours.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(15);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly TimeProvider _time;

    private PullConnection(Socket socket, Stream stream, TimeProvider time)
    {
        _socket = socket;
        _stream = stream;
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        _time = time;
    }

    /// <summary>Connects.</summary>
    /// <param name="to">The address to fetch.</param>
    /// <param name="guard">Decides which of the host's addresses are allowed, and records the one used.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="TransportException">It is not allowed, or the server does not answer.</exception>
    /// <exception cref="SocketException">There is no such host, or nothing listens there.</exception>
    internal static async Task<PullConnection> ConnectAsync(Uri to, HopGuard guard, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(ConnectTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            IPAddress[] hosts = await guard.ResolveAsync(ZonedHost.Of(to), either.Token).ConfigureAwait(false);
            socket = await AddressRace.ConnectAsync(hosts, to.Port, time, either.Token).ConfigureAwait(false);
            guard.Connected(socket.RemoteEndPoint);
            Stream stream = new NetworkStream(socket);
            if (to.Scheme == Uri.UriSchemeHttps)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = ZonedHost.Without(to.DnsSafeHost) }, either.Token)
                        .ConfigureAwait(false);
            }

            return new PullConnection(socket, stream, time);
        }
        catch (Exception e)
        {
            socket?.Dispose();
            throw e switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested =>
                    new TransportException("The server does not answer.", e),
                AuthenticationException => new TransportException(
                    $"The certificate of {to.Host} is not trusted here. Check that it was issued for this name and has not expired, "
                        + "or add its issuer to those that this system trusts (SSL_CERT_FILE names a file with it).",
                    e)
                {
                    IsUnknown = true,
                },
                _ => e,
            };
        }
    }

    /// <summary>Asks for what is there.</summary>
    /// <exception cref="TransportException">The answer is not HTTP, or does not arrive in time.</exception>
    internal async Task<HttpResponseHead> AskAsync(Uri to, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AnswerTime, _time);
        await WriteAsync(RequestFor(to), late.Token, cancellationToken).ConfigureAwait(false);
        int interim = 0;
        while (true)
        {
            ReadResult read = await ReadAsync(late.Token, cancellationToken).ConfigureAwait(false);
            switch (HttpResponseHead.TryParse(read.Buffer, AnswerLimits, out HttpResponseHead? head))
            {
                case HttpReadResult.Done:
                    _input.AdvanceTo(read.Buffer.GetPosition(head!.Length));
                    if ((int)head.Status >= 200)
                    {
                        return head;
                    }

                    if (++interim > MaxInterim)
                    {
                        throw new TransportException("The server keeps announcing an answer (1xx), and does not send it.");
                    }

                    continue;
                case HttpReadResult.Invalid:
                    throw new TransportException("The server does not speak HTTP, or its answer is malformed.");
            }

            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                throw new TransportException("The server closed the connection instead of answering.");
            }
        }
    }

    /// <summary>Reads a body: as much of it as a playlist may have.</summary>
    /// <exception cref="TransportException">It does not arrive in time.</exception>
    internal async Task<byte[]> ReadBodyAsync(HttpResponseHead head, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AnswerTime, _time);
        var body = new HttpBodyReader(head.Body);
        var text = new ArrayBufferWriter<byte>();
        bool isCompleted = false;
        while (!body.HasEnded && !isCompleted && text.WrittenCount < MaxPlaylist)
        {
            ReadResult read = await ReadAsync(late.Token, cancellationToken).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                ReadOnlySpan<byte> bytes = segment.Span;
                while (!bytes.IsEmpty && !body.HasEnded)
                {
                    text.Write(body.Read(ref bytes));
                }
            }

            _input.AdvanceTo(read.Buffer.End);
            isCompleted = read.IsCompleted;
        }

        return text.WrittenSpan[..Math.Min(text.WrittenCount, MaxPlaylist)].ToArray();
    }

    /// <summary>Reads more of the body; <see cref="Consume"/> is called after each.</summary>
    /// <exception cref="TransportException">Nothing has arrived for a while.</exception>
    internal async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(IdleTime, _time);
        return await ReadAsync(late.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that all that was read is done with.</summary>
    internal void Consume(ReadResult read) => _input.AdvanceTo(read.Buffer.End);

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync().ConfigureAwait(false);

        // The socket first: a TLS stream would send a close to a server that may not read any more.
        _socket.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> RequestFor(Uri to)
    {
        var request = new HttpRequestHead("GET", to.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped), HttpProtocol.Http11);
        request.Headers.Add("Host", HostOf(to));
        request.Headers.Add("User-Agent", "Linnet");
        request.Headers.Add("Accept", "*/*");
        request.Headers.Add("Accept-Encoding", "identity");
        request.Headers.Add("Icy-MetaData", "1");
        request.Headers.Add("Connection", "close");
        if (to.UserInfo.Length > 0)
        {
            string[] user = to.UserInfo.Split(':', 2);
            request.Headers.Add("Authorization",
                new BasicCredentials(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")).ToHeader());
        }

        var bytes = new ArrayBufferWriter<byte>();
        request.Write(bytes);
        return bytes.WrittenMemory;
    }

    // Never with a zone, which has a meaning only on this machine.
    private static string HostOf(Uri to) =>
        to.HostNameType is UriHostNameType.IPv6 ? $"[{ZonedHost.Without(to.DnsSafeHost)}]{(to.IsDefaultPort ? "" : $":{to.Port}")}"
        : to.GetComponents(UriComponents.Host | UriComponents.Port, UriFormat.UriEscaped) is { Length: > 0 } host ? host
        : to.Authority;

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken late, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late, cancellationToken);
        try
        {
            await _stream.WriteAsync(bytes, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException("The server does not read the request.");
        }
    }

    private async ValueTask<ReadResult> ReadAsync(CancellationToken late, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late, cancellationToken);
        try
        {
            return await _input.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException("The server has stopped sending.");
        }
    }
}
