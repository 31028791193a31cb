using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Wire.Icy;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>Fetches a stream over HTTP as a listener does, from Icecast, SHOUTcast or another Linnet, again and again, for a station of ours.</summary>
/// <remarks>What it fetches is treated as what is pushed: the same decoders, the same buffer. Source: docs/wire/icy.md.</remarks>
/// <param name="address">An address of http or https; user and password in it are sent to that server alone.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
/// <param name="isInside">Instead of <see cref="IsInside"/>.</param>
internal sealed class HttpPull(Uri address, TimeProvider time, ILogger logger, Predicate<IPAddress>? isInside = null)
{
    /// <summary>How often a server may say that the sound is elsewhere, a playlist included.</summary>
    internal const int MaxRedirects = 5;

    /// <summary>The longest playlist that is read.</summary>
    internal const int MaxPlaylist = 64 * 1024;

    private const int PieceLength = 1024;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(15);
    private static readonly PushServerOptions Limits = new();

    private readonly Predicate<IPAddress> _isInside = isInside ?? IsInside;

    private static readonly IPNetwork[] Inside =
    [
        .. ((string[])["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::/128"]).Select(IPNetwork.Parse),
    ];

    /// <summary>Fetches until cancelled.</summary>
    internal Task RunAsync(IngestBuffer station, CancellationToken cancellationToken) =>
        new PullLoop(Shown(address), time, logger).RunAsync(station, (backoff, token) => FetchAsync(station, backoff, token), cancellationToken);

    /// <summary>Follows where the server says the sound is.</summary>
    /// <param name="from">Where it was looked for.</param>
    /// <param name="location">What the server said: an address, or one relative to the other.</param>
    /// <exception cref="TransportException">It is nothing that is followed.</exception>
    internal static Uri Follow(Uri from, string? location) =>
        Uri.TryCreate(from, location, out Uri? to) && to.Scheme is "http" or "https" && to.Host.Length > 0
            ? to
            : throw new TransportException("The server says that the sound is elsewhere, at no address of http or https.");

    /// <summary>The first address that a playlist names. Nothing else in it is followed, and no file.</summary>
    internal static Uri FirstOf(Uri from, string playlist)
    {
        if (playlist.Contains("#EXT-X-", StringComparison.OrdinalIgnoreCase))
        {
            throw new TransportException("This is HLS, which is not fetched; give the address of the stream itself.");
        }

        foreach (string raw in playlist.Split('\n'))
        {
            string line = raw.Trim().TrimStart('\uFEFF');
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            line = line.StartsWith("File", StringComparison.OrdinalIgnoreCase) && equals > 0 ? line[(equals + 1)..].Trim() : line;
            if (line.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || line.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                return Follow(from, line);
            }
        }

        throw new TransportException("The playlist names no address of http or https.");
    }

    private static string Shown(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private async Task<string> FetchAsync(IngestBuffer station, Backoff backoff, CancellationToken cancellationToken)
    {
        Uri from = address;
        bool wasPlaylist = false;
        bool isFromOutside = false;
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Stream stream = await ConnectAsync(socket, from, isFromOutside, cancellationToken).ConfigureAwait(false);
            isFromOutside |= hop == 0 && !(socket.RemoteEndPoint is IPEndPoint first && _isInside(first.Address));
            await using ConfiguredAsyncDisposable closing = stream.ConfigureAwait(false);
            PipeReader input = PipeReader.Create(stream);
            HttpResponseHead head = await AskAsync(stream, input, from, cancellationToken).ConfigureAwait(false);
            if ((int)head.Status is >= 300 and < 400)
            {
                from = Follow(from, head.Headers["Location"]);
                continue;
            }

            if (head.Status != HttpStatusCode.OK)
            {
                return $"{Shown(from)} answers {(int)head.Status}.";
            }

            if (!wasPlaylist && IsPlaylist(from, head.Headers["Content-Type"]))
            {
                from = FirstOf(from, await ReadTextAsync(input, head, cancellationToken).ConfigureAwait(false));
                wasPlaylist = true;
                continue;
            }

            return await PlayAsync(station, from, head, input, backoff, cancellationToken).ConfigureAwait(false);
        }

        return $"{Shown(address)} leads on and on.";
    }

