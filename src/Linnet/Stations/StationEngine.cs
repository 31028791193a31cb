using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Diagnostics;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>
/// What a station's thread does, without the thread: reads the source ahead of its clock, feeds the renditions, and says when to come
/// again.
/// </summary>
internal sealed partial class StationEngine : IDisposable
{
    /// <summary>The value of <see cref="Step"/> when there is nothing to do until somebody wants a rendition.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>Share of a live source's timing error that is corrected with each block: follows its clock, smooths its jitter.</summary>
    private const double LiveClockGain = 1.0 / 256;

    private static readonly TimeSpan ReadTime = TimeSpan.FromMilliseconds(10);

    private readonly StationOptions _options;
    private readonly IAudioSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Rendition[] _renditions;
    private readonly PcmHistory _history;
    private readonly float[] _block;
    private readonly Lock _gate = new();
    private readonly Queue<(Rendition Rendition, long Stock, int Run)> _toStart = new();
    private readonly long _ahead;
    private readonly long _maxLateness;
    private readonly LiveClock _liveClock;
    private readonly long _idleTime;
    private readonly OnDemandSlots _onDemand;
    private readonly Queue<Rendition> _toCut = new();
    private readonly LogThrottle _sayingReanchored;

    // Those whose sound is still in the history, and the one that plays at its start.
    private readonly Queue<(long Position, TrackInfo Track)> _tracks = new();
    private long _epoch;
    private long _position;
    private long _stock;
    private long _firstReadAt;
    private long _reanchored;
    private bool _started;
    private volatile StationState _state;
    private volatile TrackInfo? _track;
    private volatile float[] _levels;

    /// <param name="options">Name and encodings.</param>
    /// <param name="source">Its sound; disposed with this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes its few lines.</param>
    /// <param name="change">Changes how renditions are made, for tests of what goes wrong with them.</param>
    internal StationEngine(
        StationOptions options, IAudioSource source, TimeProvider time, ILogger logger, Func<RenditionSpec, RenditionSpec>? change = null)
    {
        _options = options;
        _source = source;
        _time = time;
        _logger = logger;
        _started = options.StartAtOnce || source.IsLive;
        _sayingReanchored = new LogThrottle(time);
        var list = new RenditionList(source.Format, source.BitDepth, options);
        TimeSpan preRoll = list.HasStreams && options.StreamPreRoll > Rendition.RtpPreRoll ? options.StreamPreRoll : Rendition.RtpPreRoll;
        _history = new PcmHistory(source.Format, options.EncodeAhead + preRoll + ReadTime);
        _renditions = [.. list.ToSpecs()
            .Select(spec => new Rendition(options, change?.Invoke(spec) ?? spec, source.Format, _history, Open, Close, time, logger))];
        _onDemand = new OnDemandSlots(options.MaxOnDemand);
        Listing = new StationListing(options.Name, [.. _renditions.Where(r => r.IsRtp).Select(r => r.Ring)])
        {
            PyAudio = _renditions.Single(r => r.Ring.Info.Name == RenditionSpec.PyAudioName).Ring,
            Streams = StreamsOf(_renditions, [.. list.StreamNames().Select(static name => name.ToString())]),
        };
        _block = new float[Math.Max(1, source.Format.FramesIn(ReadTime)) * source.Format.Channels];
        _levels = new float[source.Format.Channels];
        _ahead = Ticks(options.EncodeAhead);
        _maxLateness = Ticks(options.MaxLateness);
        _liveClock = new LiveClock(_maxLateness, time.TimestampFrequency);
        _idleTime = Ticks(options.RenditionIdleTime);
        _epoch = time.GetTimestamp();
    }

    /// <summary>What transports see.</summary>
    internal StationListing Listing { get; }

    /// <summary>Called when somebody wants a rendition, on that somebody's thread: whoever steps the engine should step it now.</summary>
    internal Action? Wanted { get; set; }

    internal StationState State => _state;

    internal string? Problem { get; private set; }

    /// <summary>When the last frame is due; known once the source has ended.</summary>
    internal long EndsAt { get; private set; }

    /// <summary>Reads and encodes what is to be ready now. May wait for a live source or a pipe.</summary>
    /// <returns>When to come again.</returns>
    internal long Step(CancellationToken cancellationToken)
    {
        if (!HasStarted())
        {
            return Never;
        }

        StartAndStopRenditions();
        while (_state == StationState.Playing)
        {
            // A source that is slower than its sound is never caught up with.
            cancellationToken.ThrowIfCancellationRequested();
            long next = Timeline.DueAt(_position) - _ahead;
            if (!_source.IsLive && next > _time.GetTimestamp())
            {
                return next;
            }

            ReadBlock(cancellationToken);
            if (_source.IsLive)
            {
                return _time.GetTimestamp();
            }

            StartAndStopRenditions();
        }

        return Never;
    }

    /// <summary>Ends the station with what was read so far. After its source's end this does nothing.</summary>
    /// <param name="state">How it has ended.</param>
    /// <param name="problem">What went wrong, if anything.</param>
    /// <param name="reason">What its listeners are told; none: that the station has come to its end by itself.</param>
    internal void Finish(StationState state, string? problem = null, DropReason reason = DropReason.None)
    {
        lock (_gate)
        {
            if (_state is StationState.Ended or StationState.Failed)
            {
                return;
            }

            Problem = problem;
            _state = state;
        }

        StartAndStopRenditions();
        ForRunning(r => r.Finish(ArrivedAt(), reason));

        EndsAt = _started ? Timeline.DueAt(_position) : _time.GetTimestamp();
    }

