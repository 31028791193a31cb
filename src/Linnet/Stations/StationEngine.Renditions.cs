using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;

namespace Linnet.Stations;

/// <summary>Which renditions run: those that somebody wants; of those made on demand no more than may.</summary>
internal sealed partial class StationEngine
{
    /// <summary>After which it is worth to ask again for what is made on demand.</summary>
    private static readonly TimeSpan BusyTime = TimeSpan.FromSeconds(10);

    /// <summary>What HTTP carries: the renditions that were asked for in their order, then others.</summary>
    private static StreamRendition[] StreamsOf(IReadOnlyList<Rendition> renditions, List<string> order) =>
    [
        .. renditions.Where(r => r.Stream is not null)
            .OrderBy(r => order.IndexOf(r.Ring.Info.Name) is >= 0 and int place ? place : order.Count).Select(r => r.Stream!),
    ];

    /// <summary>The station's answer to a lease; called by sessions, under the ring's lock.</summary>
    private RingRefusal? Open(Rendition rendition, RingRequest request, bool isFirst)
    {
        lock (_gate)
        {
            if (_state is StationState.Ended or StationState.Failed)
            {
                return new RingRefusal(RingRefusalReason.StationEnded, "The station has ended.") { IsFinal = true };
            }

            if (isFirst && rendition.Pause.Left(_time.GetTimestamp()) is { } left)
            {
                return Paused(rendition, left);
            }

            if (rendition.IsOnDemand && !TryTakePlace(rendition, request))
            {
                return TooMany(rendition);
            }

            if (!isFirst)
            {
                return null;
            }

            // One that still runs though its last listener has left is simply used again.
            rendition.UnusedSince = null;
            _toStart.Enqueue(
                (rendition, Ticks(request.Stock < _options.StreamPreRoll ? request.Stock : _options.StreamPreRoll), rendition.Ring.Run));
        }

        Wanted?.Invoke();
        return null;
    }

    /// <summary>A lease was given back; called by sessions, under the ring's lock.</summary>
    private void Close(Rendition rendition, RingRequest request)
    {
        if (rendition.IsOnDemand)
        {
            lock (_gate)
            {
                _onDemand.Leave(rendition.Ring.Info.Name, AddressOf(request));
            }
        }
    }

    /// <summary>Finds a place for what is made on demand. Under the lock.</summary>
    private bool TryTakePlace(Rendition rendition, RingRequest request)
    {
        PeerAddress asker = AddressOf(request);
        string name = rendition.Ring.Info.Name;
        if (rendition.GivesWay || !_onDemand.TryTake(name, asker, out string? gaveWay))
        {
            return false;
        }

        if (gaveWay is not null)
        {
            Rendition other = _renditions.Single(r => r.Ring.Info.Name == gaveWay);
            other.GivesWay = true;
            _toCut.Enqueue(other);
        }

        _onDemand.Join(name, asker);
        return true;
    }

    private static PeerAddress AddressOf(RingRequest request) => request.Address is { } address ? PeerAddress.Of(address).Network : default;

    private RingRefusal TooMany(Rendition rendition)
    {
        string others = string.Join(
            ", ", _renditions.Where(static r => !r.IsOnDemand && (r.IsRtp || r.Stream is not null)).Select(static r => r.Ring.Info.Name));
        return _options.MaxOnDemand == 0
            ? new RingRefusal(RingRefusalReason.NeverOnDemand,
                $"This server makes no renditions on demand. Take one that always runs ({others}).")
            { IsFinal = true }
            : new RingRefusal(
                RingRefusalReason.TooManyOnDemand,
                $"{rendition.Ring.Info.Name} is made on demand. At most {_options.MaxOnDemand} such renditions run at a time, and there "
                    + "is no place for another now. " +
                $"Take one that always runs ({others}), or try again in {BusyTime.TotalSeconds:0} s.",
                BusyTime);
    }

    private static RingRefusal Paused(Rendition rendition, TimeSpan left) => new(
        RingRefusalReason.Paused,
        $"{rendition.Ring.Info.Name} failed and is started again in {Math.Ceiling(left.TotalSeconds):0} s. Try again then, or take "
            + "another rendition.", left);

