using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs.Streams;
using Linnet.Diagnostics;
using Linnet.Sources.Ingest;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.Http.Push;

/// <summary>Makes the decoder for a stream.</summary>
internal delegate bool StreamDecoderFactory(
    string? contentType, [NotNullWhen(true)] out IStreamDecoder? decoder, [NotNullWhen(false)] out StreamProblem? problem);

/// <summary>
/// Accepts audio that clients push to stations, as Icecast does: <c>PUT</c> and <c>SOURCE</c>, and titles by <c>/admin/metadata</c>.
/// </summary>
/// <remarks>
/// The caller reads the heads of requests. Source: docs/wire/icy.md. A pusher that is faster than its station has to wait (the
/// connection is not read). A pusher that fails gets the reason, if it can still read an answer.
/// </remarks>
internal sealed class PushServer
{
    /// <summary>
    /// Bytes that the kernel may hold of a push. One TCP window: enough for 10 Mbit/s across an ocean (200 ms), which is more than
    /// uncompressed stereo needs. The listening socket needs it, too: TCP agrees on the window's scale at the start, and a
    /// larger buffer later does not change it.
    /// </summary>
    public const int ReceiveBufferSize = 256 * 1024;

    // A push lasts for hours, but a lost one frees its place soon.
    private const int RetrySeconds = 10;

    private const string RemovedStation = "The station was removed.";

    private readonly Func<IReadOnlyList<IngestBuffer>> _stations;
    private readonly Predicate<string> _isStation;
    private readonly StreamDecoderFactory _createDecoder;
    private readonly AccessControl _access;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Refusals<PushRefusal> _refused;
    private readonly LogThrottle _failed;
    private readonly RunningTotal<PushFeed> _fed = new(static feed => feed.Bytes);
    private volatile PushServerOptions _options;
    private int _pushes;

