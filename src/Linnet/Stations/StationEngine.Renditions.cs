using Linnet.Audio;
using Linnet.Broadcast;

namespace Linnet.Stations;

/// <summary>Which renditions run: those that somebody wants, and no more than may.</summary>
internal sealed partial class StationEngine
{
    /// <summary>What HTTP carries: the renditions that were asked for in their order, then others.</summary>
    private static StreamRendition[] StreamsOf(IReadOnlyList<Rendition> renditions, List<string> order) =>
    [
        .. renditions.Where(r => r.Stream is not null).OrderBy(r => order.IndexOf(r.Ring.Info.Name) is >= 0 and int place ? place : order.Count).Select(r => r.Stream!),
    ];

    /// <summary>The station's answer to a first lease; called by sessions, under the ring's lock.</summary>
    private bool TryStart(Rendition rendition, TimeSpan stock)
    {
        lock (_gate)
        {
            if (_state is StationState.Ended or StationState.Failed)
            {
                return false;
            }

            // One that still runs though its last listener has left is simply used again.
            if (!_active.Contains(rendition) && _active.Count >= _options.MaxRenditions)
            {
                return false;
            }

            _active.Add(rendition);
            rendition.UnusedSince = null;
            _toStart.Enqueue((rendition, Ticks(stock < _options.StreamPreRoll ? stock : _options.StreamPreRoll)));
        }

        Wanted?.Invoke();
        return true;
    }

    private void StartAndStopRenditions()
    {
        while (true)
        {
            (Rendition Rendition, long Stock) wanted;
            lock (_gate)
            {
                if (!_toStart.TryDequeue(out wanted))
                {
                    break;
                }
            }

            if (!wanted.Rendition.IsRunning)
            {
                Start(wanted.Rendition, wanted.Stock);
            }
        }

        long now = _time.GetTimestamp();
        foreach (Rendition rendition in _renditions)
        {
            if (rendition.IsRunning && rendition.Ring.Leases == 0)
            {
                StopIfUnused(rendition, now);
            }
        }
    }

    /// <summary>Starts a rendition with the sound that was due <paramref name="stock"/> ticks ago, and encodes up to where the source was read.</summary>
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

            _active.Remove(rendition);
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
                action(rendition);
            }
        }
    }
}
