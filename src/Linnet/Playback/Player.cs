using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Playback.Devices;
using Linnet.Receive;
using Linnet.Transports;
using Linnet.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Playback;

/// <summary>
/// Plays one station on one device: finds the server, follows it, reconnects after a loss, and ends when the station ends.
/// </summary>
/// <remarks>
/// <code>
/// device ◄─ Output ◄─ Receiver (decode · conceal ◄─ jitter buffer ◄─ depacketize) ◄─ IStationReceiver ◄─ network
///           └ volume, meters      └──────────── Feed, one per format ───────────┘
/// </code>
/// </remarks>
public sealed class Player : IAsyncDisposable
{
    private const long NotBegun = long.MinValue;

    private readonly PlayerOptions _options;
    private readonly IAudioDevice _device;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Tuner _tuner;
    private readonly DeviceLoop _loop;
    private readonly CancellationTokenSource _disposing = new();
    private Task _running = Task.CompletedTask;
    private Output? _output;
    private long _begunAt = NotBegun;
    private double _volume;
    private bool _isMuted;
    private bool _hasEnded;

    /// <summary>Creates a player that does not play yet.</summary>
    /// <param name="options">The station, and how to play it.</param>
    /// <param name="device">The device to play on; the caller keeps it, and disposes it after the player.</param>
    /// <param name="time">The clock; without, the system's.</param>
    /// <param name="logger">Receives reconnects; default: no log.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems; the message lists them.</exception>
    public Player(PlayerOptions options, IAudioDevice device, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(device);

        _options = options.ThrowIfInvalid();
        _device = device;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _volume = options.Volume;
        _loop = new DeviceLoop(device, _time, _logger);
        _tuner = new Tuner(_options, _time, new Random(), _logger);
    }

