using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Linnet.Audio;
using Linnet.Transports.Rtsp;
using Linnet.Transports.Tls;
using Linnet.Wire;
using Linnet.Wire.Http;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Http.Pull;

/// <summary>One connection to a server that is pulled from. It asks once and reads the answer; every wait has an end.</summary>
/// <remarks>
/// Each has an HTTP handler of its own, so that no connection is shared: one made for another chain of hops has not asked this one's guard.
/// </remarks>
/// <param name="to">The address to fetch.</param>
/// <param name="guard">Decides which of the host's addresses are allowed, and records the one used.</param>
/// <param name="time">The clock.</param>
/// <param name="trust">The certificates that are accepted over TLS; <see langword="null"/>: those that this system trusts.</param>
/// <param name="challenge">The server's challenge for a proof of the password; default: the password itself is sent.</param>
internal sealed class PullConnection(
    Uri to, HopGuard guard, TimeProvider time, ServerTrust? trust = null, AuthChallenge? challenge = null) : IDisposable
{
    /// <summary>The longest playlist that is read.</summary>
    internal const int MaxPlaylist = 64 * 1024;

    // For all headers together, those of answers before the answer (1xx) included. Trailers may be as long again.
    private const int MaxHeadKilobytes = 64;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    // For the whole head, and for a whole playlist: a server that sends a byte now and then must not hold the station for hours.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(15);

    // A sentence, which comes with the status: the user waits for the error.
    private const int MaxReason = 1024;
    private static readonly TimeSpan ReasonTime = TimeSpan.FromSeconds(1);

    private readonly CertificateCheck _certificate = new(ZonedHost.Of(to), trust, time);
    private HttpMessageInvoker? _client;
    private HttpResponseMessage? _message;
    private Stream _body = Stream.Null;
    private Socket? _socket;
    private bool _hasDialled;

    /// <summary>Whether the server was reached. If so, what failed afterwards is its answer.</summary>
    internal bool IsConnected { get; private set; }

    /// <summary>Why the body ended too early, as a part of a sentence; <see langword="null"/> if it ended in order.</summary>
    internal string? BodyProblem { get; private set; }

    /// <summary>The error of an answer that is not HTTP.</summary>
    internal static TransportException Malformed(Exception? cause = null) =>
        new("The server does not speak HTTP, or its answer is malformed.", cause) { IsUnknown = true };

    /// <summary>The error of an answer of RTSP, as from the RTSP port of a Linnet server.</summary>
    internal static TransportException SpeaksRtsp() =>
        new("This port speaks RTSP, not HTTP: give the address as rtsp://HOST:PORT/NAME.") { IsFinal = true, IsUnknown = true };

    /// <summary>Connects and asks for what is there. Called once.</summary>
    /// <exception cref="TransportException">The address is not allowed, or the server does not answer, or not in HTTP.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="SocketException">There is no such host, or nothing listens there.</exception>
    internal async Task<PullAnswer> AskAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(ConnectTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        CancellationToken givenUp = either.Token;
        using HttpRequestMessage request = CreateRequest();
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = MaxHeadKilobytes,
            MaxResponseDrainSize = 0,
            SslOptions = _certificate.CreateOptions(),
            ConnectCallback = (_, _) => ConnectAsync(givenUp),
            PlaintextStreamFilter = (connected, _) =>
            {
                IsConnected = true;
                late.CancelAfter(AnswerTime);
                return ValueTask.FromResult<Stream>(new IcyAnswerStream(connected.PlaintextStream));
            },
        });
        try
        {
            _message = await _client.SendAsync(request, givenUp).ConfigureAwait(false);
            _body = await _message.Content.ReadAsStreamAsync(givenUp).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw late.IsCancellationRequested
                ? new TransportException(IsConnected ? "The server has stopped sending." : "The server does not answer.", e)
                : ToProblem(e);
        }

        return PullAnswer.TryRead(_message, out PullAnswer? answer) ? answer : throw Malformed();
    }

    /// <summary>The challenge to ask again with, if the server wants a proof of the password that it did not get.</summary>
    internal AuthChallenge? ChallengeOf(PullAnswer answer) =>
        answer.Status is HttpStatusCode.Unauthorized && challenge is null && to.UserInfo.Length > 0
        && RtspLogin.Best(AuthChallenge.ReadAll(answer.Headers.All("WWW-Authenticate"))) is { IsDigest: true } asked ? asked : null;

    /// <summary>Reads a body: as much of it as a playlist may have.</summary>
    /// <exception cref="IOException">It does not arrive in time, or the connection is broken.</exception>
    internal Task<byte[]> ReadBodyAsync(CancellationToken cancellationToken) => ReadBodyAsync(MaxPlaylist, AnswerTime, cancellationToken);

    /// <summary>Reads the first line of a plain text with which a server explains its status to people.</summary>
    /// <returns>The line, without control characters; <see langword="null"/>: there is none, or it does not come soon.</returns>
    internal async Task<string?> ReadReasonAsync(PullAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.ContentType?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) != true
            || answer.Headers["Content-Encoding"] is { Length: > 0 })
        {
            return null;
        }

        try
        {
            byte[] text = await ReadBodyAsync(MaxReason, ReasonTime, cancellationToken).ConfigureAwait(false);
            int end = text.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
            return TagText.Decode(end < 0 ? text : text.AsSpan(0, end), PullAddress.EncodingOf(answer.ContentType));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The status says enough.
            return null;
        }
    }

    private async Task<byte[]> ReadBodyAsync(int most, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(longest, time);
        byte[] text = new byte[most];
        int length = 0;
        int read;
        do
        {
            read = await ReadAsync(text.AsMemory(length), late.Token, cancellationToken).ConfigureAwait(false);
            length += read;
        }
        while (read > 0 && length < most);

        return text[..length];
    }

    /// <summary>Reads more of the body.</summary>
    /// <returns>The bytes that were read; 0: the body has ended, see <see cref="BodyProblem"/>.</returns>
    /// <exception cref="IOException">Nothing has arrived for a while, or the connection is broken.</exception>
    internal async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(IdleTime, time);
        return await ReadAsync(buffer, late.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        // The socket first: a TLS stream would send a close to a server that may not read any more.
        _socket?.Dispose();
        _message?.Dispose();
        _client?.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_hasDialled)
        {
            // HttpClient tries again if a connection ends before the first byte of an answer.
            throw NoAnswer();
        }

        _hasDialled = true;
        IPAddress[] hosts = await guard.ResolveAsync(ZonedHost.Of(to), cancellationToken).ConfigureAwait(false);
        _socket = await AddressRace.ConnectAsync(hosts, to.Port, time, cancellationToken).ConfigureAwait(false);
        guard.Connected(_socket.RemoteEndPoint);
        return new NetworkStream(_socket, ownsSocket: true);
    }

    private HttpRequestMessage CreateRequest()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, to);
        request.Headers.Add("User-Agent", "Linnet");
        request.Headers.Add("Accept", "*/*");
        request.Headers.Add("Accept-Encoding", "identity");
        request.Headers.Add("Icy-MetaData", "1");
        request.Headers.Add(LinnetEnd.Header, LinnetEnd.LastChunk);
        request.Headers.ConnectionClose = true;
        if (to.UserInfo.Length > 0)
        {
            string[] user = [.. to.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
            if (user[0].Contains(':', StringComparison.Ordinal))
            {
                throw new TransportException($"The user name in the address of {to.Host} contains a colon: no server can read it.")
                {
                    IsUnknown = true,
                };
            }

            string password = user.ElementAtOrDefault(1) ?? "";
            request.Headers.TryAddWithoutValidation("Authorization", challenge is null
                ? new BasicCredentials(user[0], password).ToHeader()
                : DigestProof.Write(
                    challenge, new RtspCredentials(user[0], password), "GET", to.PathAndQuery, 1, RtspLogin.NewNonce()));
        }

        return request;
    }

    private Exception ToProblem(Exception e) => e.InnerException switch
    {
        AuthenticationException failed => _certificate.ToFailure(to.Authority, failed),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => NoAnswer(e),
        SocketException or IOException and not HttpIOException => e.InnerException,
        _ => Malformed(e),
    };

    private static TransportException NoAnswer(Exception? cause = null) =>
        new("The server closed the connection instead of answering.", cause);

    private async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken late, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late, cancellationToken);
        try
        {
            return await _body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException("The server has stopped sending.");
        }
        catch (HttpIOException e) when (e.HttpRequestError is HttpRequestError.ResponseEnded)
        {
            BodyProblem = "its connection broke";
            return 0;
        }
        catch (Exception e) when (e is HttpIOException or HttpRequestException)
        {
            BodyProblem = "its chunks are malformed";
            return 0;
        }
    }
}
