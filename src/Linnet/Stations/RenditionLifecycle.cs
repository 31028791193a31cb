using System.Diagnostics.CodeAnalysis;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>
/// Decides which renditions of a station run: those with a listener, and for a while after the last one has left; of those made on
/// demand only a few. A rendition that fails stops alone, and its next listener starts it again after a pause.
/// </summary>
/// <remarks>
/// Sessions open and close leases on their threads, under the ring's lock, and get their answers at once. All else belongs to the
/// station's thread: it starts and stops the renditions in <see cref="Update"/>.
/// </remarks>
internal sealed class RenditionLifecycle : IDisposable
{
    /// <summary>How long a rendition continues without listeners: players that reconnect find it running.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly StationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly OnDemandSlots _onDemand;
    private readonly Queue<(Life Life, long Stock, int Run)> _toStart = new();
    private readonly Queue<Life> _toCut = new();
    private readonly Life[] _lives;
    private readonly long _idleTime;
    private RingRefusal? _end;

    /// <param name="options">The station's name and times.</param>
    /// <param name="specs">The renditions to offer.</param>
    /// <param name="history">The station's latest sound.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives starts, stops and failures.</param>
    internal RenditionLifecycle(
        StationOptions options, IEnumerable<RenditionSpec> specs, SoundHistory history, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _idleTime = IdleTime.InTicks(_time);
        _onDemand = new OnDemandSlots(options.MaxOnDemand);
        _lives = [.. specs.Select(spec => new Life(time.TimestampFrequency, life => new Rendition(
            options, spec, history, (request, isFirst) => Open(life, request, isFirst), request => Close(life, request), time, logger)))];
        Renditions = [.. _lives.Select(static life => life.Rendition)];
    }

    /// <summary>All renditions, including those that do not run.</summary>
    internal IReadOnlyList<Rendition> Renditions { get; }

    /// <summary>Called when a rendition is to start, on a session's thread: the station's thread should come at once.</summary>
    internal Action? Wanted { get; set; }

    /// <summary>Whether a rendition waits to be started.</summary>
    /// <param name="stock">Ticks of sound that the first one wants to begin with.</param>
    internal bool HasWanted(out long stock)
    {
        lock (_gate)
        {
            bool isWanted = _toStart.TryPeek(out (Life Life, long Stock, int Run) first);
            stock = first.Stock;
            return isWanted;
        }
    }

    /// <summary>Starts the renditions that are wanted, and stops those that gave way or had no listener for the idle time.</summary>
    /// <param name="timeline">The station's.</param>
    internal void Update(MediaTimeline timeline)
    {
        while (NextToCut() is { } cut)
        {
            _logger.RenditionGaveWay(cut.Rendition.Ring.Info.ToString());
            Cut(cut, DropReason.GaveWay);
        }

        while (TryNextToStart(out Life? life, out long stock))
        {
            if (Guard(life, (stock, timeline, now: _time.GetTimestamp()), static (r, a) => r.Start(a.stock, a.timeline, a.now)))
            {
                life.CutAt = null;
            }
        }

        long now = _time.GetTimestamp();
        foreach (Life life in _lives)
        {
            if (life.Rendition.Ring.Leases > 0)
            {
                continue;
            }

            if (life.Rendition.IsRunning)
            {
                StopIfUnused(life, now);
            }
            else if (now - life.CutAt >= _idleTime && life.Rendition.Ring.TryClearIfUnused())
            {
                // The listeners of that run have had time to hear its end.
                life.CutAt = null;
            }
        }
    }

    /// <summary>Gives the newest frames of the history to all; see <see cref="Rendition.Take"/>.</summary>
    internal void Take(ReadOnlySpan<float> pcm, IReadOnlyList<StreamPacket>? packets, long? arrivedAt)
    {
        foreach (Life life in _lives)
        {
            try
            {
                life.Rendition.Take(pcm, packets, arrivedAt);
            }
            catch (Exception e)
            {
                Fail(life, e);
            }
        }
    }

    /// <summary>Passes a new track to the running renditions; see <see cref="Rendition.SetTrack"/>.</summary>
    internal void SetTrack(long position, TrackInfo track) =>
        ForRunning((position, track), static (r, a) => r.SetTrack(a.position, a.track));