    /// <summary>
    /// Plays until the station has ended and its last sample was heard, until <see cref="PlayerOptions.Duration"/> is played, or until
    /// cancelled; then the server is told, and it returns. To be called once.
    /// </summary>
    /// <exception cref="TransportException">The station cannot be heard, and the options do not wait for it; or it is lost, and
    /// reconnecting is off or pointless.</exception>
    /// <exception cref="IOException">The device cannot be opened; or a file cannot be written. If a device with a clock is gone later, the
    /// player waits for it.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _begunAt, _time.GetTimestamp(), NotBegun) != NotBegun)
        {
            throw new InvalidOperationException("A player plays once: make another.");
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            _running = PlayAsync(stopping.Token);
            await _running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As asked.
        }
        finally
        {
            Volatile.Write(ref _hasEnded, true);
        }
    }

    /// <summary>The state of the player.</summary>
    public PlayerState State =>
        Volatile.Read(ref _hasEnded) ? PlayerState.Ended
        : Volatile.Read(ref _output) is not Output output ? PlayerState.Connecting
        : _loop.IsLost ? PlayerState.NoDevice
        : _tuner.IsLost ? PlayerState.Reconnecting
        : output.Feed.Receiver.State is ReceiverState.Playing or ReceiverState.Ended ? PlayerState.Playing
        : PlayerState.Buffering;

    /// <summary>
    /// Whether the output is sound and not the silence that fills a gap. The server may be gone already: sound that has arrived is played
    /// to its end.
    /// </summary>
    internal bool IsHeard => Volatile.Read(ref _output)?.Feed.Receiver.State is ReceiverState.Playing or ReceiverState.Ended;

    /// <summary>The volume, 0 – 8 (+18 dB): 1 is as sent and changes no sample. A change takes 20 ms, without a click.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The volume is out of range.</exception>
    public double Volume
    {
        get => Volatile.Read(ref _volume);
        set
        {
            if (!(value is >= 0 and <= Gain.Max))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"Between 0 and {Gain.Max}.");
            }

            Volatile.Write(ref _volume, value);
            ApplyVolume();
        }
    }

    /// <summary>Whether the player is muted, whatever the volume.</summary>
    public bool IsMuted
    {
        get => Volatile.Read(ref _isMuted);
        set
        {
            Volatile.Write(ref _isMuted, value);
            ApplyVolume();
        }
    }

    /// <summary>
    /// The player at this moment, with its counters since its start. Any thread may call it, several times a second. Each call sets
    /// <see cref="PlayerStatistics.Peak"/> back.
    /// </summary>
    public PlayerStatistics GetStatistics()
    {
        Output? output = Volatile.Read(ref _output);
        PlayerState state = State;
        return new PlayerStatistics
        {
            State = state,
            Elapsed = Volatile.Read(ref _begunAt) is var since and not NotBegun ? _time.GetElapsedTime(since) : TimeSpan.Zero,
            Address = ShownAddress.Of(_options.Url),
            Output = _device.Name,
            IsRecording = IsRecording,
            Awaits = state is PlayerState.Ended ? null : _tuner.Awaits,
            Title = _tuner.Title,
            Track = _tuner.Track,
            Payload = output?.Feed.Payload,
            Format = output?.Feed.Format ?? default,
            Transport = _tuner.Transport,
            Receiver = output?.Received ?? new ReceiverStatistics(),
            Impairment = _tuner.Impairment,
            Played = output?.Played ?? TimeSpan.Zero,
            Reconnects = _tuner.Reconnects,
            DeviceReopens = _loop.Reopens,
            Levels = output?.LevelsWhile(isHeard: state is PlayerState.Playing or PlayerState.Ended) ?? [],
            Peak = output?.TakePeak() ?? 0,
            Volume = Volume,
            IsMuted = IsMuted,
        };
    }

    /// <summary>Stops playing, if it still plays. Does not touch the device.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposing.Dispose();
        _loop.Dispose();
    }

    private async Task PlayAsync(CancellationToken cancellationToken)
    {
        await using var tuner = _tuner.ConfigureAwait(false);

        // Reported before waiting for the server: a file that cannot be written.
        (_device as WavFileDevice)?.ThrowIfUnwritable();
        Feed feed = await _tuner.ConnectAsync(cancellationToken).ConfigureAwait(false);
        AudioFormat format = await OpenDeviceAsync(feed, cancellationToken).ConfigureAwait(false);
        using var output = new Output(feed, format, _device.HasClock, _options.Duration, Loudness);
        Volatile.Write(ref _output, output);
        (_device as CallbackDevice)?.SentAt = output.SentAt;
        ApplyVolume();
        SayWhatPlays(feed.Payload);

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task hearing = _tuner.RunAsync(output, stopping.Token);
        Task playing = _loop.RunAsync(output.Fill, () => output.Feed.Format, output.Reopen, stopping.Token);
        if (await Task.WhenAny(hearing, playing).ConfigureAwait(false) == hearing)
        {
            // Nothing more will come; the buffered sound is played to its end.
            output.End();
            _loop.Finish();
            await playing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(playing, hearing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (playing.IsFaulted ? playing : hearing.IsFaulted ? hearing : Task.CompletedTask).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void SayWhatPlays(PayloadFormat payload)
    {
        string url = ShownAddress.Of(_options.Url);
        if (_options.FeedsStation || _device is CallbackDevice)
        {
            _logger.Receiving(url, payload);
        }
        else if (IsRecording)
        {
            _logger.Recording(url, _device.Name, payload);
        }
        else
        {
            _logger.Playing(url, _device.Name, payload);
        }
    }

    private async Task<AudioFormat> OpenDeviceAsync(Feed feed, CancellationToken cancellationToken)
    {
        try
        {
            _device.BitDepth = feed.BitDepth;
            return await _device.OpenAsync(feed.Format, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            feed.Dispose();
            throw;
        }
    }

    private bool IsRecording => !_device.HasClock && _device is not CallbackDevice;

    private float Loudness => IsMuted ? 0 : (float)Volume;

    private void ApplyVolume() => Volatile.Read(ref _output)?.Volume = Loudness;
}
