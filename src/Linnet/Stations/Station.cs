using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Diagnostics;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Stations;

/// <summary>
/// A named live programme, the sending half from sound to packets: a source, one timeline, and its renditions, each encoded once for all
/// its listeners.
/// </summary>
/// <remarks>
/// One thread does all of the station's work, some 300 ms ahead of the clock: it reads the source and encodes. A source that waits delays
/// its own station only.
/// </remarks>
public sealed class Station : IAsyncDisposable, IDisposable
{
    // IAudioSource ─┬─► SoundHistory ─► Rendition: convert, encode ─► RingWriter ─► BroadcastRing ─► transports
    //               └─► StationClock: position → when it is due ────────┘
    //                   RenditionLifecycle: which renditions run ◄── leases ────────────┘
    //
    // StationThread steps all of this. Step needs no thread: tests step a station in simulated time. Instants are ticks of
    // TimeProvider.GetTimestamp of the provider given.

    /// <summary>The value of <see cref="Step"/> when there is nothing to do until a rendition is wanted.</summary>
    internal const long Never = long.MaxValue;

    private static readonly TimeSpan ReadTime = TimeSpan.FromMilliseconds(10);

    /// <summary>How late the source's audio may be before the station resets its clock instead of catching up.</summary>
    private static readonly TimeSpan MaxLateness = TimeSpan.FromMilliseconds(100);

    private readonly StationOptions _options;
    private readonly IAudioSource _source;
    private readonly StationClock _clock;
    private readonly SoundHistory _history;
    private readonly RenditionLifecycle _renditions;
    private readonly StationThread _thread;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _resetNotices;
    private readonly float[] _block;
    private readonly long _ahead;
    private volatile StationState _state;
    private volatile TrackInfo? _track;
    private volatile float[] _levels;
    private volatile bool _isRemoved;

    /// <summary>Creates a station; it does nothing until <see cref="RunAsync"/>.</summary>
    /// <param name="options">The station's name and encodings.</param>
    /// <param name="source">The station's sound; disposed with the station.</param>
    /// <param name="time">The clock; default <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Takes its few lines; default none.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    public Station(StationOptions options, IAudioSource source, TimeProvider? time = null, ILogger<Station>? logger = null)
        : this(options, source, time ?? TimeProvider.System, (ILogger?)logger ?? NullLogger.Instance)
    {
    }

    /// <param name="options">The station's name and encodings.</param>
    /// <param name="source">The station's sound; disposed with the station.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes its few lines.</param>
    /// <param name="change">Changes how renditions are made, for tests of failures.</param>
    internal Station(
        StationOptions options, IAudioSource source, TimeProvider time, ILogger logger, Func<RenditionSpec, RenditionSpec>? change = null)
    {
        _options = options.ThrowIfInvalid();
        _source = source;
        _time = time;
        _logger = logger;
        _resetNotices = new LogThrottle(time);
        _ahead = options.EncodeAhead.InTicks(time);
        _block = new float[Math.Max(1, source.Format.FramesIn(ReadTime)) * source.Format.Channels];
        _levels = new float[source.Format.Channels];

        var list = new RenditionList(source.Format, source.BitDepth, options);
        TimeSpan preRoll = list.HasStreams && options.LongestPreRoll > Rendition.RtpPreRoll ? options.LongestPreRoll : Rendition.RtpPreRoll;
        _clock = new StationClock(
            source.Format.SampleRate, time.TimestampFrequency, MaxLateness, source.IsLive, time.GetTimestamp());
        _history = new SoundHistory(source.Format, options.EncodeAhead + preRoll + ReadTime);
        _renditions = new RenditionLifecycle(
            options, list.ToSpecs().Select(spec => change?.Invoke(spec) ?? spec), _history, time, logger);
        _thread = new StationThread(this, time, logger);
        _renditions.Wanted = _thread.Wake;
        Listing = new StationListing(options.Name, [.. _renditions.Renditions.Select(static r => r.Ring)])
        {
            Missing = list.Missing,
            ArtUrl = options.ArtUrl,
        };
    }

    /// <summary>The station's name in URLs.</summary>
    public string Name => _options.Name;

    /// <summary>Its renditions' rings, for transports.</summary>
    internal StationListing Listing { get; }

    /// <summary>The state of the station.</summary>
    internal StationState State => _state;

    /// <summary>The error, if the station failed.</summary>
    internal string? Problem { get; private set; }

    /// <summary>When the last frame is due; known once the source has ended.</summary>
    internal long EndsAt { get; private set; }

    /// <summary>The map from the source's positions to time.</summary>
    internal MediaTimeline Timeline => _clock.Timeline;

    /// <summary>
    /// Plays until the source has ended and its last frame is due, the source fails, or the caller cancels. Then the rings have ended.
    /// </summary>
    /// <remarks>A source that fails ends the station and throws nothing: <see cref="StationSnapshot.Problem"/> says why.</remarks>
    public Task RunAsync(CancellationToken cancellationToken) => _thread.RunAsync(cancellationToken);

