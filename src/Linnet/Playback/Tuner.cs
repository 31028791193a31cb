using Linnet.Clock;
using Linnet.Transports;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>
/// Keeps hearing a station: connects, waits for a server that is not there yet if it is to, and connects again when the server was gone.
/// </summary>
internal sealed class Tuner : IAsyncDisposable
{
    /// <summary>
    /// How long a server may be silent at first until that is said: people are told within a second, and most servers answer before.
    /// </summary>
    internal static readonly TimeSpan FirstWord = TimeSpan.FromMilliseconds(700);

    /// <summary>How long the same problem goes unsaid: a server that is off for a night fills no log.</summary>
    internal static readonly TimeSpan SaidAgain = TimeSpan.FromMinutes(1);

    private readonly PlayerOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly ImpairedPath? _impairment;
    private readonly IStationConnector _connector;
    private IStationReceiver? _station;
    private Feed? _feed;
    private bool _tunesOn;
    private bool _isLost;
    private bool _wasHeard;
    private string? _awaits;
    private string? _said;
    private long _saidAt;
    private int _reconnects;
    private string? _title;
    private string? _track;

    /// <param name="options">The station, and how to play it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For waits, and for numbers that a stream starts with.</param>
    /// <param name="logger">Told of problems and reconnects.</param>
    internal Tuner(PlayerOptions options, TimeProvider time, Random random, ILogger logger)
    {
        _options = options;
        _time = time;
        _random = random;
        _logger = logger;
        _impairment = options.Impairment is null ? null : new ImpairedPath(options.Impairment, time);
        var request = new StationRequest(options.Url)
        {
            LeastDelay = options.Receiver.BaseDelay,
            MostDelay = options.Receiver.MostDelay,
            Transport = options.Transport,
            Impairment = _impairment,
            Rendition = options.Receiver.Profile.Rendition,
            Format = options.RawFormat,
            Trust = options.Trust,
            NeedsPackets = _impairment is not null || options.Transport is RtspTransport.Udp,
        };
        _connector = ListenScheme.Connect(request, time, random, logger);
    }

    /// <summary>Whether the server is gone and looked for.</summary>
    internal bool IsLost => Volatile.Read(ref _isLost);

    /// <summary>What the player waits for, as a sentence for the user; <see langword="null"/>: nothing.</summary>
    internal string? Awaits => Volatile.Read(ref _awaits) ?? Volatile.Read(ref _station)?.Awaits;

    /// <summary>Times the server was found again.</summary>
    internal int Reconnects => Volatile.Read(ref _reconnects);

    /// <summary>The server's name for the station, if any.</summary>
    internal string? Title => Volatile.Read(ref _title);

    /// <summary>The title of the current track, if the server reports it.</summary>
    internal string? Track => Volatile.Read(ref _track);

    /// <summary>How the sound is transported; <see langword="null"/> while there is none.</summary>
    internal StationTransport? Transport => IsLost ? null : Volatile.Read(ref _station)?.Transport;

    /// <summary>Datagrams impaired on purpose; <see langword="null"/> without an impairment.</summary>
    internal ImpairmentStatistics? Impairment => _impairment?.GetStatistics();