    /// <summary>Passes a new timeline to the running renditions; see <see cref="Rendition.SetTimeline"/>.</summary>
    internal void SetTimeline(MediaTimeline timeline, bool soundLost) =>
        ForRunning((timeline, soundLost), static (r, a) => r.SetTimeline(a.timeline, a.soundLost));

    /// <summary>Passes a small change to the running renditions; see <see cref="Rendition.AdjustTimeline"/>.</summary>
    internal void AdjustTimeline(MediaTimeline timeline) => ForRunning(timeline, static (r, t) => r.AdjustTimeline(t));

    /// <summary>Starts the renditions that were wanted before the station's end, then ends all. From then on leases are refused.</summary>
    /// <param name="timeline">The station's.</param>
    /// <param name="arrivedAt">For a live source when the last frames arrived.</param>
    /// <param name="reason">Why, if it was not the station's end.</param>
    internal void Finish(MediaTimeline timeline, long? arrivedAt, DropReason reason)
    {
        lock (_gate)
        {
            _end = RenditionRefusals.OfEnd(reason);
        }

        Update(timeline);
        ForRunning((arrivedAt, reason), static (r, a) => r.Finish(a.arrivedAt, a.reason));
    }

    /// <summary>All renditions as they are now. Any thread may ask.</summary>
    internal IReadOnlyList<RenditionSnapshot> GetSnapshots() =>
    [
        .. _lives.Select(life => new RenditionSnapshot(
            life.Rendition.Ring.Info.Name, life.Rendition.Description, life.Rendition.Ring.Info.BitRate, life.Rendition.IsRunning,
            life.Rendition.Ring.Listeners, life.Rendition.Packets)
        {
            EncodeTime = TimeSpan.FromSeconds(life.Rendition.EncodeTicks / (double)_time.TimestampFrequency),
            LatePackets = life.Rendition.LatePackets,
            Failures = life.Failures,
            IsOnDemand = life.Rendition.IsOnDemand,
        }),
    ];

    public void Dispose()
    {
        foreach (Life life in _lives)
        {
            Guard(life, 0, static (r, _) => r.Dispose());
        }
    }

    /// <summary>The answer to a lease; called by sessions, under the ring's lock.</summary>
    private RingRefusal? Open(Life life, RingRequest request, bool isFirst)
    {
        lock (_gate)
        {
            if (_end is not null)
            {
                return _end;
            }

            if (isFirst && life.Pause.Left(_time.GetTimestamp()) is { } left)
            {
                return RingRefusal.Paused(life.Name, left);
            }

            if (life.Rendition.IsOnDemand && !TryTakePlace(life, request))
            {
                return RenditionRefusals.TooManyOnDemand(life.Name, _options.MaxOnDemand, Renditions);
            }

            if (!isFirst)
            {
                return null;
            }

            // A rendition that still runs after its last listener has left is used again.
            life.UnusedSince = null;
            TimeSpan stock = request.Stock < _options.LongestPreRoll ? request.Stock : _options.LongestPreRoll;
            _toStart.Enqueue((life, stock.InTicks(_time), life.Rendition.Ring.Run));
        }

        Wanted?.Invoke();
        return null;
    }

    /// <summary>A lease was given back; called by sessions, under the ring's lock.</summary>
    private void Close(Life life, RingRequest request)
    {
        if (life.Rendition.IsOnDemand)
        {
            lock (_gate)
            {
                _onDemand.Leave(life.Name, AddressOf(request));
            }
        }
    }

    /// <summary>Finds a place for a rendition that is made on demand. Under the lock.</summary>
    private bool TryTakePlace(Life life, RingRequest request)
    {
        PeerAddress asker = AddressOf(request);
        if (life.GivesWay || !_onDemand.TryTake(life.Name, asker, out string? gaveWay))
        {
            return false;
        }

        if (gaveWay is not null)
        {
            Life other = _lives.Single(l => l.Name == gaveWay);
            other.GivesWay = true;
            _toCut.Enqueue(other);
        }

        _onDemand.Join(life.Name, asker);
        return true;
    }

    private static PeerAddress AddressOf(RingRequest request) => request.Address is { } address ? PeerAddress.Of(address).Network : default;