    private static bool IsPlaylist(Uri from, string? contentType) =>
        (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "audio/x-mpegurl" or "audio/mpegurl" or "application/x-mpegurl" or "application/vnd.apple.mpegurl" or "audio/x-scpls" or "application/pls+xml" => true,
            "" or "text/plain" or "application/octet-stream" => from.AbsolutePath.EndsWith(".m3u", StringComparison.OrdinalIgnoreCase)
                || from.AbsolutePath.EndsWith(".pls", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };

    /// <summary>Whether an address is of this machine or of networks that the rest of the world does not reach (RFC 1918, 3927, 4193, 6598).</summary>
    internal static bool IsInside(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || Inside.Any(network => network.Contains(address));
    }

    private async Task<Stream> ConnectAsync(Socket socket, Uri to, bool isFromOutside, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(ConnectTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            IPAddress[] hosts = await Dns.GetHostAddressesAsync(to.DnsSafeHost, either.Token).ConfigureAwait(false);
            if (isFromOutside && hosts.Any(host => _isInside(host)))
            {
                // It would have us ask, in our name, what it cannot reach itself.
                throw new TransportException($"the server leads to {to.Host}, which is an address within this network");
            }

            await socket.ConnectAsync(hosts, to.Port, either.Token).ConfigureAwait(false);
            var plain = new NetworkStream(socket);
            if (to.Scheme != Uri.UriSchemeHttps)
            {
                return plain;
            }

            var secure = new SslStream(plain);
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = to.DnsSafeHost }, either.Token).ConfigureAwait(false);
            return secure;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException("the server does not answer");
        }
        catch (AuthenticationException e)
        {
            throw new TransportException($"its certificate is not trusted here ({e.Message.TrimEnd('.')}); let this system trust its issuer", e);
        }
    }

    private async Task<HttpResponseHead> AskAsync(Stream stream, PipeReader input, Uri to, CancellationToken cancellationToken)
    {
        var request = new HttpRequestHead("GET", to.GetComponents(UriComponents.PathAndQuery, UriFormat.UriEscaped), HttpProtocol.Http11);
        request.Headers.Add("Host", to.GetComponents(UriComponents.HostAndPort & ~UriComponents.StrongPort, UriFormat.UriEscaped) is { Length: > 0 } host ? host : to.Authority);
        request.Headers.Add("User-Agent", "Linnet");
        request.Headers.Add("Accept", "*/*");
        request.Headers.Add("Icy-MetaData", "1");
        request.Headers.Add("Connection", "close");
        if (to.UserInfo.Length > 0)
        {
            string[] user = to.UserInfo.Split(':', 2);
            request.Headers.Add("Authorization", new BasicCredentials(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")).ToHeader());
        }

        var bytes = new ArrayBufferWriter<byte>();
        request.Write(bytes);
        await stream.WriteAsync(bytes.WrittenMemory, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            ReadResult read = await ReadAsync(input, ConnectTime, cancellationToken).ConfigureAwait(false);
            switch (HttpResponseHead.TryParse(read.Buffer, null, out HttpResponseHead? head))
            {
                case HttpReadResult.Done:
                    input.AdvanceTo(read.Buffer.GetPosition(head!.Length));
                    return head;
                case HttpReadResult.Invalid:
                    throw new TransportException("what answers there is no HTTP server, or says something malformed");
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                throw new TransportException("the server closed the connection instead of answering");
            }
        }
    }

    private async Task<string> ReadTextAsync(PipeReader input, HttpResponseHead head, CancellationToken cancellationToken)
    {
        var body = new HttpBodyReader(head.Body);
        var text = new ArrayBufferWriter<byte>();
        while (!body.HasEnded && text.WrittenCount < MaxPlaylist)
        {
            ReadResult read = await ReadAsync(input, ConnectTime, cancellationToken).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                ReadOnlySpan<byte> bytes = segment.Span;
                while (!bytes.IsEmpty && !body.HasEnded)
                {
                    text.Write(body.Read(ref bytes));
                }
            }

            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan[..Math.Min(text.WrittenCount, MaxPlaylist)]);
    }

    private async Task<string> PlayAsync(
        IngestBuffer station, Uri from, HttpResponseHead head, PipeReader input, Backoff backoff, CancellationToken cancellationToken)
    {
        if (!StreamDecoders.TryCreate(head.Headers["Content-Type"], out IStreamDecoder? decoder, out StreamProblem? problem))
        {
            return $"{Shown(from)} cannot be played: {problem.Text}";
        }

        using IStreamDecoder disposed = decoder;
        if (!station.TryBegin(Shown(from), takesOver: true, out IngestWriter? writer))
        {
            return $"{Shown(from)} has no station to play on.";
        }

        using (writer)
        {
            writer.Description = IceDescription.Read(head.Headers);
            logger.PullBegins(station.Name, Shown(from));
            var feed = new PushFeed(Limits, writer, decoder, time);
            var body = new HttpBodyReader(head.Body);
            var icy = new IcyStreamReader(head.MetadataInterval);
            while (!body.HasEnded)
            {
                ReadResult read = await ReadAsync(input, IdleTime, cancellationToken).ConfigureAwait(false);
                string? end = null;
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    for (int at = 0; at < segment.Length && end is null; at += PieceLength)
                    {
                        end = Feed(feed, body, icy, segment.Slice(at, Math.Min(PieceLength, segment.Length - at)).Span);
                        await feed.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
                    }
                }

                input.AdvanceTo(read.Buffer.End);
                if (writer.Format is not null)
                {
                    backoff.Reset();
                }

                if (end is not null || read.IsCompleted)
                {
                    return $"{Shown(from)} is no longer played: {end ?? "it ended"}.";
                }
            }
        }

        return $"{Shown(from)} has ended.";
    }

    private static string? Feed(PushFeed feed, HttpBodyReader body, IcyStreamReader icy, ReadOnlySpan<byte> bytes)
    {
        string? end = null;
        while (!bytes.IsEmpty && !body.HasEnded && end is null)
        {
            ReadOnlySpan<byte> part = body.Read(ref bytes);
            while (!part.IsEmpty && end is null)
            {
                ReadOnlySpan<byte> sound = icy.Read(ref part, out IcyMetadata? metadata);
                if (metadata is { Title.Length: > 0 } news)
                {
                    feed.OnTrack(IcyTitle.Split(news.Title));
                }

                end = sound.IsEmpty ? null : feed.Write(sound);
            }
        }

        return end;
    }

    private async ValueTask<ReadResult> ReadAsync(PipeReader input, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await input.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException("the server sends nothing any more");
        }
    }
}
