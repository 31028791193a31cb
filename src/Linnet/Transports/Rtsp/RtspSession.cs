using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>One session with a server: the requests from OPTIONS to TEARDOWN, in order.</summary>
internal sealed class RtspSession : IAsyncDisposable
{
    /// <summary>The most redirects that are followed.</summary>
    internal const int MaxRedirects = 3;

    // Connections that a server may close instead of answering: one after OPTIONS, one after it asked for credentials.
    private const int MaxClosed = 2;

    private readonly RtspReceiverOptions _options;
    private readonly IReadOnlyList<string> _methods;
    private SessionHeader? _session;
    private bool _isOver;
    private bool _isOther;

    private RtspSession(
        RtspClient client, RtspUri address, RtspReceiverOptions options, IReadOnlyList<string> methods, RtspDescription description,
        bool offersSrtp)
    {
        Client = client;
        Address = address;
        _options = options;
        _methods = methods;
        Description = description;
        OffersSrtp = offersSrtp;
    }

    /// <summary>The connection.</summary>
    internal RtspClient Client { get; }

    /// <summary>
    /// The requested address, with the port that was found. If the server redirected, the next session starts here again.
    /// </summary>
    internal RtspUri Address { get; }

    /// <summary>What the server offers.</summary>
    internal RtspDescription Description { get; }

    // A track's URI that starts with a slash can be read in two ways.
    private string TrackUri => _isOther ? Description.OtherTrackUri ?? Description.TrackUri : Description.TrackUri;

    /// <summary>Whether the server can be asked for copies.</summary>
    internal bool SendsCopies { get; private set; }

    /// <summary>
    /// The secret with which the server lets us move datagrams to another of our ports; <see langword="null"/>: it gave none.
    /// </summary>
    internal UInt128? RouteProof { get; private set; }

    /// <summary>Whether the connection is under TLS: then audio over UDP must be encrypted, too.</summary>
    internal bool IsTls => IsUnderTls(Client, _options);

    /// <summary>Whether the server offers SRTP, and it can be used here.</summary>
    internal bool OffersSrtp { get; }

    /// <summary>The key for audio over UDP; <see langword="null"/>: the server gave none.</summary>
    internal LinnetSrtpHeader? SrtpTerms { get; private set; }

    /// <summary>Whether the server can be asked how many packets it has sent.</summary>
    internal bool TellsSent { get; private set; }

    /// <summary>How often to send a keep-alive: half of the server's session timeout.</summary>
    internal TimeSpan KeepAliveInterval => (_session?.Timeout ?? SessionHeader.DefaultTimeout) / 2;