    private Life? NextToCut()
    {
        lock (_gate)
        {
            return _toCut.TryDequeue(out Life? life) ? life : null;
        }
    }

    private bool TryNextToStart([NotNullWhen(true)] out Life? life, out long stock)
    {
        lock (_gate)
        {
            while (_toStart.TryDequeue(out (Life Life, long Stock, int Run) wanted))
            {
                // A rendition that runs needs no start. A listener whose run was cut short has already been told.
                if (!wanted.Life.Rendition.IsRunning && wanted.Run == wanted.Life.Rendition.Ring.Run)
                {
                    (life, stock) = (wanted.Life, wanted.Stock);
                    life.UnusedSince = null;
                    life.Pause.Start(_time.GetTimestamp());
                    return true;
                }
            }
        }

        (life, stock) = (null, 0);
        return false;
    }

    private void StopIfUnused(Life life, long now)
    {
        lock (_gate)
        {
            life.UnusedSince ??= now;
            if (now - life.UnusedSince < _idleTime)
            {
                return;
            }
        }

        // Not under our lock: sessions take the ring's first and ours then.
        if (!life.Rendition.Ring.TryClearIfUnused())
        {
            return;
        }

        lock (_gate)
        {
            if (_toStart.Any(wanted => wanted.Life == life))
            {
                return;
            }

            _onDemand.Free(life.Name);
        }

        if (Guard(life, 0, static (r, _) => r.Stop()))
        {
            _logger.RenditionRests(life.Rendition.Ring.Info.ToString());
        }
    }

    private void ForRunning<T>(T argument, Action<Rendition, T> action)
    {
        foreach (Life life in _lives)
        {
            if (life.Rendition.IsRunning)
            {
                Guard(life, argument, action);
            }
        }
    }

    /// <summary>Runs an action on a rendition. A failure ends its run, but neither the station nor another rendition.</summary>
    private bool Guard<T>(Life life, T argument, Action<Rendition, T> action)
    {
        try
        {
            action(life.Rendition, argument);
            return true;
        }
        catch (Exception e)
        {
            Fail(life, e);
            return false;
        }
    }

    private void Fail(Life life, Exception problem)
    {
        bool isNews;
        lock (_gate)
        {
            isNews = life.Pause.Fail(_time.GetTimestamp());
        }

        life.CountFailure();
        if (isNews)
        {
            _logger.RenditionFailed(problem, life.Rendition.Ring.Info.ToString(), life.Pause.Length.TotalSeconds, life.Failures);
        }

        Cut(life, DropReason.RenditionFailed);
    }

    /// <summary>
    /// Cuts the run of a rendition short, and withdraws its start: its listeners get the end, and ask again.
    /// </summary>
    private void Cut(Life life, DropReason reason)
    {
        // First the ring's run: a later lease is a first one, and is checked again.
        long now = _time.GetTimestamp();
        if (life.Rendition.TryCut(reason, now))
        {
            life.CutAt = now;
        }

        lock (_gate)
        {
            life.UnusedSince = null;
            life.GivesWay = false;
            _onDemand.Free(life.Name);
        }
    }

    /// <summary>A rendition, and the state of its runs.</summary>
    private sealed class Life
    {
        private long _failures;

        internal Life(long ticksPerSecond, Func<Life, Rendition> create)
        {
            Pause = new RestartPause(ticksPerSecond);
            Rendition = create(this);
            Name = Rendition.Ring.Info.Name;
        }

        internal Rendition Rendition { get; }

        internal string Name { get; }

        /// <summary>Number of failures.</summary>
        internal long Failures => Volatile.Read(ref _failures);

        /// <summary>The pause after a failure. Under the lock.</summary>
        internal RestartPause Pause { get; }

        /// <summary>Whether it is about to be cut short for another one made on demand. Under the lock.</summary>
        internal bool GivesWay { get; set; }

        /// <summary>Since when it runs without a listener, in ticks. Under the lock.</summary>
        internal long? UnusedSince { get; set; }

        /// <summary>When its last run was cut short, in ticks, while the ring holds that run. Only for the station's thread.</summary>
        internal long? CutAt { get; set; }

        internal void CountFailure() => Volatile.Write(ref _failures, _failures + 1);
    }
}