    /// <summary>A server.</summary>
    /// <param name="options">The password, and what happens to silent and second pushers.</param>
    /// <param name="stations">The stations that take a push now.</param>
    /// <param name="isStation">Whether there is a station of a name, whatever its source.</param>
    /// <param name="createDecoder">Makes the decoders.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs pushers that start and stop; default: no log.</param>
    /// <param name="access">Decides about pushers; default: the password of the options admits them.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    internal PushServer(
        PushServerOptions options, Func<IReadOnlyList<IngestBuffer>> stations, Predicate<string> isStation,
        StreamDecoderFactory createDecoder, TimeProvider time, ILogger? logger = null, AccessControl? access = null)
    {
        _options = options.ThrowIfInvalid();
        _stations = stations;
        _isStation = isStation;
        _createDecoder = createDecoder;
        _access = access ?? new AccessControl(new AccessOptions(), time, logger, options.Password);
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _refused = new Refusals<PushRefusal>(_logger.Refused, time);
        _failed = new LogThrottle(time);
    }

    /// <summary>Takes other options for requests from now on. Clients that push go on as they began.</summary>
    internal void Change(PushServerOptions options) => _options = options;

    /// <summary>The address of the current pusher, by station.</summary>
    public IReadOnlyDictionary<string, string> Pushers => _stations()
        .Select(s => (s.Name, s.Writer))
        .Where(s => s.Writer is not null)
        .ToDictionary(s => s.Name, s => s.Writer!.Origin);

    /// <summary>Pushes that were refused, by reason.</summary>
    public IReadOnlyDictionary<PushRefusal, long> Refused => _refused.Read();

    /// <summary>Pushes and their bytes since the start.</summary>
    public TransportTotal Total
    {
        get
        {
            (long count, long bytes) = _fed.Read();
            return new TransportTotal("push", count, bytes) { IsReceived = true };
        }
    }

    /// <summary>Whether a station accepts pushes at a path.</summary>
    internal bool Accepts(string path) => Find(path) is not null;

    /// <summary>Serves a request to its end.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="cancellationToken">The server stops.</param>
    internal async Task ServeAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        (HttpRequestHead head, IPEndPoint remote) = (exchange.Head, exchange.Remote);
        var connection = new PushConnection(exchange, _time);
        try
        {
            if (await CheckAsync(exchange, cancellationToken).ConfigureAwait(false) is var (reason, answer))
            {
                await RefuseAsync(connection, reason, answer).ConfigureAwait(false);
            }
            else if (head.Path.StartsWith("/admin/", StringComparison.Ordinal))
            {
                await connection.AnswerAsync(SetMetadata(head)).ConfigureAwait(false);
            }
            else if (head.Body.Kind == HttpBodyKind.UntilClose && exchange.OpenBodyProblem is string problem)
            {
                // In HTTP this request has no body: no byte of it gets through.
                await RefuseAsync(connection, PushRefusal.NoLength, PushAnswers.Text(head, HttpStatusCode.LengthRequired, problem, Now))
                    .ConfigureAwait(false);
            }
            else
            {
                await AdmitAsync(connection, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left, or the server stops.
        }
        catch (Exception e)
        {
            if (_failed.TrySay(out _))
            {
                _logger.PushFailed(e, remote);
            }

            await connection.AnswerAsync(
                PushAnswers.Text(head, HttpStatusCode.InternalServerError, "This failed here; the server's log says why.", Now))
                    .ConfigureAwait(false);
        }
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private async Task<(PushRefusal Reason, HttpResponse? Answer)?> CheckAsync(
        HttpExchange exchange, CancellationToken cancellationToken)
    {
        HttpRequestHead head = exchange.Head;
        if (!_access.AllowsPushing)
        {
            return (PushRefusal.Closed, PushAnswers.Text(head, HttpStatusCode.Forbidden, "Pushing is off here: no password is set.", Now));
        }

        string mount = head.Path.StartsWith("/admin/", StringComparison.Ordinal) ? new QueryString(head.Query)["mount"] ?? "" : head.Path;
        AccessRequest request = exchange.Wants(AccessAction.Push, Find(mount)?.Name) with { Mount = mount };
        if (OtherSite.Sent(head.Headers["Sec-Fetch-Site"], head.Headers["Origin"], request.Server))
        {
            return (PushRefusal.OtherSite, PushAnswers.Text(head, HttpStatusCode.Forbidden, OtherSite.Refusal, Now));
        }

        AccessVerdict verdict = (await _access.JudgeAsync(request, cancellationToken).ConfigureAwait(false)).Verdict;
        if (verdict is AccessVerdict.Allowed)
        {
            return null;
        }

        PushRefusal reason = verdict switch
        {
            AccessVerdict.Unnamed => PushRefusal.Unnamed,
            AccessVerdict.Wrong or AccessVerdict.Unanswered => PushRefusal.WrongPassword,
            AccessVerdict.TooMany => PushRefusal.TooManyTries,
            AccessVerdict.NetworkNotAllowed => PushRefusal.NetworkNotAllowed,
            AccessVerdict.NoAnswer => PushRefusal.ServiceNotAnswering,
            _ => PushRefusal.NotPermitted,
        };
        return (reason, AccessAnswer.Of(verdict, AccessAction.Push) is { } answer
            ? PushAnswers.Text(head, answer.Status, answer.Text, Now, answer.RetryAfter?.TotalSeconds) : null);
    }

    private async Task AdmitAsync(PushConnection connection, CancellationToken cancellationToken)
    {
        HttpRequestHead head = connection.Head;
        if (Find(head.Path) is not { } station)
        {
            (PushRefusal refusal, HttpStatusCode status, string text) = WhyNot(head.Path);
            IReadOnlyList<IngestBuffer> stations = _stations();
            string there = stations.Count == 0
                ? "." : $"; there is {string.Join(", ", stations.Take(20).Select(s => $"{connection.PathBase}/{s.Name}"))}.";
            await RefuseAsync(connection, refusal, PushAnswers.Text(head, status, text + there, Now)).ConfigureAwait(false);
            return;
        }

        if (Interlocked.Increment(ref _pushes) > _options.MaxPushes)
        {
            Interlocked.Decrement(ref _pushes);
            await RefuseAsync(
                connection, PushRefusal.TooManyPushes,
                PushAnswers.Text(head, HttpStatusCode.ServiceUnavailable, "There are too many pushes at the moment.", Now, RetrySeconds))
                    .ConfigureAwait(false);
            return;
        }

        try
        {
            if (!_createDecoder(head.Headers["Content-Type"], out IStreamDecoder? decoder, out StreamProblem? problem))
            {
                await RefuseAsync(
                    connection, PushRefusal.NotDecodable, PushAnswers.Text(head, HttpStatusCode.UnsupportedMediaType, problem.Text, Now))
                        .ConfigureAwait(false);
                return;
            }

            using IStreamDecoder disposed = decoder;
            if (!station.TryBegin(connection.Remote.ToString(), _options.TakesOver, out IngestWriter? writer))
            {
                (PushRefusal reason, HttpResponse response) = station.IsClosed
                    ? (PushRefusal.NoSuchStation, PushAnswers.Text(head, HttpStatusCode.NotFound, RemovedStation, Now))
                    : (PushRefusal.Occupied,
                        PushAnswers.Text(head, HttpStatusCode.Conflict, "Another client pushes to this station.", Now));
                await RefuseAsync(connection, reason, response).ConfigureAwait(false);
                return;
            }

            using (writer)
            {
                writer.Description = IceDescription.Read(head.Headers);
                await FeedAsync(connection, station, writer, decoder, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _pushes);
        }
    }

    private async Task FeedAsync(
        PushConnection connection, IngestBuffer station, IngestWriter writer, IStreamDecoder decoder, CancellationToken cancellationToken)
    {
        _logger.PushBegins(connection.Remote, station.Name);
        var feed = new PushFeed(_options, writer, decoder, _time)
        {
            Begun = () =>
            {
                if (writer is { Format: { } format, ConvertedTo: { } to })
                {
                    _logger.PushConverted(station.Name, format.Name(), format.Pcm.ToString(), to.ToString());
                }
            },
        };
        string reason = "it failed";
        _fed.Enter(feed);
        try
        {
            await connection.BeginAsync().ConfigureAwait(false);
            reason = await connection.ReadAsync(feed, _options.IdleTime, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            reason = "its connection broke";
            feed.Flush();
        }
        catch (OperationCanceledException)
        {
            reason = "the server is stopping";
        }
        finally
        {
            _fed.Leave(feed);
            _logger.PushEnds(connection.Remote, station.Name, reason, feed.Bytes);
        }

        if (feed.Problem is not null)
        {
            _refused.Count(PushRefusal.NotDecodable);
        }

        (HttpStatusCode status, string answer) = feed.Problem is { } problem ? (HttpStatusCode.UnsupportedMediaType, problem)
            : connection.IsMalformed ? (HttpStatusCode.BadRequest, "The chunks of this are malformed.")
            : station.IsClosed ? (HttpStatusCode.NotFound, RemovedStation)
            : !writer.IsCurrent ? (HttpStatusCode.Conflict, "Another client took over.")
            : (HttpStatusCode.OK, "Thank you.");
        await connection.EndAsync(status, answer).ConfigureAwait(false);
    }

    private HttpResponse SetMetadata(HttpRequestHead head)
    {
        var query = new QueryString(head.Query);
        if (head.Path != "/admin/metadata" || query["mode"] != "updinfo")
        {
            return PushAnswers.Text(
                head, HttpStatusCode.NotFound, "There is only /admin/metadata?mode=updinfo&mount=/NAME&song=TITLE.", Now);
        }

        string mount = query["mount"] ?? "";
        if (Find(mount) is not { } station)
        {
            (_, HttpStatusCode status, string text) = WhyNot(mount);
            return PushAnswers.Metadata(head, status, text, Now);
        }

        TrackInfo? track = query.Text("song") is { } song ? IcyTitle.Split(song)
            : query.Text("title") is { } title ? new TrackInfo(title, query.Text("artist"))
            : null;
        if (track is null || !station.TrySetTrack(track))
        {
            string message = track is null ? "There is no title" : "No client is pushing to this station";
            return PushAnswers.Metadata(head, track is null ? HttpStatusCode.BadRequest : HttpStatusCode.NotFound, message, Now);
        }

        return PushAnswers.Metadata(head, HttpStatusCode.OK, "Metadata update successful", Now);
    }

    /// <summary>The station of a mount.</summary>
    private IngestBuffer? Find(string mount)
    {
        IReadOnlyList<IngestBuffer> stations = _stations();
        return NamesOf(mount).Select(name => stations.FirstOrDefault(s => s.Name == name)).FirstOrDefault(static s => s is not null);
    }

    /// <summary>Why no client can push to a mount. The text repeats only names of stations.</summary>
    private (PushRefusal Reason, HttpStatusCode Status, string Text) WhyNot(string mount) =>
        NamesOf(mount).FirstOrDefault(name => _isStation(name)) is string other
            ? (PushRefusal.OwnSource, HttpStatusCode.Forbidden, $"The station {other} has a source of its own and accepts no pushes")
            : (PushRefusal.NoSuchStation, HttpStatusCode.NotFound, "No such station accepts pushes");

    /// <summary>The names that a mount may mean: <c>/NAME</c>, and without its ending, as users of Icecast write it.</summary>
    private static IEnumerable<string> NamesOf(string mount)
    {
        string name = mount.StartsWith('/') ? mount[1..] : mount;
        return name.LastIndexOf('.') is > 0 and int dot ? [name, name[..dot]] : [name];
    }

    private async Task RefuseAsync(PushConnection connection, PushRefusal reason, HttpResponse? answer)
    {
        _refused.Count(connection.Remote, reason);
        await connection.AnswerAsync(answer).ConfigureAwait(false);
    }
}