    internal StationSnapshot GetSnapshot()
    {
        long due = _state == StationState.Waiting ? 0 : Math.Min(Volatile.Read(ref _position), Timeline.PositionAt(_time.GetTimestamp()));
        return new StationSnapshot(
            _options.Name,
            _state,
            Problem,
            _track,
            _source.Format,
            _source.BitDepth,
            _source.Format.DurationOf(Math.Max(0, due)),
            _levels,
            Volatile.Read(ref _reanchored),
            [.. _renditions.Select(r => new RenditionSnapshot(
                r.Ring.Info.Name, r.Description, r.Ring.Info.BitRate, r.IsRunning, r.Ring.Leases, r.Packets)
            {
                EncodeTime = TimeSpan.FromSeconds(r.EncodeTicks / (double)_time.TimestampFrequency),
                LatePackets = r.LatePackets,
                Failures = r.Failures,
                IsOnDemand = r.IsOnDemand,
            })])
        {
            Awaits = _source.Outage,
            IsSenderHeard = _source is FallbackSource { IsPrimaryHeard: true },
            Underruns = (_source as FallbackSource)?.Underruns ?? 0,
        };
    }

    public void Dispose()
    {
        foreach (Rendition rendition in _renditions)
        {
            Guard(rendition, static r => r.Dispose());
        }

        _source.Dispose();
    }

    /// <summary>The map from the source's positions to time; written by the station's thread alone.</summary>
    internal MediaTimeline Timeline => new(Volatile.Read(ref _epoch), _source.Format.SampleRate, _time.TimestampFrequency);

    private bool HasStarted()
    {
        if (_state != StationState.Waiting)
        {
            return true;
        }

        lock (_gate)
        {
            if (!_started && _toStart.Count == 0)
            {
                return false;
            }

            _started = true;
            _stock = _source.IsStored && _toStart.TryPeek(out (Rendition Rendition, long Stock, int Run) first) ? first.Stock : 0;
        }

        Volatile.Write(ref _epoch, _time.GetTimestamp() - _stock);
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

        SetClock(read);
        if (read.Track is { } track)
        {
            // A list of one track, and a sender that tells its title again and again, are not news.
            if (_track?.ToString() != track.ToString())
            {
                _logger.NowPlays(_options.Name, track.ToString());
            }

            _track = track;
            _tracks.Enqueue((_position, track));
            ForRunning(r => r.SetTrack(_position, track));
        }

        ReadOnlySpan<float> pcm = _block.AsSpan(0, read.Frames * _source.Format.Channels);
        _history.Append(pcm);
        ForgetTracks();
        foreach (Rendition rendition in _renditions)
        {
            try
            {
                rendition.Take(pcm, read.Packets, ArrivedAt());
            }
            catch (Exception e)
            {
                Fail(rendition, e);
            }
        }

        Volatile.Write(ref _position, _position + read.Frames);
        MeasureLevels(pcm);
    }

    /// <summary>Makes the clock fit what was just read: a live source's is followed; a late file's or pipe's is set anew.</summary>
    private void SetClock(SourceRead read)
    {
        long now = _time.GetTimestamp();
        if (_source.IsLive)
        {
            // The last frame of the block arrives when it is captured.
            FollowLive(now - Timeline.DueAt(_position + read.Frames), now, read.Discontinuity);
            return;
        }

        if (_position == 0)
        {
            _firstReadAt = now;
        }

        // What the station has in stock when it begins was due before it began, and to read it may take as long as it lasts.
        long due = Timeline.DueAt(_position);
        _stock = due < now ? _stock : 0;
        if (_position == 0 && now - _stock > due)
        {
            Reanchor(now - _stock - due, counted: false, read.Discontinuity);
        }
        else if (now - Math.Max(due, _firstReadAt) > Math.Max(_maxLateness, _stock))
        {
            Reanchor(now - due, counted: true, read.Discontinuity);
        }
        else if (read.Discontinuity)
        {
            Reanchor(0, counted: false, soundLost: true);
        }

        if (read.Pace != 0)
        {
            // Whoever sends the sound has a clock of its own: what it sends in a second takes a little less of ours, or more.
            long gained = (long)(read.Pace * read.Frames / _source.Format.SampleRate * _time.TimestampFrequency);
            Volatile.Write(ref _epoch, _epoch - gained);
            ForRunning(r => r.AdjustTimeline(Timeline));
        }
    }

    private void FollowLive(long error, long now, bool soundLost)
    {
        if (_position == 0)
        {
            Reanchor(error, counted: false, soundLost);
            return;
        }

        Stall? over = _liveClock.Observe(error, now, soundLost);
        if (soundLost)
        {
            // By how much the clock has to be set anew is known when the source is calm again; that sound is missing here is known now.
            ForRunning(r => r.SetTimeline(Timeline, soundLost: true));
        }

        if (over is { } stall)
        {
            if (stall.MustStep)
            {
                Reanchor(stall.Lasting, counted: !stall.IsExplained, soundLost: false);
            }
            else
            {
                _logger.SourceStalled(_options.Name, stall.Late * 1000.0 / _time.TimestampFrequency);
            }
        }
        else if (!_liveClock.IsWatching)
        {
            Volatile.Write(ref _epoch, _epoch + (long)(error * LiveClockGain));
            ForRunning(r => r.AdjustTimeline(Timeline));
        }
    }

    private void Reanchor(long error, bool counted, bool soundLost)
    {
        Volatile.Write(ref _epoch, _epoch + error);
        ForRunning(r => r.SetTimeline(Timeline, soundLost));
        if (counted)
        {
            Volatile.Write(ref _reanchored, _reanchored + 1);
            if (_sayingReanchored.TrySay(out _))
            {
                _logger.Reanchored(_options.Name, error * 1000.0 / _time.TimestampFrequency, _reanchored);
            }
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

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
