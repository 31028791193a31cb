using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>One sitting at a server: the requests from OPTIONS to TEARDOWN, in order.</summary>
internal sealed class RtspSession : IAsyncDisposable
{
    /// <summary>Times a server may send us elsewhere.</summary>
    internal const int MaxRedirects = 3;

    // Connections that a server may close instead of answering: one after OPTIONS, one after it has asked who we are.
    private const int MaxClosed = 2;

    private readonly RtspReceiverOptions _options;
    private readonly IReadOnlyList<string> _methods;
    private SessionHeader? _session;
    private bool _isOver;
    private bool _isOther;

    private RtspSession(
        RtspClient client, RtspUri address, RtspReceiverOptions options, IReadOnlyList<string> methods, RtspDescription description)
    {
        Client = client;
        Address = address;
        _options = options;
        _methods = methods;
        Description = description;
    }

    /// <summary>The connection.</summary>
    internal RtspClient Client { get; }

    /// <summary>
    /// The address that was given, with the port that was found. The server there may have sent us elsewhere; next time it may send us
    /// elsewhere again.
    /// </summary>
    internal RtspUri Address { get; }

    /// <summary>What the server offers.</summary>
    internal RtspDescription Description { get; }

    // There are two ways to read a track's address that starts with a slash.
    private string TrackUri => _isOther ? Description.OtherTrackUri ?? Description.TrackUri : Description.TrackUri;

    /// <summary>Whether the server can be told which copies are wanted.</summary>
    internal bool SendsCopies { get; private set; }

    /// <summary>
    /// What the server wants to be shown to send datagrams to another of our ports; <see langword="null"/>: it gave nothing.
    /// </summary>
    internal UInt128? RouteProof { get; private set; }

    /// <summary>Whether the server can be asked how much it has sent.</summary>
    internal bool TellsSent { get; private set; }

    /// <summary>How often the server wants to hear of us: half of the time after which it would forget us.</summary>
    internal TimeSpan KeepAliveInterval => (_session?.Timeout ?? SessionHeader.DefaultTimeout) / 2;

    /// <summary>Connects and asks what there is, at the address given or where the server sends us.</summary>
    /// <exception cref="RtspException">There is no server, no such station, or nothing to be played.</exception>
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
            // Where a server sends us, RTSP's own rule holds: without a port it is 554.
            RtspClient client = await (redirects == 0
                ? RtspDialer.ConnectAsync(address, guard, options, time, cancellationToken)
                : RtspClient.ConnectAsync(address, guard, options, time, cancellationToken)).ConfigureAwait(false);
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
                request.Headers.Add(RtspHeaderNames.Supported, RepairFeature.Tag);
                if (options.Rendition is not null)
                {
                    request.Headers.Add(RtspHeaderNames.LinnetRendition, options.Rendition);
                }

                RtspResponse response = await client.AskAsync(request, cancellationToken).ConfigureAwait(false);
                if (response.Status is not (RtspStatus.MovedPermanently or RtspStatus.MovedTemporarily))
                {
                    Require(client, request, response);
                    return new RtspSession(
                        client, given, options, methods, RtspDescription.Read(client.Server, request, response, options.Sections));
                }

                RtspUri from = address;
                address = redirects++ < MaxRedirects
                    ? Redirected(client, response) : throw RtspFailure.TooManyRedirects(client.Server, MaxRedirects);

                // A password is for the machine that it was given for.
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

    /// <summary>Settles how packets come.</summary>
    /// <returns>What the server chose; <see langword="null"/> if it does not send that way (461).</returns>
    internal async Task<TransportSpec?> SetupAsync(TransportSpec wanted, CancellationToken cancellationToken)
    {
        var request = new RtspRequest(RtspMethod.Setup, TrackUri);
        request.Headers.Add(RtspHeaderNames.Transport, TransportHeader.Write(wanted));
        request.Headers.Add(RtspHeaderNames.Supported, $"{RepairFeature.Tag}, {RouteFeature.Tag}, {SentFeature.Tag}");
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
        TellsSent = SentFeature.IsSupportedBy(response);
        return TransportHeader.TryParse(response.Headers[RtspHeaderNames.Transport], out IReadOnlyList<TransportSpec>? specs)
            ? specs[0] : wanted;
    }

    /// <summary>Starts the sending.</summary>
    /// <param name="onStart">Told where the stream starts before the packets behind the answer are looked at.</param>
    /// <param name="cancellationToken">Gives it up.</param>
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

    /// <summary>Says which copies of earlier packets are wanted with each.</summary>
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
            // Without copies it sounds as it did before. If the connection is over, others see that.
        }
    }

    /// <summary>Says that we are still there, and so asks whether the server is.</summary>
    /// <exception cref="RtspException">It is not, or has forgotten us.</exception>
    internal async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        string method = _methods.Contains(RtspMethod.GetParameter) ? RtspMethod.GetParameter : RtspMethod.Options;
        await AskWhetherAliveAsync(new RtspRequest(method, Description.SessionUri), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks whether the server is still there, and how many packets it has sent to us if it can tell.</summary>
    /// <returns>Packets; <see langword="null"/>: it lives, but does not tell.</returns>
    /// <exception cref="RtspException">It is not there, or has forgotten us.</exception>
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

    /// <summary>Ends the session if the connection still stands. Never fails: whoever leaves does not mind.</summary>
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
                new RtspRequest(RtspMethod.Teardown, Description.SessionUri), CancellationToken.None, timeout: _options.TeardownTimeout)
                .ConfigureAwait(false);
        }
        catch (RtspException)
        {
            // It ends by itself when the connection closes.
        }
    }

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => Client.DisposeAsync();

    // What a server can do only decides how to keep it awake, so whatever it answers is good.
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
        return RtspUri.TryParse(location, out RtspUri? address) ? address : throw RtspFailure.BadRedirect(client.Server, location);
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

        // Any other answer is an answer too: there are servers that know neither method and live.
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

        // Some servers name a track here by its last part only.
        return streams.Where(stream => stream.Url.Length > 0 && TrackUri.EndsWith(stream.Url, StringComparison.OrdinalIgnoreCase))
            .Select(stream => (RtpInfo?)stream).FirstOrDefault();
    }
}