    /// <summary>Finds the station, or waits until it is there if it is to.</summary>
    /// <returns>The way its sound goes; the caller owns it.</returns>
    /// <exception cref="TransportException">The station cannot be heard.</exception>
    internal async Task<Feed> ConnectAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(_options.MinReconnectDelay, _options.MaxReconnectDelay, _random);
        while (true)
        {
            try
            {
                await OpenFirstAsync(cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _awaits, null);
                return _feed = Feed.For(_station!, _options.Receiver, _time);
            }
            catch (TransportException e) when (IsWorthAnotherTry(e))
            {
                await PauseAsync(e, backoff, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Hears the station until it has ended, until it is lost for good, or until cancelled.</summary>
    /// <param name="output">Receives a new feed when the format has changed.</param>
    /// <param name="cancellationToken">Ends it; the server is told.</param>
    /// <exception cref="TransportException">The station is lost for good.</exception>
    internal async Task RunAsync(Output output, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(_options.MinReconnectDelay, _options.MaxReconnectDelay, _random);
        while (true)
        {
            long before = output.Received.Received;
            try
            {
                if (_isLost || _tunesOn)
                {
                    _tunesOn = false;
                    await OpenAsync(cancellationToken).ConfigureAwait(false);
                    Adopt(output);
                }

                await _station!.RunAsync(_feed!.ToSink(OnStart, OnTrack), cancellationToken).ConfigureAwait(false);
                _logger.StationEnded();
                return;
            }
            catch (RtspException e) when (e.IsSilentSection)
            {
                // The server is there, and offers more.
                _tunesOn = true;
            }
            catch (TransportException e) when (e.HasEnded && _wasHeard)
            {
                // It came to its end while we were away.
                _logger.StationEnded();
                return;
            }
            catch (TransportException e) when (IsWorthAnotherTry(e))
            {
                // Written first: a reader that sees the loss also sees the reason.
                Volatile.Write(ref _awaits, e.Message);
                Volatile.Write(ref _isLost, true);
                if (output.Received.Received > before)
                {
                    backoff.Reset();
                }

                _connector.OnLost();
                await PauseAsync(e, backoff, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes the connection. The feed is its owner's.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _station, null) is IStationReceiver station)
        {
            await station.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A station that was heard exists: the tuner waits for it even if its name cannot be found for a while, or its server has come back
    // without it.
    private bool IsWorthAnotherTry(TransportException e) =>
        _options.Reconnects && !e.IsFinal && (_wasHeard || (_options.WaitsForStation && !e.IsUnknown));

    private async Task PauseAsync(TransportException problem, Backoff backoff, CancellationToken cancellationToken)
    {
        TimeSpan delay = backoff.Next();
        Volatile.Write(ref _awaits, problem.Message);
        if (problem.Message != _said || _time.GetElapsedTime(_saidAt) >= SaidAgain)
        {
            (_said, _saidAt) = (problem.Message, _time.GetTimestamp());
            _logger.ServerLost(problem, problem.Message, delay.TotalSeconds);
        }

        await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
    }

    // A silent server counts as gone only after its timeout, but the user is to know earlier what the player waits for.
    private async Task OpenFirstAsync(CancellationToken cancellationToken)
    {
        Task opening = OpenAsync(cancellationToken);
        if (_options.WaitsForStation && _awaits is null)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(opening, Task.Delay(FirstWord, _time, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            if (!opening.IsCompleted && !_connector.HasAnswered)
            {
                string server = _options.Url.Authority;
                _logger.NoAnswerYet(server);
                Volatile.Write(ref _awaits, $"{server} has not answered so far.");
            }
        }

        await opening.ConfigureAwait(false);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync().ConfigureAwait(false);
        IStationReceiver station = await _connector.ConnectAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _station, station);
        Volatile.Write(ref _title, station.Title);
        Volatile.Write(ref _track, null);
    }

    // A server that comes back may have something else to play.
    private void Adopt(Output output)
    {
        if (!_feed!.Fits(_station!))
        {
            _feed = Feed.For(_station!, _options.Receiver, _time);
            output.Switch(_feed);
        }
    }

    private void OnTrack(string track)
    {
        string text = track.Trim();
        Volatile.Write(ref _track, text.Length > 0 ? text : null);
    }

    // Called from the network's thread, once per connection.
    private bool OnStart()
    {
        _wasHeard = true;
        Volatile.Write(ref _awaits, null);
        _said = null;
        if (!_isLost)
        {
            return false;
        }

        Interlocked.Increment(ref _reconnects);
        Volatile.Write(ref _isLost, false);
        _logger.Reconnected();
        return true;
    }
}