    /// <summary>The station as it is now. Any thread may ask.</summary>
    public StationSnapshot GetSnapshot()
    {
        long due = _state == StationState.Waiting ? 0 : _clock.DuePosition(_time.GetTimestamp());
        return new StationSnapshot(
            _options.Name, _state, Problem, _track, _source.Format, _source.BitDepth, _source.Format.DurationOf(due), _levels,
            _clock.Resets, _renditions.GetSnapshots())
        {
            Awaits = _source.Outage,
            Upcoming = UpcomingTrack(),
            IsSenderHeard = _source is FallbackSource { IsPrimaryHeard: true },
            Underruns = _source switch { FallbackSource fed => fed.Underruns, PcmSource written => written.Underruns, _ => 0 },
        };
    }

    // The source may be the application's own. What it throws here is no reason to fail: the next track is only shown.
    private TrackInfo? UpcomingTrack()
    {
        try
        {
            return _source.Upcoming;
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Reads and encodes sound that must be ready now, on the station's thread. May wait for a live source or a pipe.</summary>
    /// <returns>When to call it again.</returns>
    internal long Step(CancellationToken cancellationToken)
    {
        if (!HasStarted())
        {
            return Never;
        }

        _renditions.Update(_clock.Timeline);
        while (_state == StationState.Playing)
        {
            // A source that is slower than real time never catches up, so this loop needs its own check.
            cancellationToken.ThrowIfCancellationRequested();
            long next = _clock.NextDueAt - _ahead;
            if (!_source.IsLive && next > _time.GetTimestamp())
            {
                return next;
            }

            ReadBlock(cancellationToken);
            if (_source.IsLive)
            {
                return _time.GetTimestamp();
            }

            _renditions.Update(_clock.Timeline);
        }

        return Never;
    }

    /// <summary>Ends the station with the sound read so far. After its source's end this does nothing.</summary>
    /// <param name="state">How it has ended.</param>
    /// <param name="problem">The error, if any.</param>
    /// <param name="reason">The reason for its listeners; none: the station has ended by itself.</param>
    internal void Finish(StationState state, string? problem = null, DropReason reason = DropReason.None)
    {
        if (_state is StationState.Ended or StationState.Failed)
        {
            return;
        }

        EndsAt = _state == StationState.Waiting ? _time.GetTimestamp() : _clock.NextDueAt;
        Problem = problem;
        _state = state;
        _renditions.Finish(_clock.Timeline, ArrivedAt(), reason);
    }

    /// <summary>
    /// Marks the station as removed: if <see cref="RunAsync"/> is cancelled after this, its listeners are told that it has ended, and not
    /// that the server stops.
    /// </summary>
    internal void Remove() => _isRemoved = true;

    /// <summary>Frees encoders and source. After <see cref="RunAsync"/> has returned.</summary>
    public void Dispose()
    {
        _renditions.Dispose();
        _source.Dispose();
        _thread.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The reason for listeners if the station is cancelled.</summary>
    internal DropReason StopReason => _isRemoved ? DropReason.None : DropReason.ServerStopped;

    private bool HasStarted()
    {
        if (_state != StationState.Waiting)
        {
            return true;
        }

        if (!_renditions.HasWanted(out long stock) && !_options.StartAtOnce && !_source.IsLive)
        {
            return false;
        }

        _clock.Start(_time.GetTimestamp(), _source.IsStored ? stock : 0);
        _state = StationState.Playing;
        _logger.StationStarts(_options.Name);
        return true;
    }

    private void ReadBlock(CancellationToken cancellationToken)
    {
        SourceRead read = _source.ReadSound(_block, cancellationToken);
        if (read.Frames == 0)
        {
            _logger.StationEnded(_options.Name);
            Finish(StationState.Ended);
            return;
        }

        FollowClock(_clock.Advance(read.Frames, read.Pace, read.Discontinuity, _time.GetTimestamp()));
        if (read.Track is { } track)
        {
            SetTrack(track);
        }

        ReadOnlySpan<float> pcm = _block.AsSpan(0, read.Frames * _source.Format.Channels);
        _history.Append(pcm);
        _renditions.Take(pcm, read.Packets, ArrivedAt());
        MeasureLevels(pcm);
    }

    private void FollowClock(in ClockChange change)
    {
        if (change.IsStep)
        {
            _renditions.SetTimeline(_clock.Timeline, change.SoundLost);
        }
        else if (change.IsAdjusted)
        {
            _renditions.AdjustTimeline(_clock.Timeline);
        }

        if (change.Late is long late && _resetNotices.TrySay(out _))
        {
            _logger.Reanchored(_options.Name, late * 1000.0 / _time.TimestampFrequency, _clock.Resets);
        }

        if (change.Stalled is long stalled)
        {
            _logger.SourceStalled(_options.Name, stalled * 1000.0 / _time.TimestampFrequency);
        }
    }

    private void SetTrack(TrackInfo track)
    {
        track = _options.ShowsTrackArt ? track : track with { Art = null };

        // A playlist of one track, and a sender that repeats its title, announce no new track.
        if (_track?.ToString() != track.ToString())
        {
            _logger.NowPlays(_options.Name, track.ToString());
        }

        _track = track;
        _history.SetTrack(track);
        _renditions.SetTrack(_history.End, track);
    }

    private long? ArrivedAt() => _source.IsLive ? _time.GetTimestamp() : null;

    private void MeasureLevels(ReadOnlySpan<float> pcm)
    {
        float[] levels = new float[_source.Format.Channels];
        for (int i = 0; i < pcm.Length; i++)
        {
            ref float level = ref levels[i % levels.Length];
            level = Math.Max(level, Math.Abs(pcm[i]));
        }

        _levels = levels;
    }
}
