using System.Net.Sockets;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtsp;

/// <summary>Hears one station of an RTSP server, over UDP or in the connection.</summary>
/// <remarks>
/// <code>
/// ConnectAsync: OPTIONS ─► DESCRIBE ─► SETUP        RunAsync: PLAY ─► RTP, RTCP ─► RtpReceiver ─► the sink ─► TEARDOWN
/// </code>
/// </remarks>
internal sealed class RtspReceiver : IStationReceiver
{
    // When a connection closes, the last packets and the goodbye that explains it may still be on their way as datagrams.
    private static readonly TimeSpan UdpGrace = TimeSpan.FromMilliseconds(250);

    // A server that stops closes its connections at once after its goodbye; one whose audio has ended waits for the client to leave.
    private static readonly TimeSpan GoodbyeGrace = TimeSpan.FromMilliseconds(500);

    private readonly RtspReceiverOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly SectionWatch _sections;
    private RtspSession _session;
    private RtspDelivery _delivery;
    private bool _wasHeard;

    private RtspReceiver(
        RtspSession session, RtspDelivery delivery, RtspReceiverOptions options, TimeProvider time, Random random, ILogger logger)
    {
        _session = session;
        _delivery = delivery;
        _options = options with { Address = session.Address };
        _time = time;
        _random = random;
        _logger = logger;
        _sections = new SectionWatch(options, time, logger);
    }

    /// <summary>The given address, with the port that was found. A lost connection is retried only there.</summary>
    internal RtspUri Address => _options.Address;

    /// <summary>How the sound is encoded.</summary>
    public PayloadFormat Payload => _session.Description.Payload;

    /// <summary>The RTP payload type it has.</summary>
    public byte PayloadType => _session.Description.PayloadType;

    /// <summary>How its losses are repaired: over UDP only, for a connection has no losses.</summary>
    public RepairOffer Repair => _delivery.IsTcp
        ? RepairOffer.None
        : _session.Description.Repair with { CopiesOnRequest = _session.SendsCopies };

    /// <summary>What the server calls it, if anything.</summary>
    public string? Title => _session.Description.Title;

    /// <inheritdoc/>
    public int BitDepth => Payload.Is("L24") ? 24 : Payload.Is("opus") ? 0 : 16;

    /// <summary>Whether packets come in the RTSP connection; may become so while it runs.</summary>
    internal bool IsTcp => _delivery.IsTcp;

    /// <inheritdoc/>
    public StationTransport Transport => IsTcp ? StationTransport.Tcp : StationTransport.Udp;

    /// <inheritdoc/>
    public bool MayComeQueued => IsTcp || _options.Transport is not RtspTransport.Udp;

    /// <summary>Whether UDP has brought sound.</summary>
    internal bool WasHeardOverUdp { get; private set; }

    /// <inheritdoc/>
    public string? Awaits { get; private set => Volatile.Write(ref field, value); }

    /// <summary>Connects, and settles what will come and how.</summary>
    /// <exception cref="RtspException">The server is not there, refuses, or offers nothing that can be played.</exception>
    internal static async Task<RtspReceiver> ConnectAsync(
        RtspReceiverOptions options, TimeProvider time, Random random, ILogger logger, CancellationToken cancellationToken)
    {
        options.ThrowIfInvalid();
        (RtspSession session, RtspDelivery delivery) = await OpenAsync(options, time, cancellationToken).ConfigureAwait(false);
        if (session.IsTls && options.SrtpProblem() is string problem && options.Transport is not RtspTransport.Tcp)
        {
            logger.SrtpNotUsed(session.Client.Server, problem);
        }

        return new RtspReceiver(session, delivery, options, time, random, logger);
    }

    /// <inheritdoc/>
    public IAudioDecoder CreateDecoder() => AudioDecoders.TryCreate(Payload, out IAudioDecoder? decoder, out string? problem)
        ? decoder
        : throw new RtspException(problem) { IsFinal = true };