    private void StartAndStopRenditions()
    {
        while (NextToCut() is { } cut)
        {
            _logger.RenditionGaveWay(cut.Ring.Info.ToString());
            Cut(cut, DropReason.GaveWay);
        }

        while (true)
        {
            (Rendition Rendition, long Stock, int Run) wanted;
            bool starts;
            lock (_gate)
            {
                if (!_toStart.TryDequeue(out wanted))
                {
                    break;
                }

                // One that runs still has run all the time. Who wanted a run that was cut short has been told so.
                starts = !wanted.Rendition.IsRunning && wanted.Run == wanted.Rendition.Ring.Run;
                if (starts)
                {
                    wanted.Rendition.Pause.Start(_time.GetTimestamp());
                }
            }

            if (starts)
            {
                Guard(wanted.Rendition, r => Start(r, wanted.Stock));
            }
        }

        long now = _time.GetTimestamp();
        foreach (Rendition rendition in _renditions)
        {
            if (rendition.Ring.Leases > 0)
            {
                continue;
            }

            if (rendition.IsRunning)
            {
                Guard(rendition, r => StopIfUnused(r, now));
            }
            else if (now - rendition.CutAt >= _idleTime && rendition.Ring.TryClearIfUnused())
            {
                // Those who heard that run have had their time to hear its end.
                rendition.CutAt = null;
            }
        }
    }

    private Rendition? NextToCut()
    {
        lock (_gate)
        {
            return _toCut.TryDequeue(out Rendition? rendition) ? rendition : null;
        }
    }

    /// <summary>
    /// Does something with a rendition. What goes wrong there ends its run, and neither the station nor another rendition.
    /// </summary>
    private void Guard(Rendition rendition, Action<Rendition> action)
    {
        try
        {
            action(rendition);
        }
        catch (Exception e)
        {
            Fail(rendition, e);
        }
    }

    private void Fail(Rendition rendition, Exception problem)
    {
        bool isNews;
        lock (_gate)
        {
            isNews = rendition.Pause.Fail(_time.GetTimestamp());
        }

        if (isNews)
        {
            _logger.RenditionFailed(problem, rendition.Ring.Info.ToString(), rendition.Pause.Length.TotalSeconds, rendition.Failures + 1);
        }

        Cut(rendition, DropReason.RenditionFailed);
    }

    /// <summary>
    /// Cuts the run of a rendition short, and takes back that it was wanted: who wants it is told the end, and asks again.
    /// </summary>
    private void Cut(Rendition rendition, DropReason reason)
    {
        // First the ring's run: whoever opens it from then on is a first one, and is asked about again.
        rendition.Abort(reason, _time.GetTimestamp());
        lock (_gate)
        {
            rendition.GivesWay = false;
            _onDemand.Free(rendition.Ring.Info.Name);
        }
    }

    /// <summary>
    /// Starts a rendition with the sound that was due <paramref name="stock"/> ticks ago, and encodes up to where the source was read.
    /// </summary>
    private void Start(Rendition rendition, long stock)
    {
        long now = _time.GetTimestamp();
        stock = rendition.IsRtp ? Math.Max(stock, Ticks(Rendition.RtpPreRoll)) : stock;
        long from = Math.Max(_history.Start, Timeline.PositionAt(now - stock));
        from = Math.Min(from, _history.End);
        TrackInfo? first = null;
        foreach ((long position, TrackInfo track) in _tracks)
        {
            first = position <= from ? track : first;
        }

        rendition.Start(from, Timeline, first, now);
        foreach ((long position, TrackInfo track) in _tracks)
        {
            if (position > from)
            {
                FeedHistory(rendition, ref from, position);
                rendition.SetTrack(position, track);
            }
        }

        FeedHistory(rendition, ref from, _history.End);
    }

    private void FeedHistory(Rendition rendition, ref long from, long to)
    {
        while (from < to)
        {
            ReadOnlySpan<float> pcm = _history.From(from);
            int frames = (int)Math.Min(pcm.Length / _source.Format.Channels, to - from);
            rendition.Feed(pcm[..(frames * _source.Format.Channels)], arrivedAt: null);
            from += frames;
        }
    }

    private void ForgetTracks()
    {
        while (_tracks.Count > 1 && _tracks.ElementAt(1).Position <= _history.Start)
        {
            _tracks.Dequeue();
        }
    }

    private void StopIfUnused(Rendition rendition, long now)
    {
        lock (_gate)
        {
            rendition.UnusedSince ??= now;
            if (now - rendition.UnusedSince < _idleTime)
            {
                return;
            }
        }

        // Not under our lock: sessions take the ring's first and ours then.
        if (!rendition.Ring.TryClearIfUnused())
        {
            return;
        }

        lock (_gate)
        {
            if (_toStart.Any(w => w.Rendition == rendition))
            {
                return;
            }

            _onDemand.Free(rendition.Ring.Info.Name);
        }

        rendition.Stop();
        _logger.RenditionRests(rendition.Ring.Info.ToString());
    }

    private void ForRunning(Action<Rendition> action)
    {
        foreach (Rendition rendition in _renditions)
        {
            if (rendition.IsRunning)
            {
                Guard(rendition, action);
            }
        }
    }
}