    /// <summary>Connects and requests the description, following redirects.</summary>
    /// <exception cref="RtspException">The server or station does not exist, or nothing can be played.</exception>
    internal static async Task<RtspSession> OpenAsync(RtspReceiverOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        RtspUri address = options.Address;
        RtspUri given = address;
        RtspLogin? login = RtspLogin.Of(address);
        var guard = new HopGuard(options.SideOf);
        IReadOnlyList<string>? methods = null;
        int closed = 0;
        for (int redirects = 0; ;)
        {
            // For a redirect RTSP's own rule holds: the default port is 554.
            RtspClient client = await (redirects == 0
                ? RtspDialer.ConnectAsync(address, guard, options, time, cancellationToken)
                : RtspClient.ConnectAsync(address, guard, options.Trust, time, cancellationToken)).ConfigureAwait(false);
            AuthChallenge? asked = login?.Challenge;
            bool asksMethods = methods is null;
            try
            {
                address = client.Address;
                given = redirects == 0 ? address : given;
                client.Login = login;
                methods ??= [];
                methods = asksMethods ? await AskMethodsAsync(client, address, cancellationToken).ConfigureAwait(false) : methods;
                var request = new RtspRequest(RtspMethod.Describe, address.ToString());
                request.Headers.Add(RtspHeaderNames.Accept, SessionDescription.ContentType);
                bool wantsSrtp = IsUnderTls(client, options) && options.SrtpProblem() is null;
                request.Headers.Add(
                    RtspHeaderNames.Supported, wantsSrtp ? $"{RepairFeature.Tag}, {SrtpFeature.Tag}" : RepairFeature.Tag);
                if (options.Rendition is not null)
                {
                    request.Headers.Add(RtspHeaderNames.LinnetRendition, options.Rendition);
                }

                RtspResponse response = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
                if (response.Status is not (RtspStatus.MovedPermanently or RtspStatus.MovedTemporarily))
                {
                    Require(client, request, response);
                    return new RtspSession(
                        client, given, options, methods, RtspDescription.Read(client.Server, request, response, options.Sections),
                        wantsSrtp && SrtpFeature.IsSupportedBy(response));
                }

                RtspUri from = address;
                address = redirects++ < MaxRedirects
                    ? Redirected(client, response) : throw RtspFailure.TooManyRedirects(client.Server, MaxRedirects);

                // A password is sent only to the host that it was given for.
                login = address.Credentials is not null
                    ? RtspLogin.Of(address) : address.Host.Equals(from.Host, StringComparison.OrdinalIgnoreCase) ? login : null;
                methods = null;
            }
            catch (RtspException e) when (e.IsNoAnswer && closed < MaxClosed && (asksMethods || login?.Challenge != asked))
            {
                closed++;
            }
            catch
            {
                await client.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            await client.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Agrees on a transport.</summary>
    /// <returns>The server's choice; <see langword="null"/> if it does not support the transport (461).</returns>
    internal async Task<TransportSpec?> SetupAsync(TransportSpec wanted, CancellationToken cancellationToken)
    {
        var request = new RtspRequest(RtspMethod.Setup, TrackUri);
        request.Headers.Add(RtspHeaderNames.Transport, TransportHeader.Write(wanted));
        string srtp = wanted.IsSecure ? $", {SrtpFeature.Tag}" : "";
        request.Headers.Add(RtspHeaderNames.Supported, $"{RepairFeature.Tag}, {RouteFeature.Tag}, {SentFeature.Tag}{srtp}");
        RtspResponse response = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Status is RtspStatus.NotFound or RtspStatus.BadRequest && _session is null && Description.OtherTrackUri is not null
            && !_isOther)
        {
            _isOther = true;
            return await SetupAsync(wanted, cancellationToken).ConfigureAwait(false);
        }

        if (response.Status is RtspStatus.UnsupportedTransport)
        {
            return null;
        }

        Require(Client, request, response);
        if (SessionHeader.TryParse(response.Headers[RtspHeaderNames.Session], out SessionHeader? session))
        {
            _session = session;
        }

        SendsCopies = RepairFeature.IsSupportedBy(response);
        RouteProof = RouteFeature.Read(response);
        SrtpTerms = SrtpFeature.Read(response);
        TellsSent = SentFeature.IsSupportedBy(response);
        return TransportHeader.TryParse(response.Headers[RtspHeaderNames.Transport], out IReadOnlyList<TransportSpec>? specs)
            ? specs[0] : wanted;
    }

    /// <summary>Starts the stream.</summary>
    /// <param name="onStart">Called with the start of the stream before the packets after the response are processed.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    internal async Task PlayAsync(Action<ushort?, uint?> onStart, CancellationToken cancellationToken)
    {
        void OnAnswer(RtspResponse answer)
        {
            if (answer.Status.IsSuccess())
            {
                RtpInfo? info = InfoOfTrack(answer);
                onStart(info?.SequenceNumber, info?.Timestamp);
            }
        }

        var request = new RtspRequest(RtspMethod.Play, Description.SessionUri);
        RangeHeader range = Description.StartsNow ? RangeHeader.Live : new RangeHeader(TimeSpan.Zero);
        request.Headers.Add(RtspHeaderNames.Range, range.ToString());
        if (_options.Buffer is TimeSpan buffer)
        {
            request.Headers.Add(RtspHeaderNames.LinnetBuffer, LinnetBufferHeader.Write(buffer));
        }

        RtspResponse response = await AskAsync(request, cancellationToken, OnAnswer).ConfigureAwait(false);
        if (response.Status is RtspStatus.InvalidRange)
        {
            request = new RtspRequest(RtspMethod.Play, Description.SessionUri);
            response = await AskAsync(request, cancellationToken, OnAnswer).ConfigureAwait(false);
        }

        Require(Client, request, response);
    }

    /// <summary>Requests copies of earlier packets with each packet.</summary>
    internal async Task SetRedundancyAsync(Redundancy? redundancy, CancellationToken cancellationToken)
    {
        var request = new RtspRequest(RtspMethod.SetParameter, Description.SessionUri) { Body = RepairFeature.Write(redundancy) };
        request.Headers.Add(RtspHeaderNames.ContentType, RepairFeature.ParametersType);
        try
        {
            await AskAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (RtspException)
        {
            // Without copies playback is as before. If the connection has ended, others notice.
        }
    }

    /// <summary>Sends a keep-alive, which also checks that the server is still there.</summary>
    /// <exception cref="RtspException">The server has gone, or has ended our session.</exception>
    internal async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        string method = _methods.Contains(RtspMethod.GetParameter) ? RtspMethod.GetParameter : RtspMethod.Options;
        await AskWhetherAliveAsync(new RtspRequest(method, Description.SessionUri), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that the server is still there, and asks how many packets it has sent to us, if it supports that.</summary>
    /// <returns>The number of packets; <see langword="null"/>: the server is there, but does not say.</returns>
    /// <exception cref="RtspException">The server has gone, or has ended our session.</exception>
    internal async Task<long?> AskSentAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        string method = TellsSent || _methods.Contains(RtspMethod.GetParameter) ? RtspMethod.GetParameter : RtspMethod.Options;
        var request = new RtspRequest(method, Description.SessionUri);
        if (TellsSent)
        {
            SentFeature.Ask(request);
        }

        return SentFeature.Read(await AskWhetherAliveAsync(request, timeout, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ends the session if the connection is still open. Never throws: we are leaving anyway.</summary>
    internal async Task TeardownAsync()
    {
        if (_session is null || _isOver || Client.Failure is not null)
        {
            return;
        }

        _isOver = true;
        try
        {
            await AskAsync(
                new RtspRequest(RtspMethod.Teardown, Description.SessionUri),
                CancellationToken.None,
                timeout: RtspReceiverOptions.TeardownTimeout)
                .ConfigureAwait(false);
        }
        catch (RtspException)
        {
            // The session ends by itself when the connection closes.
        }
    }

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private static bool IsUnderTls(RtspClient client, RtspReceiverOptions options) =>
        options.CountsAsTls || client.Address.IsTls;

    // The methods only decide how to keep the session alive, so any response will do.
    private static async Task<IReadOnlyList<string>> AskMethodsAsync(
        RtspClient client, RtspUri address, CancellationToken cancellationToken)
    {
        RtspResponse response = await client
            .AskAsync(new RtspRequest(RtspMethod.Options, address.ToString()), cancellationToken).ConfigureAwait(false);
        return [.. response.Headers.Members(RtspHeaderNames.Public)];
    }

    private static RtspUri Redirected(RtspClient client, RtspResponse response)
    {
        string? location = response.Headers[RtspHeaderNames.Location];
        return RtspUri.TryParse(location, out RtspUri? address) && (address.IsTls || !client.Address.IsTls)
            ? address : throw RtspFailure.BadRedirect(client.Address, location);
    }

    private static void Require(RtspClient client, RtspRequest request, RtspResponse response)
    {
        if (!response.Status.IsSuccess())
        {
            throw RtspFailure.Refused(client.Server, request, response);
        }
    }

    private async Task<RtspResponse> AskWhetherAliveAsync(RtspRequest request, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        RtspResponse response = await AskAsync(request, cancellationToken, timeout: timeout).ConfigureAwait(false);

        // Any other response counts, too: some servers know neither method.
        if (response.Status is RtspStatus.SessionNotFound)
        {
            Require(Client, request, response);
        }

        return response;
    }

    private Task<RtspResponse> AskAsync(
        RtspRequest request, CancellationToken cancellationToken, Action<RtspResponse>? onAnswer = null, TimeSpan? timeout = null)
    {
        request.Headers[RtspHeaderNames.Session] = _session?.Id;
        return Client.AskAsync(request, cancellationToken, onAnswer, timeout);
    }

    private RtpInfo? InfoOfTrack(RtspResponse answer)
    {
        IReadOnlyList<RtpInfo> streams = RtpInfoHeader.Parse(answer.Headers[RtspHeaderNames.RtpInfo]);
        if (streams.Count == 1)
        {
            return streams[0];
        }

        // Some servers give only the last part of a track's URI here.
        return streams.Where(stream => stream.Url.Length > 0 && TrackUri.EndsWith(stream.Url, StringComparison.OrdinalIgnoreCase))
            .Select(stream => (RtpInfo?)stream).FirstOrDefault();
    }
}
