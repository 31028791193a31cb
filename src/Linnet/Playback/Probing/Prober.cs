using Linnet.Codecs;
using Linnet.Transports;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Sdp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Playback.Probing;

/// <summary>Listens to a station without playing it, and judges the path that its packets came.</summary>
public sealed class Prober
{
    private static readonly TimeSpan Stock = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FirstPacketPatience = TimeSpan.FromSeconds(5);

    private readonly ProberOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ImpairedPath? _impairment;
    private readonly StationLookup _lookup;
    private readonly AudioSections _sections = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RtspReceiver? _station;
    private ArrivalRecorder? _recorder;
    private long _begunAt;
    private long _firstAt;

    /// <summary>A prober that has not begun.</summary>
    /// <param name="options">What to listen to.</param>
    /// <param name="time">The clock; without, the system's.</param>
    /// <param name="logger">Told of changes of the way; without, nobody is.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems; the message lists them.</exception>
    public Prober(ProberOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);

        _options = options.ThrowIfInvalid();
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _lookup = new StationLookup(options.Url, _time);
        _impairment = options.Impairment is null ? null : new ImpairedPath(options.Impairment, _time);
    }

    /// <summary>How it goes. May be called from any thread.</summary>
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
                Transport = Volatile.Read(ref _station) is not { } station ? null : station.IsTcp ? RtspTransport.Tcp : RtspTransport.Udp,
                Elapsed = elapsed < _options.Duration ? elapsed : _options.Duration,
                Duration = _options.Duration,
                Packets = packets,
                Bytes = bytes,
                Missing = missing,
                Impairment = _impairment?.GetStatistics(),
            };
        }
    }

    /// <summary>Listens for as long as it should, until the station ends, or until cancelled; then it returns. To be called once.</summary>
    /// <exception cref="TransportException">The station cannot be heard, or was lost.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (await ListenAsync(stopping).ConfigureAwait(false))
            {
                // The server is there, but says nothing in what was chosen, and offers more.
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Time is up, or as asked.
        }
    }

    /// <summary>Judges what was heard so far. Takes a while: the recording is played through every profile.</summary>
    public PathReport Judge()
    {
        PathRecording recording = Volatile.Read(ref _recorder)?.Take() ?? new PathRecording { ClockRate = 1 };
        RtspReceiver? station = Volatile.Read(ref _station);
        return ProfileTrials.AddTo(
            PathAnalysis.Judge(recording), recording, station is { IsTcp: true }, station?.Repair ?? RepairOffer.None);
    }

    // True: another audio section of the server is to be tried.
    private async Task<bool> ListenAsync(CancellationTokenSource stopping)
    {
        RtspReceiver station = await ConnectAsync(stopping.Token).ConfigureAwait(false);
        await using (station.ConfigureAwait(false))
        {
            var recorder = new ArrivalRecorder(station.Payload.ClockRate, station.PayloadType, _options.MaxPackets);
            Volatile.Write(ref _recorder, recorder);
            Volatile.Write(ref _station, station);
            Task hearing = station.RunAsync(ToSink(recorder), stopping.Token);
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

    private Task<RtspReceiver> ConnectAsync(CancellationToken cancellationToken) => _lookup.ConnectAsync(
        address =>
        {
            var options = new RtspReceiverOptions
            {
                Address = address,
                Transport = _impairment is null ? _options.Transport : RtspTransport.Udp,
                Impairment = _impairment,
                Sections = _sections,
            };
            return RtspReceiver.ConnectAsync(options, _time, new Random(), _logger, cancellationToken);
        },
        cancellationToken);

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

        long until = _begunAt + (long)(_options.Duration.TotalSeconds * _time.TimestampFrequency);

        // A timer takes no more than 49 days, and cuts to whole milliseconds.
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), until);
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))), _time, cancellationToken)
            .ConfigureAwait(false);
    }

    private RtpSink ToSink(ArrivalRecorder recorder) => new()
    {
        Start = static (_, _) => { },
        Packet = (datagram, at) =>
        {
            if (HasBegun(at))
            {
                recorder.OnPacket(datagram, Ticks(at));
            }
        },
        SenderReport = (report, at) => recorder.OnReport(report, _time.GetUtcNow() - _time.GetElapsedTime(at), Ticks(at)),
        Goodbye = static (_, _) => { },
        Report = static _ => null,
        RoundTrip = recorder.OnRoundTrip,
    };

    // What a server has in stock it sends at once: that is not what the path is like later.
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
}

/// <summary>How a probe goes.</summary>
public sealed record ProbeProgress
{
    /// <summary>What the server calls the station, if anything.</summary>
    public string? Title { get; init; }

    /// <summary>How the sound is encoded; <see langword="null"/> before it is known.</summary>
    public PayloadFormat? Payload { get; init; }

    /// <summary>How packets come; <see langword="null"/> before it is known.</summary>
    public RtspTransport? Transport { get; init; }

    /// <summary>Since what the server had in stock was through.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>How long it is to be.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Packets heard.</summary>
    public long Packets { get; init; }

    /// <summary>Bytes of them.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets that have not come, or not yet.</summary>
    public long Missing { get; init; }

    /// <summary>What was done to datagrams on purpose; <see langword="null"/> if nothing was to be.</summary>
    public ImpairmentStatistics? Impairment { get; init; }
}