    /// <summary>Hears until the server closes the connection after its goodbye, until it is lost, or until cancelled.</summary>
    /// <param name="sink">Receives the audio and its events.</param>
    /// <param name="cancellationToken">Stops it; the server gets a TEARDOWN.</param>
    /// <exception cref="RtspException">The server is gone, or refuses to go on.</exception>
    public async Task RunAsync(IRtpSink sink, CancellationToken cancellationToken)
    {
        sink = _sections.Watch(sink);
        var way = new UdpWay(_options.Transport, _options.UdpPatience, _time.TimestampFrequency);
        while (!await HearAsync(sink, way.FirstPatience, cancellationToken).ConfigureAwait(false))
        {
            await SetUpAgainAsync(way, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connection and the sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        _delivery.Dispose();
        await _session.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<(RtspSession Session, RtspDelivery Delivery)> OpenAsync(
        RtspReceiverOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        RtspSession session = await RtspSession.OpenAsync(options, time, cancellationToken).ConfigureAwait(false);
        try
        {
            return (session,
                await RtspDelivery.SetupAsync(session, options.Transport, options.Impairment, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await session.TeardownAsync().ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // UDP stopped, or never worked. Takes a new connection, for not every server lets a session be set up twice, and new ports.
    private async Task SetUpAgainAsync(UdpWay way, CancellationToken cancellationToken)
    {
        RtspDescription before = _session.Description;
        string server = _session.Client.Server;
        bool isNews = Awaits is null;
        (RtspTransport next, TimeSpan pause) = way.OnLost(_wasHeard, _time.GetTimestamp());
        if (next is RtspTransport.Tcp && !_wasHeard && isNews)
        {
            _logger.UdpGivenUp(server, _options.UdpPatience.TotalSeconds);
        }
        else if (next is RtspTransport.Tcp)
        {
            _logger.UdpLostForGood(server);
        }
        else if (_wasHeard)
        {
            _logger.UdpLost(server);
        }
        else
        {
            _logger.UdpBringsNothing(server, pause.TotalSeconds);
        }

        Awaits = next is RtspTransport.Tcp
            ? $"No audio arrives from {server} over UDP: switching to TCP."
            : $"No audio arrives from {server} over UDP, though the server answers: setting up again.";
        await DisposeAsync().ConfigureAwait(false);
        await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        (_session, _delivery) = await OpenAsync(_options with { Transport = next }, _time, cancellationToken).ConfigureAwait(false);
        if (_session.Description.Payload != before.Payload || _session.Description.PayloadType != before.PayloadType)
        {
            throw new RtspException($"{_session.Client.Server} has changed the format.");
        }
    }

    // False: no audio arrives over UDP, and the session is to be set up again.
    private async Task<bool> HearAsync(IRtpSink sink, TimeSpan firstPatience, CancellationToken cancellationToken)
    {
        var rtp = new RtpReceiver(sink, _time, _random, _session.Description.IsLive, _delivery.Srtp);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            _delivery.Deliver(rtp);
            if (_session.Client.RoundTrip is TimeSpan roundTrip)
            {
                sink.OnRoundTrip(roundTrip, false);
            }

            await _session.PlayAsync(rtp.OnStart, cancellationToken).ConfigureAwait(false);

            Task silence = _delivery.IsTcp || _options.Transport is RtspTransport.Tcp
                ? Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping.Token)
                : new UdpWatch(_session, rtp, _time).RunAsync(firstPatience, stopping.Token);
            Task farewell = HearFarewellAsync(rtp, stopping.Token);
            Task[] work =
            [
                silence,
                farewell,
                _session.Client.Closed,
                TellWhenHeardAsync(rtp, stopping.Token),
                _delivery.ReceiveAsync(rtp, _time, stopping.Token),
                rtp.ReportAsync(_delivery.SendRtcpAsync, stopping.Token),
                StayAwakeAsync(rtp, stopping.Token),
                _sections.RunAsync(_session, stopping.Token),
                RepairAsync(rtp, stopping.Token),
            ];
            Task first = await Task.WhenAny(work).ConfigureAwait(false);
            if (first == _session.Client.Closed)
            {
                await WaitForTheLastAsync(stopping.Token).ConfigureAwait(false);
            }

            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(work.Where(task => task != _session.Client.Closed))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return await OutcomeAsync(first, silence, farewell, rtp).ConfigureAwait(false);
        }
        finally
        {
            _wasHeard = rtp.HasSound;
            WasHeardOverUdp |= _wasHeard && !_delivery.IsTcp;
            await LeaveAsync(rtp).ConfigureAwait(false);
        }
    }

    private async Task<bool> OutcomeAsync(Task first, Task silence, Task farewell, RtpReceiver rtp)
    {
        if (rtp.Goodbye.IsCompleted)
        {
            return true;
        }

        // A goodbye explains why the connection has closed behind it.
        if (rtp.Farewell.IsCompletedSuccessfully && GoodbyeReason.IsNotTheEnd((await rtp.Farewell.ConfigureAwait(false)).Reason))
        {
            throw FarewellOf(await rtp.Farewell.ConfigureAwait(false));
        }

        if (first == silence || first == farewell)
        {
            await first.ConfigureAwait(false);
            return false;
        }

        // The connection's own error explains more than a failed send.
        if (_session.Client.Failure is RtspException failure)
        {
            throw failure;
        }

        try
        {
            await first.ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new RtspException($"Receiving over UDP failed: {e.Message.TrimEnd('.')}.", e);
        }

        return true;
    }

    // Fails if the server has said that it only stops, or has lost the session. A goodbye without a reason is the end if the
    // connection is still open a moment later; otherwise the server stopped.
    private async Task HearFarewellAsync(RtpReceiver rtp, CancellationToken cancellationToken)
    {
        Goodbye goodbye = await rtp.Farewell.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (GoodbyeReason.IsNotTheEnd(goodbye.Reason))
        {
            await WaitForTheLastAsync(cancellationToken).ConfigureAwait(false);
            throw FarewellOf(goodbye);
        }

        await Task.Delay(GoodbyeGrace, _time, cancellationToken).ConfigureAwait(false);
        rtp.AcceptFarewell(goodbye);
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
    }

    private RtspException FarewellOf(Goodbye goodbye) => goodbye.Reason is GoodbyeReason.TimedOut
        ? RtspFailure.Forgotten(_session.Client.Server)
        : RtspFailure.Stopped(_session.Client.Server);

    private async Task TellWhenHeardAsync(RtpReceiver rtp, CancellationToken cancellationToken)
    {
        await rtp.Sound.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Awaits is not null)
        {
            _logger.SoundIsBack(_session.Client.Server, _delivery.IsTcp ? "TCP" : "UDP");
            Awaits = null;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
    }

    // It waits while there is nothing to repair.
    private Task RepairAsync(RtpReceiver rtp, CancellationToken cancellationToken) =>
        Repair.RtxPayloadType is null && !Repair.CopiesOnRequest
        ? Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken)
        : rtp.RepairAsync(
            Repair.ReducedSize,
            _delivery.SendRtcpAsync,
            _session.SendsCopies ? _session.SetRedundancyAsync : null,
            _logger.RepairDecided,
            cancellationToken);

    private async Task WaitForTheLastAsync(CancellationToken cancellationToken)
    {
        if (!_delivery.IsTcp)
        {
            await Task.Delay(UdpGrace, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The server needs a sign of life now and then, and so do we when the audio stops.
    private async Task StayAwakeAsync(RtpReceiver rtp, CancellationToken cancellationToken)
    {
        long askedAt = _time.GetTimestamp();
        while (true)
        {
            TimeSpan left = _session.KeepAliveInterval - _time.GetElapsedTime(askedAt);
            if (left > TimeSpan.Zero)
            {
                TimeSpan nap = left < RtspReceiverOptions.SilencePatience ? left : RtspReceiverOptions.SilencePatience;
                await Task.Delay(RoundedUp(nap), _time, cancellationToken).ConfigureAwait(false);
            }

            if (_time.GetElapsedTime(askedAt) >= _session.KeepAliveInterval || rtp.SilentFor >= RtspReceiverOptions.SilencePatience)
            {
                askedAt = _time.GetTimestamp();
                await _session.KeepAliveAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task LeaveAsync(RtpReceiver rtp)
    {
        if (_session.Client.Failure is not null)
        {
            return;
        }

        try
        {
            byte[] goodbye = new byte[128];
            await _delivery.SendRtcpAsync(goodbye.AsMemory(0, rtp.WriteGoodbye(goodbye)), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RtspException)
        {
            // The server has closed the session already.
        }

        await _session.TeardownAsync().ConfigureAwait(false);
    }

    // Task.Delay cuts to whole milliseconds.
    private static TimeSpan RoundedUp(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));
}
