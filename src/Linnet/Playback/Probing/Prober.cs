using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Receive;
using Linnet.Transports;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Sdp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Playback.Probing;

/// <summary>Receives a station without playing it, and measures the path that its packets take.</summary>
public sealed class Prober
{
    // Packets to keep for the report: the newest, 32 bytes each. Some minutes of the shortest packets.
    private const int MaxPackets = 1 << 18;

    private static readonly TimeSpan Stock = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FirstPacketPatience = TimeSpan.FromSeconds(5);

    private readonly ProberOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ImpairedPath? _impairment;
    private readonly IStationConnector _connector;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IStationReceiver? _station;
    private ArrivalRecorder? _recorder;
    private long _begunAt;
    private long _firstAt;

    /// <summary>Creates a prober. It starts with <see cref="RunAsync"/>.</summary>
    /// <param name="options">The station and the duration.</param>
    /// <param name="time">The clock; <see langword="null"/> for the system clock.</param>
    /// <param name="logger">Logs changes of the transport; <see langword="null"/> for no log.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> are invalid; the message lists the problems.</exception>
    public Prober(ProberOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);

        _options = options.ThrowIfInvalid();
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _impairment = options.Impairment is null ? null : new ImpairedPath(options.Impairment, _time);
        var request = new StationRequest(options.Url)
        {
            Transport = options.Transport,
            Impairment = _impairment,
            Trust = options.Trust,
            NeedsPackets = true,
        };
        _connector = ListenScheme.Connect(request, _time, new Random(), _logger);
    }

    /// <summary>The current progress. May be called from any thread.</summary>
    public ProbeProgress Progress
    {
        get
        {
            (long packets, long bytes, long missing) = Volatile.Read(ref _recorder)?.Progress ?? default;
            TimeSpan elapsed = _begun.Task.IsCompleted ? _time.GetElapsedTime(Volatile.Read(ref _begunAt)) : TimeSpan.Zero;
            return new ProbeProgress
            {
                Title = Volatile.Read(ref _station)?.Title,
                Payload = Volatile.Read(ref _station)?.Payload,
                Transport = Volatile.Read(ref _station)?.Transport,
                Elapsed = elapsed < _options.Duration ? elapsed : _options.Duration,
                Duration = _options.Duration,
                Packets = packets,
                Bytes = bytes,
                Missing = missing,
                Impairment = _impairment?.GetStatistics(),
            };
        }
    }

    /// <summary>Receives until the duration has passed, the station ends or it is cancelled. Call once.</summary>
    /// <exception cref="TransportException">The station cannot be received, or the connection was lost.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (await ListenAsync(stopping).ConfigureAwait(false))
            {
                // The server is up but sends nothing in the selected section, and offers others.
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The time is up, or the caller cancelled.
        }
    }

    /// <summary>Computes the report so far. Takes a while: it plays the recording through every profile.</summary>
    public PathReport Judge()
    {
        PathRecording recording = Volatile.Read(ref _recorder)?.Take() ?? new PathRecording { ClockRate = 1 };
        IStationReceiver? station = Volatile.Read(ref _station);
        return ProfileTrials.AddTo(
            PathAnalysis.Judge(recording), recording, station is { Transport: StationTransport.Tcp }, station?.Repair ?? RepairOffer.None);
    }

    // True: try another audio section of the server.
    private async Task<bool> ListenAsync(CancellationTokenSource stopping)
    {
        IStationReceiver station = await _connector.ConnectAsync(stopping.Token).ConfigureAwait(false);
        await using (station.ConfigureAwait(false))
        {
            var recorder = new ArrivalRecorder(station.Payload.ClockRate, station.PayloadType, MaxPackets);
            Volatile.Write(ref _recorder, recorder);
            Volatile.Write(ref _station, station);
            Task hearing = station.RunAsync(new Sink(this, recorder), stopping.Token);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            await Task.WhenAny(hearing, WaitAsync(over.Token)).ConfigureAwait(false);
            if (hearing.Exception?.InnerException is RtspException { IsSilentSection: true })
            {
                await over.CancelAsync().ConfigureAwait(false);
                return true;
            }

            await stopping.CancelAsync().ConfigureAwait(false);
            await hearing.ConfigureAwait(false);
            return false;
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _begun.Task.WaitAsync(_options.Duration + FirstPacketPatience, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return;
        }

        long until = _begunAt + _options.Duration.InTicks(_time);

        // A timer allows at most 49 days, and truncates to whole milliseconds.
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), until);
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))), _time, cancellationToken)
            .ConfigureAwait(false);
    }

    // Skip the server's initial burst: it is sent at once and does not show how the path behaves later.
    private bool HasBegun(long at)
    {
        if (_firstAt == 0)
        {
            _firstAt = at;
        }

        if (!_begun.Task.IsCompleted && _time.GetElapsedTime(_firstAt, at) >= Stock)
        {
            Volatile.Write(ref _begunAt, at);
            _begun.TrySetResult();
        }

        return _begun.Task.IsCompleted;
    }

    private long Ticks(long at) => _time.GetElapsedTime(0, at).Ticks;

    /// <summary>Records arrivals after the initial burst.</summary>
    private sealed class Sink(Prober prober, ArrivalRecorder recorder) : IRtpSink
    {
        public void Start(ushort? firstSequence, uint? firstTimestamp)
        {
        }

        public void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt)
        {
            if (prober.HasBegun(arrivedAt))
            {
                recorder.OnPacket(datagram, prober.Ticks(arrivedAt));
            }
        }

        public void OnSenderReport(SenderReport report, long arrivedAt) =>
            recorder.OnReport(report, prober._time.GetUtcNow() - prober._time.GetElapsedTime(arrivedAt), prober.Ticks(arrivedAt));

        public void OnBye(uint ssrc, long arrivedAt)
        {
        }

        public void OnRoundTrip(TimeSpan roundTrip, bool isMeasured) => recorder.OnRoundTrip(roundTrip, isMeasured);
    }
}

/// <summary>The progress of a probe.</summary>
public sealed record ProbeProgress
{
    /// <summary>The station's title, or <see langword="null"/>.</summary>
    public string? Title { get; init; }

    /// <summary>The encoding of the audio; <see langword="null"/> until known.</summary>
    public PayloadFormat? Payload { get; init; }

    /// <summary>The transport in use; <see langword="null"/> until known.</summary>
    public StationTransport? Transport { get; init; }

    /// <summary>The time since the server's initial burst was over.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The duration of the probe.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Packets received.</summary>
    public long Packets { get; init; }

    /// <summary>Bytes received.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets that have not arrived, or not yet.</summary>
    public long Missing { get; init; }

    /// <summary>Datagrams impaired on purpose; <see langword="null"/> without an impairment.</summary>
    public ImpairmentStatistics? Impairment { get; init; }
}
